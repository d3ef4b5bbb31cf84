import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { hkdfSha256, utf8 } from '@wardseal/primitives';
import { seededRandom } from '@wardseal/testkit';
import { fileKeyStore, fileStore, folderReader } from '../../src/file-store.js';
import {
  type AuditReport,
  auditLog,
  decodeLeaf,
  eraseSubject,
  type InclusionProof,
  type KeyStore,
  openLog,
  proposeErasure,
  verifyConsistency,
  verifyInclusion,
} from '../../src/index.js';
import { LogKeys, subjectHandle } from '../../src/log-keys.js';
import { patient } from './demo-log.js';
import { approval, request, verifyApproval } from './erasure.js';
import { b64url, demoSigner, eventMaker, ORIGIN, START, testClock, UNWITNESSED } from './events.js';

/** What an erasure left of one subject in the files of a log. */
export interface Scan {
  /** Files of the log folder that differ between the moment before the destruction and the one after it. */
  readonly changed: string[];
  /** Tiles and bundles from before the erasure whose bytes are not the same now. */
  readonly rewritten: string[];
  /** What was found where, before: shows that the scan can find. */
  readonly before: Record<string, number>;
  readonly after: Record<string, number>;
  readonly proofs: number;
  readonly report: AuditReport;
}

const FACT = 'a fact about nobody but one';

async function files(folder: string): Promise<Map<string, Buffer>> {
  const found = new Map<string, Buffer>();
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true }))
    if (entry.isFile()) {
      const path = join(entry.parentPath, entry.name);
      found.set(path, await readFile(path));
    }
  return found;
}

function spellings(name: string, bytes: Uint8Array): [string, Buffer][] {
  const data = Buffer.from(bytes);
  const hex = data.toString('hex');
  return [
    [name, data],
    [`${name} hex`, Buffer.from(hex)],
    [`${name} HEX`, Buffer.from(hex.toUpperCase())],
    [`${name} base64url`, Buffer.from(data.toString('base64url'))],
    // Without the tail, which depends on the padding.
    [`${name} base64`, Buffer.from(data.toString('base64').slice(0, 40))],
  ];
}

async function count(folder: string, needles: readonly [string, Buffer][]): Promise<Record<string, number>> {
  const found: Record<string, number> = {};
  for (const [path, data] of await files(folder))
    for (const [name, needle] of needles)
      for (let at = data.indexOf(needle); at >= 0; at = data.indexOf(needle, at + 1))
        found[name] = (found[name] ?? 0) + (path ? 1 : 0);
  return found;
}

/** Makes a log of that many entries, erases subject 0, and looks at every byte. */
export async function erasureScan(folder: string, entries: number, subjects: number): Promise<Scan> {
  const logFolder = join(folder, 'log');
  const store = fileStore(logFolder);
  const stored = fileKeyStore(join(folder, 'secrets'));
  const { signer, vkey } = await demoSigner();
  const clock = testClock(START);
  const log = await openLog({
    origin: ORIGIN,
    store,
    keys: stored,
    signer,
    clock,
    random: seededRandom('scan'),
    unwitnessed: UNWITNESSED,
  });
  const make = eventMaker('scan', () => clock.now());
  const sealed = seededRandom('sealed')(200);
  for (let at = 0; at < entries; at += 1000)
    await Promise.all(
      Array.from({ length: Math.min(1000, entries - at) }, (_, i) => {
        const n = (at + i) % subjects;
        const own = n === 0 ? { sealed: b64url(sealed) } : {};
        return log.append(make({ subject: { handle: patient(n), ...own }, facts: { note: n === 0 ? FACT : 'other' } }));
      }),
    );
  const checkpoint = await log.integrate();
  const proofs: [Uint8Array, InclusionProof][] = [];
  for (let at = 0; at < entries; at += Math.ceil(entries / 200))
    for await (const { leaf } of store.readEntries(at, at + 1)) proofs.push([leaf, await log.inclusionProof(at)]);

  const handle = Buffer.from(patient(0), 'base64url');
  const keys = new LogKeys(stored, ORIGIN, seededRandom('none'));
  const { secret, leafHandle } = (await keys.existingSubject(handle))!;
  const needles: [string, Buffer][] = [
    ...spellings('P', handle),
    ...spellings('S', secret),
    ...spellings('h', hkdfSha256(secret, new Uint8Array(0), utf8('wardseal.org/audit/v0 subject handle'), 32)),
    ['fact', Buffer.from(FACT)],
    ...spellings('sealed blob', sealed),
  ];
  for await (const entry of store.readEntries(0, entries)) {
    if (!Buffer.from(decodeLeaf(entry.leaf).subjectHandle!).equals(leafHandle)) continue;
    const key = hkdfSha256(secret, entry.subject.subarray(1, 17), utf8('wardseal.org/audit/v0 side subject'), 32);
    needles.push(['record key', Buffer.from(key)]);
  }
  if (!Buffer.from(subjectHandle(secret, handle)).equals(leafHandle)) throw new Error('the needles are wrong');
  const before = await count(folder, needles);
  const old = await files(logFolder);

  let [atFirst, atLast]: (string | undefined)[] = [];
  let pictures: [Map<string, Buffer>, Map<string, Buffer>] | undefined;
  const watched: KeyStore = {
    get: (name) => stored.get(name),
    put: (name, value) => stored.put(name, value),
    async delete(name) {
      const first = pictures?.[0] ?? (await files(logFolder));
      atFirst ??= name;
      await stored.delete(name);
      atLast = name;
      pictures = [first, await files(logFolder)];
    },
  };
  const target = {
    logs: { log, reader: store, keys: watched, policy: { logKey: vkey } },
    subject: patient(0),
    request: request(),
  };
  const { digest } = await proposeErasure(target);
  const approvals = [approval('person-caldicott-elm', digest), approval('person-dpo-fir', digest)];
  const result = await eraseSubject({ ...target, approvals, verifyApproval, clock });
  if (!result.erased || !pictures || !atFirst || !atLast) throw new Error('not erased');

  for (const [leaf, proof] of proofs) await verifyInclusion(leaf, proof, { logKey: vkey });
  const now = log.checkpoint();
  const path = await log.consistencyProof(entries, log.size);
  await verifyConsistency(checkpoint, now, path, { logKey: vkey });
  await log.close();
  const [first, last] = pictures;
  const paths = new Set([...first.keys(), ...last.keys()]);
  const tiles = [...(await files(logFolder))].filter(([name]) => name.includes('/tile/'));
  const present = new Map(tiles);
  return {
    changed: [...paths].filter((name) => digestOf(first.get(name)) !== digestOf(last.get(name))),
    rewritten: [...old]
      .filter(([name, data]) => {
        const kept = present.get(name);
        return name.includes('/tile/') && kept !== undefined && digestOf(kept) !== digestOf(data);
      })
      .map(([name]) => name),
    before,
    after: await count(folder, needles),
    proofs: proofs.length,
    report: await auditLog(await folderReader(logFolder), { logKey: vkey }, { keys: stored }),
  };
}

function digestOf(data: Buffer | undefined): string {
  return data === undefined ? 'none' : createHash('sha256').update(data).digest('hex');
}

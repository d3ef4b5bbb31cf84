import { execFile } from 'node:child_process';
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { auditLog, type LogReader, tilePath, verifyReceipt } from '@wardseal/audit';
import { folderReader } from '@wardseal/audit/file-store';
import { open, SealError } from '@wardseal/crypto';
import { importKeySet, LinkError, verifyGrant } from '@wardseal/link-signing';
import { photos } from '@wardseal/testkit/node';
import { Decrypter } from 'age-encryption';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { writeArtefacts } from '../../src/demo/artefacts.js';
import { type MainJob, mainJob, PATIENT } from '../../src/demo/main-job.js';
import { Steps } from '../../src/demo/steps.js';

const run = promisify(execFile);

let folder: string;
let job: MainJob;
let printed = '';

beforeAll(async () => {
  folder = join(await mkdtemp(join(tmpdir(), 'wardseal-demo-')), 'out');
  const steps = new Steps({ write: (text) => (printed += text), isTTY: false });
  const photo = await readFile(photos.fundus.path);
  job = await writeArtefacts(folder, steps, { description: 'a sample' }, (log) => mainJob(photo, log, steps));
});
afterAll(() => rm(join(folder, '..'), { recursive: true, force: true }));

async function files(): Promise<string[]> {
  const found = await readdir(folder, { recursive: true, withFileTypes: true });
  return found.filter((file) => file.isFile()).map((file) => join(file.parentPath, file.name));
}

describe('strangers accept what the demo leaves', () => {
  test('typage opens the sealed file', async () => {
    const decrypter = new Decrypter();
    decrypter.addIdentity(job.cast.viewer.identity);
    const plain = await decrypter.decrypt(await readFile(join(folder, 'picture.age')));
    expect(Buffer.compare(plain, await readFile(join(folder, 'original.jpg')))).toBe(0);
  });

  test('Go x/mod verifies checkpoint, tree and inclusion, and refuses a changed entry', async () => {
    const program = fileURLToPath(new URL('./go/verify.go', import.meta.url));
    const env = { ...process.env, GO111MODULE: 'off', GOPATH: '/usr/share/gocode', GOFLAGS: '' };
    const check = (log: string): Promise<{ stdout: string }> =>
      run('go', ['run', program, log, join(folder, 'view.tlog-proof')], { env });
    const { stdout } = await check(join(folder, 'audit'));
    expect(stdout).toMatch(/^good: \d+ entries, entry 2 included at size 3$/m);
    const copy = join(folder, '..', 'changed');
    await cp(join(folder, 'audit'), copy, { recursive: true });
    const bundle = join(copy, 'tile', 'entries', '000.p', String(job.audit.checkpoint!.size));
    const bytes = await readFile(bundle);
    bytes[40]! ^= 1;
    await writeFile(bundle, bytes);
    await expect(check(copy)).rejects.toMatchObject({ code: 1 });
  });

  test('the trace names the viewing among 1,000 and no other', () => {
    const matches = job.trace.hits.filter(({ verdict }) => verdict !== 'none');
    expect(matches.map(({ id }) => id)).toEqual([job.viewingId]);
    expect(job.trace.candidates).toBe(1000);
    expect(matches[0]!.pCorrected).toBeLessThan(1e-9);
  });

  test('guardians recover, the link is spent, the log is good and its changed copy is not', () => {
    expect(job.recovered).toBe(true);
    expect(job.linkRefused).toBe('LINK_GONE');
    expect(job.audit).toMatchObject({ verdict: 'good', findings: [] });
    expect(job.tampered.report.verdict).toBe('tampered');
  });

  test('the shown and leaked copies are not the original', async () => {
    expect(Buffer.compare(job.leaked, job.picture.bytes)).not.toBe(0);
    expect(job.quality.psnr).toBeGreaterThanOrEqual(45);
    expect(job.quality.ssim).toBeGreaterThanOrEqual(0.99);
  });
});

describe('one changed byte is refused with a code', () => {
  const options = () => ({ identities: [job.cast.viewer.identity], resolveSender: job.cast.directory.resolveSender });

  // Some ten thousand openings: half a minute on an idle machine, minutes on a busy one.
  test('sealed file: every byte of the header, and bytes all over the payload', { timeout: 300_000 }, async () => {
    const { bytes, header } = job.sealed;
    await expect(open(bytes, options())).resolves.toMatchObject({ signed: true });
    const codes = new Set<string>();
    const stride = Math.floor(job.sealed.payload.length / 400);
    const changed = bytes.slice();
    for (let at = 0; at < bytes.length; at += at < header.length ? 1 : stride) {
      const bit = 1 << (at % 8);
      changed[at]! ^= bit;
      const error = await open(changed, options()).then(
        () => at,
        (cause: unknown) => cause,
      );
      changed[at]! ^= bit;
      if (!(error instanceof SealError)) throw new Error(`byte ${at} was accepted`);
      codes.add(error.code);
    }
    expect([...codes].sort()).toEqual(expect.arrayContaining(['HEADER_INVALID', 'MAC_INVALID', 'PAYLOAD_INVALID']));
  });

  test('log: every byte of checkpoint, tiles and bundles', async () => {
    const log = join(folder, 'audit');
    const policy = { logKey: job.trust.logKey };
    expect((await auditLog(await folderReader(log), policy)).verdict).toBe('good');
    // The public files alone, as somebody outside has them: no journal to compare with.
    const held = new Map<string, Uint8Array>();
    for (const path of (await files()).filter((name) => /audit\/(checkpoint|tile\/)/.test(name)))
      held.set(relative(log, path), await readFile(path));
    const reader: LogReader = {
      readCheckpoint: async () => held.get('checkpoint') ?? null,
      readTile: async (tile) => held.get(tilePath(tile)) ?? null,
      async *listTiles() {
        for (const path of held.keys()) if (path.startsWith('tile/')) yield path;
      },
    };
    expect((await auditLog(reader, policy)).verdict).toBe('good');
    let flips = 0;
    for (const [path, good] of [...held]) {
      for (let at = 0; at < good.length; at++) {
        const changed = Uint8Array.from(good);
        changed[at]! ^= 1 << (at % 8);
        held.set(path, changed);
        const report = await auditLog(reader, policy);
        // A changed origin is another log's name: then the answer is that it cannot be told, never that all is well.
        expect(report.verdict, `${path} byte ${at}`).not.toBe('good');
        expect(report.findings[0]!.code).toMatch(/^[A-Z_]+$/);
        flips++;
      }
      held.set(path, good);
    }
    expect(flips).toBeGreaterThan(1000);
    expect((await auditLog(reader, policy)).verdict).toBe('good');
  });

  test('proof, grant and handle: every byte', async () => {
    const expected = {
      logKey: job.trust.logKey,
      nonce: null,
      object: null,
      actor: null,
      headerDigest: job.sealed.headerDigest,
      type: 'image.view',
    } as const;
    const proof = Buffer.from(job.view.entry.receipt);
    await verifyReceipt(proof, expected);
    for (let at = 0; at < proof.length; at++) {
      const changed = Uint8Array.from(proof);
      changed[at]! ^= 1 << (at % 7);
      await expect(verifyReceipt(changed, expected), `proof byte ${at}`).rejects.toMatchObject({
        code: expect.stringMatching(/^[A-Z_]+$/),
      });
    }
    const keys = await importKeySet([{ publicKey: job.trust.issuerKey, issuer: 'img.example-trust.invalid' }]);
    const now = Math.floor(Date.now() / 1000);
    await verifyGrant(job.link.grant, keys, now);
    for (let at = 0; at < job.link.grant.length; at++) {
      const changed = job.link.grant.slice();
      changed[at]! ^= 1 << (at % 8);
      await expect(verifyGrant(changed, keys, now), `grant byte ${at}`).rejects.toBeInstanceOf(LinkError);
    }
    const { inspect } = job.trust.links.issuer;
    expect((await inspect(job.link.handle)).state).toBe('exhausted');
    for (let at = 0; at < job.link.handle.length; at++) {
      const changed = Buffer.from(job.link.handle);
      changed[at]! ^= 1;
      await expect(inspect(changed.toString()), `handle character ${at}`).rejects.toBeInstanceOf(LinkError);
    }
  });
});

test('no patient identifier is in any name, line, file or leaf', async () => {
  const spaced = PATIENT.number.replace(/^(...)(...)/, '$1 $2 ');
  const texts = [PATIENT.number, spaced, spaced.replaceAll(' ', '-'), PATIENT.name, 'Imogen', PATIENT.born];
  const needles = texts.flatMap((text) => [
    Buffer.from(text),
    Buffer.from(text, 'utf16le'),
    Buffer.from(Buffer.from(text).toString('base64').replace(/=+$/, '').slice(0, -1)),
    Buffer.from(Buffer.from(text).toString('hex')),
  ]);
  // The search can find them: they are in what only a recipient can open.
  const sealedFacts = Buffer.from(JSON.stringify(job.opened.manifest.clinical));
  expect(texts.filter((text) => sealedFacts.includes(text))).toEqual([
    PATIENT.number,
    PATIENT.name,
    'Imogen',
    PATIENT.born,
  ]);
  const places = [
    ['what was printed', Buffer.from(printed)],
    ['labels', Buffer.from(JSON.stringify(job.opened.manifest.labels))],
    ['overlay', Buffer.from(job.overlay)],
    ['grant', Buffer.from(job.link.grant)],
    ...(await Promise.all(
      (await files()).map(async (path) => [path, Buffer.concat([Buffer.from(path), await readFile(path)])] as const),
    )),
  ] as const;
  expect(places.length).toBeGreaterThan(15);
  for (const [place, bytes] of places)
    for (const needle of needles) expect(bytes.includes(needle), `${place} holds an identifier`).toBe(false);
});

import { createHash, generateKeyPairSync, type KeyObject, randomBytes, randomUUID, sign } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { logSigner, type OpenedEntry } from '@wardseal/audit';
import { readOpened } from '@wardseal/audit/export';
import { serveWitness } from '@wardseal/audit/witness';
import {
  type DirectoryEntry,
  releaseChallenge,
  seal,
  signingKeyPairOf,
  signSnapshot,
  verifySnapshot,
} from '@wardseal/crypto';
import { base64url, sha256 } from '@wardseal/primitives';
import { type PostgresServer, startPostgres } from '@wardseal/testkit/node';
import { Hono } from 'hono';
import { TRUSTS } from '../../src/ceremony/cast.js';
import { runCeremony } from '../../src/ceremony/ceremony.js';
import { enrolHere, type OwnKeys, ownKeys } from '../../src/ceremony/enrol.js';
import { setUrls } from '../../src/ceremony/set-urls.js';
import { startCustodian } from '../../src/custodian/custodian.js';
import { openCustody } from '../../src/custodian/custody.js';
import { serveRecord } from '../../src/record/serve.js';
import { migrate } from '../../src/server/db/migrate.js';
import { createDb } from '../../src/server/db/pool.js';
import { createApp } from '../../src/server/http/app.js';
import { type Jobs, startJobs } from '../../src/server/jobs/runner.js';
import type { App } from '../../src/server/wiring/app.js';
import { folderBlobs } from '../../src/server/wiring/blobs.js';
import { openHeaders } from '../../src/server/wiring/headers.js';
import { sourcesOf } from '../../src/server/wiring/ig-reading.js';
import { openTrusts } from '../../src/server/wiring/trust.js';
import type { ItemLabels, OpenAnswer } from '../../src/wire/index.js';
import { JPEG_HEAD } from './custody-world.js';

export { JPEG_HEAD };
export const ORG = 'ZZZ01';
const ORIGIN = 'http://localhost:4000';

/** Somebody of the demo, with keys and a passkey that the test holds. */
export interface Member {
  readonly id: string;
  readonly org: string;
  readonly keys: OwnKeys;
  readonly passkey: { readonly id: string; readonly key: KeyObject };
  readonly cookie: string;
}

/** What came back. */
export interface Answer<T = Record<string, unknown>> {
  readonly status: number;
  readonly body: T;
}

/** The server's stores and routes in this process, over a real database, log, witness and custodian. */
export interface ItemsHouse {
  readonly app: App;
  readonly jobs: Jobs;
  readonly postgres: PostgresServer;
  readonly dataDir: string;
  /** The custodian of the trust, and the record behind it: each can be ended and started again. */
  readonly custodian: Switch;
  readonly record: Switch;
  /** Milliseconds by which the server's clock is ahead. */
  skip(ms: number): void;
  /** Everybody signs in anew, as after hours that were skipped. */
  signIn(): Promise<void>;
  member(id: string): Member;
  call<T = Record<string, unknown>>(who: Member, method: string, path: string, json?: unknown): Promise<Answer<T>>;
  upload(who: Member, item: string, bytes: Uint8Array): Promise<Answer>;
  /** A sealed item, not sent yet. */
  sealed(who: Member, to: string[], labels?: Partial<ItemLabels>, content?: string, id?: string): Promise<Sealed>;
  /** Seals, uploads and sends. */
  send(who: Member, to: string[], labels?: Partial<ItemLabels>, content?: string): Promise<Sealed>;
  open(who: Member, item: string, more?: object): Promise<Answer<OpenAnswer & Refused>>;
  release(who: Member, item: string, asked: object): Promise<Answer<{ readonly epoch?: number } & Refused>>;
  /** Every entry of the log, opened, after the outbox was delivered. */
  entries(): Promise<OpenedEntry[]>;
  stop(): Promise<void>;
}

/** Something that runs and can be down for a while. */
export interface Switch {
  off(): Promise<void>;
  on(): Promise<void>;
}

/** The part of an answer that is a refusal. */
export interface Refused {
  readonly error?: { readonly code: string; readonly lines?: string[]; readonly next?: string[] };
}

export interface Sealed {
  readonly id: string;
  readonly case: string;
  readonly payload: Uint8Array<ArrayBuffer>;
  readonly header: Uint8Array<ArrayBuffer>;
  readonly body: Readonly<Record<string, unknown>>;
}

/** Starts one; stop it. */
export async function itemsHouse(): Promise<ItemsHouse> {
  const dataDir = await mkdtemp(join(tmpdir(), 'wardseal-items-'));
  await runCeremony({ dataDir });
  const members = new Map<string, Omit<Member, 'cookie'>>();
  for (const plan of TRUSTS) await enrolAll(dataDir, plan.organisation, members);
  const { skey } = JSON.parse(await readFile(join(dataDir, 'witness/key.json'), 'utf8'));
  const logs: string[] = [];
  for (const { organisation } of TRUSTS) {
    const config = JSON.parse(await readFile(join(dataDir, `trusts/${organisation}.json`), 'utf8'));
    logs.push(...config.logs.keys);
  }
  const signer = await logSigner(skey);
  const witness = await serveWitness({ signer, logs, folder: join(dataDir, 'witness/seen'), port: 0 });
  let recordUrl = '';
  const record = await switched(async () => {
    const served = await serveRecord({
      folder: join(dataDir, 'record'),
      port: Number(new URL(recordUrl || 'http://x:0').port),
    });
    recordUrl = served.url;
    return served;
  });
  await setUrls({ dataDir, witnessUrl: witness.url, recordUrl });
  await mkdir(join(dataDir, 'run'), { recursive: true });
  const custodians = await Promise.all(
    TRUSTS.map(({ organisation }) =>
      switched(async () => {
        const folder = join(dataDir, 'custodian', organisation);
        const custody = await openCustody({ folder, origin: ORIGIN, recordUrl: `${recordUrl}${organisation}` });
        return startCustodian({
          custody,
          socketPath: join(dataDir, 'run', `${organisation}.sock`),
          journalFolder: join(dataDir, 'emergency', organisation),
          say: () => undefined,
        });
      }),
    ),
  );
  const postgres = await startPostgres();
  const databaseUrl = postgres.connectionString(await postgres.createDatabase());
  const db = createDb(databaseUrl);
  await migrate(db);
  let ahead = 0;
  const clock = { now: () => Date.now() + ahead };
  const config = {
    port: 4000,
    host: '127.0.0.1',
    dataDir,
    databaseUrl,
    origin: ORIGIN,
    rpId: 'localhost',
    auditDir: join(dataDir, 'audit'),
    phone: '01632 960000',
    proxies: [],
  };
  const trusts = await openTrusts(config, db, clock);
  const blobs = folderBlobs(join(dataDir, 'blobs'));
  const erase = openHeaders(join(dataDir, 'erase'), clock.now);
  const assets = { address: () => null, preload: () => [], routes: new Hono<never>() };
  const app = { config, db, trusts, blobs, erase, clock, assets } as unknown as App;
  const http = createApp(app);
  const jobs = startJobs(app, () => undefined);
  const cookies = new Map<string, string>();
  const signIn = async (): Promise<void> => {
    for (const { id, org, passkey } of members.values()) {
      const token = base64url(randomBytes(32));
      const now = new Date(clock.now());
      await db.query(
        `INSERT INTO sessions (org, id, person, credential, created_at, authenticated_at, unlocked_at, active_at, ends_at)
         VALUES ($1, $2, $3, $4, $5, $5, $5, $5, $6)`,
        [
          org,
          createHash('sha256').update(token).digest('base64url'),
          id,
          passkey.id,
          now,
          new Date(now.getTime() + 13 * 3_600_000),
        ],
      );
      await db.query(
        'INSERT INTO people (org, person, acknowledged_version) VALUES ($1, $2, 1) ON CONFLICT DO NOTHING',
        [org, id],
      );
      cookies.set(id, `__Host-session=${org}.${token}`);
    }
  };
  await signIn();

  const member = (id: string): Member => ({ ...members.get(id)!, cookie: cookies.get(id)! });
  const ask = async (who: Member, method: string, path: string, init: RequestInit): Promise<Answer<never>> => {
    const headers = { origin: ORIGIN, 'x-wardseal': '1', cookie: who.cookie, ...(init.headers as object) };
    const response = await http.request(`${ORIGIN}${path}`, { ...init, method, headers });
    return { status: response.status, body: (await response.json().catch(() => ({}))) as never };
  };
  const call: ItemsHouse['call'] = (who, method, path, json) =>
    ask(
      who,
      method,
      path,
      json === undefined ? {} : { body: JSON.stringify(json), headers: { 'content-type': 'application/json' } },
    );
  const upload: ItemsHouse['upload'] = (who, item, bytes) =>
    ask(who, 'PUT', `/api/items/${item}/payload`, {
      body: bytes as Uint8Array<ArrayBuffer>,
      headers: { 'content-type': 'application/octet-stream' },
    });
  // Root of each item's content: advice is bound to it.
  const roots = new Map<string, string>();
  const sealed: ItemsHouse['sealed'] = async (who, to, changed = {}, content = 'a picture', id = randomUUID()) => {
    const { directory } = await app.trusts.get(who.org)!.directory();
    const entryOf = (person: string): DirectoryEntry => directory.person(person, clock.now() / 1000)!;
    const labels: ItemLabels = {
      kind: 'photo',
      sensitivity: 'normal',
      purpose: 'direct-care',
      consentLevel: ['record'],
      identifiable: true,
      author: who.id,
      ownerOrg: who.org,
      team: 'plastics-on-call',
      notAfter: new Date(clock.now() + 7 * 86_400_000).toISOString(),
      about: 'none',
      ...changed,
    };
    const people = [...to, who.id];
    const caseId = (changed as { case?: string }).case ?? randomUUID();
    const { case: _, ...signed } = labels as ItemLabels & { case?: string };
    const { header, payload, root } = await seal(
      Buffer.concat([labels.kind === 'photo' ? JPEG_HEAD : new Uint8Array(), Buffer.from(content)]),
      {
        directory,
        recipients: people.map(entryOf),
        custodian: entryOf('custodian'),
        guardians: { seats: ['p-guardian-1', 'p-guardian-2', 'p-guardian-3'].map(entryOf), threshold: 2 },
        sender: { keys: await signingKeyPairOf(who.keys.signing), entry: entryOf(who.id) },
        mediaType: labels.kind === 'photo' ? 'image/jpeg' : 'text/plain',
        case: caseId,
        labels: { ...signed },
        clinical: {
          ...clinicalOf(id, labels.kind === 'photo', content),
          ...(labels.about === 'none' ? {} : { advice: { about: labels.about, root: roots.get(labels.about)! } }),
        },
      },
    );
    roots.set(id, base64url(root));
    const body = {
      id,
      case: caseId,
      labels: signed,
      header: base64url(header),
      payloadDigest: base64url(sha256(payload)),
      recipients: people,
    };
    return { id, case: caseId, payload, header, body };
  };
  return {
    app,
    jobs,
    postgres,
    dataDir,
    custodian: custodians[0]!,
    record,
    skip(ms) {
      ahead += ms;
    },
    signIn,
    member,
    call,
    upload,
    sealed,
    async send(who, to, labels, content) {
      const item = await sealed(who, to, labels, content);
      const stored = await upload(who, item.id, item.payload);
      if (stored.status !== 200) throw new Error(`not stored: ${JSON.stringify(stored.body)}`);
      const sent = await call(who, 'POST', '/api/items', item.body);
      if (sent.status !== 201) throw new Error(`not sent: ${JSON.stringify(sent.body)}`);
      return item;
    },
    open: (who, item, more = {}) =>
      call(who, 'POST', `/api/items/${item}/open`, {
        nonce: base64url(randomBytes(32)),
        purpose: 'direct-care',
        ...more,
      }),
    async release(who, item, asked) {
      type Options = { logEntry: string; nonce: string } & Refused;
      const options = await call<Options>(who, 'POST', `/api/items/${item}/release/options`, asked);
      if (options.status !== 200) return { status: options.status, body: { error: options.body.error! } };
      const { logEntry, nonce } = options.body;
      const { directory } = await app.trusts.get(who.org)!.directory();
      const { recipient } = directory.person(who.id, clock.now() / 1000)!;
      const challenge = releaseChallenge({ item, recipient, logEntry, nonce: Buffer.from(nonce, 'base64url') });
      const response = assertion(who, challenge);
      return call(who, 'POST', `/api/items/${item}/release`, { logEntry, nonce, response });
    },
    async entries() {
      await jobs.tick();
      const { log } = trusts.get(ORG)!;
      const current = await log.current();
      await current.integrate();
      const found: OpenedEntry[] = [];
      for (const source of await sourcesOf(app, trusts.get(ORG)!))
        for await (const entry of readOpened(source, current.origin, current.size)) found.push(entry);
      return found;
    },
    async stop() {
      await jobs.stop();
      for (const { log } of trusts.values()) await log.close();
      for (const custodian of custodians) await custodian.off();
      await record.off();
      await witness.close();
      erase.close();
      await db.close();
      await postgres.stop();
      await rm(dataDir, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** Something that is started again as it was. */
async function switched(start: () => Promise<{ close(): Promise<void> }>): Promise<Switch> {
  let running: { close(): Promise<void> } | null = await start();
  return {
    async off() {
      await running?.close();
      running = null;
    },
    async on() {
      running ??= await start();
    },
  };
}

function clinicalOf(item: string, photo: boolean, note: string) {
  return {
    item,
    patient: { scheme: 'nhs', number: '9990000018', name: 'Test Patient', born: '1985-03-27' },
    consent: photo ? { level: 'record', form: 'oral', givenBy: 'the patient', at: '2026-11-22T20:00:00.000Z' } : null,
    site: photo ? 'hand' : '',
    side: photo ? 'left' : 'not-applicable',
    capturedAt: '2026-11-22T20:00:00.000Z',
    note,
  };
}

/** Enters the staff of a trust into its directory, as their enrolments would, with keys that the test holds. */
async function enrolAll(dataDir: string, org: string, members: Map<string, Omit<Member, 'cookie'>>): Promise<void> {
  const folder = join(dataDir, 'custodian', org);
  const read = async (name: string) => JSON.parse(await readFile(join(folder, name), 'utf8'));
  const stored = await read('directory.json');
  const { rootThumbprint } = await read('trust.json');
  const now: number = stored.issuedAt;
  const where = { organisation: org, rootThumbprint, now };
  const before = await verifySnapshot(Buffer.from(stored.snapshot, 'base64url'), where);
  const staff = TRUSTS.find(({ organisation }) => organisation === org)!.staff;
  const entries = await Promise.all(
    staff.map(async ({ id, name, role, teams }) => {
      const keys = await ownKeys(join(dataDir, `test-keys-${id}.json`));
      const { privateKey: key, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
      const passkey = { id: base64url(randomBytes(16)), key };
      members.set(id, { id, org, keys, passkey });
      const credentials = [{ id: passkey.id, publicKey: base64url(coseOf(publicKey)) }];
      return { ...(await enrolHere(keys, { id, name, roles: [role] }, where, credentials)), teams };
    }),
  );
  const directoryKey = await signingKeyPairOf((await read('directory-key.json')).secretKey);
  const { delegation } = await read('delegation.json');
  const snapshot = await signSnapshot([...before.entries, ...entries], {
    directoryKey,
    delegation,
    organisation: org,
    epoch: before.epoch + 1,
    previous: before.digest,
    now,
  });
  await writeFile(join(folder, 'directory.json'), JSON.stringify({ ...stored, snapshot: base64url(snapshot) }));
}

/** A P-256 key as COSE has it: a CBOR map of kind, algorithm, curve, x and y (RFC 9053, section 7.1). */
function coseOf(key: KeyObject): Uint8Array {
  const { x, y } = key.export({ format: 'jwk' });
  const part = (label: number, text: string) => [label, 0x58, 0x20, ...Buffer.from(text, 'base64url')];
  return Uint8Array.of(0xa5, 1, 2, 3, 0x26, 0x20, 1, ...part(0x21, x!), ...part(0x22, y!));
}

/** What an authenticator answers that saw and verified its user (WebAuthn level 3, section 6.1). */
function assertion({ id, passkey }: Member, challenge: Uint8Array): Record<string, unknown> {
  const client = JSON.stringify({
    type: 'webauthn.get',
    challenge: base64url(challenge),
    origin: ORIGIN,
    crossOrigin: false,
  });
  const data = Uint8Array.of(...sha256(Buffer.from('localhost')), 0x05, 0, 0, 0, 0);
  const signature = sign('sha256', Buffer.concat([data, sha256(Buffer.from(client))]), passkey.key);
  const text = (bytes: Uint8Array) => base64url(new Uint8Array(bytes));
  return {
    id: passkey.id,
    rawId: passkey.id,
    type: 'public-key',
    clientExtensionResults: {},
    response: {
      authenticatorData: text(data),
      clientDataJSON: text(Buffer.from(client)),
      signature: text(signature),
      userHandle: text(Buffer.from(id)),
    },
  };
}

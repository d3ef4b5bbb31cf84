import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type AppendOptions, type AuditEvent, generateLogKey, logSigner, openLog } from '@wardseal/audit';
import { fileKeyStore, fileStore } from '@wardseal/audit/file-store';
import {
  createOrganisation,
  type DirectoryEntry,
  delegateDirectory,
  generateIdentity,
  generateSigningKey,
  signSnapshot,
  verifySnapshot,
} from '@wardseal/crypto';
import { createPdp, loadPolicy } from '@wardseal/policy';
import { nhs } from '@wardseal/policy/packs/nhs';
import { type PostgresServer, startPostgres } from '@wardseal/testkit/node';
import { Hono } from 'hono';
import { enrolHere } from '../../src/ceremony/enrol.js';
import { migrate } from '../../src/server/db/migrate.js';
import { createDb } from '../../src/server/db/pool.js';
import { createApp } from '../../src/server/http/app.js';
import type { Env } from '../../src/server/http/env.js';
import type { App } from '../../src/server/wiring/app.js';
import { folderBlobs } from '../../src/server/wiring/blobs.js';
import type { CustodianClient } from '../../src/server/wiring/custodian-client.js';
import { openHeaders } from '../../src/server/wiring/headers.js';
import type { DirectoryView, Trust, TrustConfig } from '../../src/server/wiring/trust.js';
import { makeUserHandle } from '../../src/wire/user-handle.js';
import { type Flaws, type SoftPasskey, softPasskey } from './soft-passkey.js';

export const SITE = { origin: 'http://localhost:4000', rpId: 'localhost' };
const DAY = 86_400;

/** Invented people of one trust, each with a passkey. */
const CAST = [
  ['p-lindqvist', 'Robin Sample', 'nurse', []],
  ['p-okafor', 'Wren Example', 'registrar', ['plastics-on-call']],
  ['p-lead', 'Jules Invented', 'privacy-officer', []],
  ['p-admin', 'Kit Notional', 'administrator', []],
] as const;

/** A browser with its cookies, on our own page. */
export interface Browser {
  cookie: string | null;
  get(path: string, headers?: Record<string, string>): Promise<Response>;
  post(path: string, body?: unknown, headers?: Record<string, string>): Promise<Response>;
  /** Sign-in with a passkey, with whatever is wrong with it. */
  signIn(passkey: SoftPasskey, flaws?: Flaws): Promise<Response>;
}

/** The server on a real database, its trusts stood in for where another process would answer. */
export interface ServerWorld {
  readonly app: App;
  readonly hono: Hono<Env>;
  readonly server: PostgresServer;
  /** Milliseconds by which the server's clock runs ahead. */
  advance(ms: number): void;
  readonly passkeys: ReadonlyMap<string, SoftPasskey>;
  browser(): Browser;
  /** A browser that is signed in. */
  signedIn(person: string): Promise<Browser>;
  /** What stands in the outbox, in order. */
  events(): Promise<AuditEvent[]>;
  /** Signs another snapshot, with entries changed. */
  publish(change: (entry: DirectoryEntry) => DirectoryEntry | null): Promise<void>;
  /** Calls that the custodian of a trust answers; more can be put in. */
  readonly custodian: { -readonly [K in keyof CustodianClient]?: CustodianClient[K] };
  stop(): Promise<void>;
}

/** Starts it: trusts ZZZ01, with people, and ZZZ02, with nobody. */
export async function serverWorld(): Promise<ServerWorld> {
  const folder = await mkdtemp(join(tmpdir(), 'wardseal-server-'));
  const server = await startPostgres();
  const url = server.connectionString(await server.createDatabase());
  const db = createDb(url);
  await migrate(db);
  let ahead = 0;
  const clock = { now: () => Date.now() + ahead };
  const passkeys = new Map<string, SoftPasskey>();
  const ours = await makeTrust('ZZZ01', folder, passkeys, clock);
  const other = await makeTrust('ZZZ02', folder, new Map(), clock);
  const config = {
    ...SITE,
    ...{ port: 4000, host: '127.0.0.1', dataDir: folder, databaseUrl: url, auditDir: join(folder, 'audit') },
    ...{ phone: 'the switchboard', proxies: ['127.0.0.1/32'] },
  };
  const app: App = {
    config,
    db,
    clock,
    trusts: new Map([ours.trust, other.trust].map((trust) => [trust.config.organisation, trust])),
    blobs: folderBlobs(join(folder, 'blobs')),
    erase: openHeaders(join(folder, 'erase'), clock.now),
    assets: { notice: null, address: (name) => `/assets/${name}`, preload: () => [], routes: emptyRoutes() },
  };
  const hono = createApp(app);
  const browser = (): Browser => makeBrowser(hono);
  return {
    ...{ app, hono, server, passkeys, browser },
    advance: (ms) => {
      ahead += ms;
    },
    async signedIn(person) {
      const one = browser();
      const answer = await one.signIn(passkeys.get(person) as SoftPasskey);
      if (answer.status !== 200) throw new Error(`sign-in: ${answer.status} ${await answer.text()}`);
      return one;
    },
    events: async () =>
      (await db.query<{ event: AuditEvent }>('SELECT event FROM audit_outbox ORDER BY position')).map(
        ({ event }) => event,
      ),
    publish: ours.publish,
    custodian: ours.custodian,
    async stop() {
      for (const { log } of app.trusts.values()) await log.close();
      await db.close();
      app.erase.close();
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function emptyRoutes(): App['assets']['routes'] {
  return new Hono<Env>();
}

function makeBrowser(hono: Hono<Env>): Browser {
  const env = { incoming: { socket: { remoteAddress: '192.0.2.7' } } } as unknown as Env['Bindings'];
  const send = async (one: Browser, path: string, init: RequestInit, headers: Record<string, string>) => {
    const cookie = one.cookie === null ? {} : { cookie: one.cookie };
    const answer = await hono.request(SITE.origin + path, { ...init, headers: { ...cookie, ...headers } }, env);
    const given = answer.headers.get('set-cookie');
    if (given !== null) one.cookie = /Max-Age=0/.test(given) ? null : (given.split(';')[0] as string);
    return answer;
  };
  const one: Browser = {
    cookie: null,
    get: (path, headers = {}) => send(one, path, { method: 'GET' }, headers),
    post: (path, body = {}, headers = {}) =>
      send(
        one,
        path,
        { method: 'POST', body: JSON.stringify(body) },
        {
          'content-type': 'application/json',
          'x-wardseal': '1',
          origin: SITE.origin,
          'sec-fetch-site': 'same-origin',
          ...headers,
        },
      ),
    async signIn(passkey, flaws) {
      const asked = await one.post('/api/sign-in/options');
      const { id, options } = (await asked.json()) as { id: string; options: { challenge: string } };
      return one.post('/api/sign-in', { id, response: passkey.assert(options.challenge, flaws) });
    },
  };
  return one;
}

async function makeTrust(
  organisation: string,
  folder: string,
  passkeys: Map<string, SoftPasskey>,
  clock: { now: () => number },
): Promise<{ trust: Trust; publish: ServerWorld['publish']; custodian: ServerWorld['custodian'] }> {
  const now = Math.floor(clock.now() / 1000) - 60;
  const { root, thumbprint: rootThumbprint } = await createOrganisation();
  const directoryKey = await generateSigningKey();
  const delegation = await delegateDirectory(root, directoryKey.publicKey, {
    organisation,
    until: now + 60 * DAY,
    now,
  });
  let entries: DirectoryEntry[] = [];
  for (const [id, name, role, teams] of organisation === 'ZZZ01' ? CAST : []) {
    const passkey = softPasskey(SITE, makeUserHandle({ organisation, person: id, rootThumbprint }));
    passkeys.set(id, passkey);
    const [{ identity }, { secretKey }] = await Promise.all([generateIdentity(), generateSigningKey()]);
    const keys = { identity, signing: secretKey };
    const credentials = [{ id: passkey.id, publicKey: passkey.publicKey }];
    const who = { id, name, roles: [role] };
    entries.push({ ...(await enrolHere(keys, who, { organisation, rootThumbprint, now }, credentials)), teams });
  }
  let epoch = 0;
  let view: DirectoryView;
  const publish: ServerWorld['publish'] = async (change) => {
    entries = entries.flatMap((entry) => change(entry) ?? []);
    epoch += 1;
    const at = Math.floor(clock.now() / 1000);
    const before = epoch === 1 ? {} : { previous: view.directory.digest };
    const snapshot = await signSnapshot(entries, { directoryKey, delegation, organisation, epoch, now: at, ...before });
    view = { snapshot, directory: await verifySnapshot(snapshot, { rootThumbprint, now: at }) };
  };
  await publish((entry) => entry);
  const pack = loadPolicy({ ...nhs(), reviewBy: '2099-01-01T00:00:00Z' });
  const custodian: ServerWorld['custodian'] = { rota: async () => ({ entries: [] }) };
  const placeOf = (room: string): string => join(folder, room, organisation, origin.slice(-4));
  const origin = `audit.${organisation.toLowerCase()}.invalid/${new Date(clock.now()).getUTCFullYear()}`;
  const { skey, vkey } = await generateLogKey(origin);
  const unwitnessed = { acceptedBy: 'a test', until: '2099-12-31', reason: 'nobody watches a test' };
  const log = await openLog({
    ...{
      origin,
      store: fileStore(placeOf('audit')),
      keys: fileKeyStore(placeOf('audit-secrets')),
      signer: await logSigner(skey),
      unwitnessed,
    },
  });
  const config: TrustConfig = {
    ...{
      organisation,
      rootThumbprint,
      name: `${organisation} (invented)`,
      policyFile: 'policy.json',
      policyId: 'default-nhs',
    },
    ...{
      guardians: [],
      emergencyKey: '',
      witnessPolicy: 'quorum none\n',
      witnessUrl: 'http://127.0.0.1:1/',
      recordUrl: '',
    },
    ...{ logs: { base: `audit.${organisation.toLowerCase()}.invalid`, keys: [vkey] }, channel: 'approved' },
    teams: { 'plastics-on-call': 'Plastics on call' },
  };
  const trust: Trust = {
    ...{ config, pack, pdp: createPdp(pack, { clock }) },
    log: {
      append: (event: AuditEvent, options?: AppendOptions) => log.append(event, options),
      current: async () => log,
      downSince: null,
      close: () => log.close(),
    } as unknown as Trust['log'],
    custodian: custodian as CustodianClient,
    watermarkSecret: new Uint8Array(randomBytes(32)),
    directory: async () => view,
    rota: async () => ({ entries: [] }),
  };
  return { trust, publish, custodian };
}

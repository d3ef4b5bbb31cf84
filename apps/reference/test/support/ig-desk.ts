import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createEventId, generateCosignerKey, generateLogKey, logSigner } from '@wardseal/audit';
import { serveWitness } from '@wardseal/audit/witness';
import { createPdp, loadPolicy } from '@wardseal/policy';
import { nhs } from '@wardseal/policy/packs/nhs';
import { startPostgres } from '@wardseal/testkit/node';
import { Hono } from 'hono';
import { migrate } from '../../src/server/db/migrate.js';
import { createDb, type Db } from '../../src/server/db/pool.js';
import type { Assets } from '../../src/server/http/assets.js';
import { sameOrigin } from '../../src/server/http/csrf.js';
import type { Env } from '../../src/server/http/env.js';
import { errorBody, problemOf } from '../../src/server/http/problem.js';
import { securityHeaders } from '../../src/server/http/security-headers.js';
import type { Session } from '../../src/server/http/session.js';
import { ig } from '../../src/server/routes/ig.js';
import type { App } from '../../src/server/wiring/app.js';
import { openTrustLog, type TrustLog } from '../../src/server/wiring/log.js';
import type { Trust } from '../../src/server/wiring/trust.js';

export const ORG = 'ZZZ01';
export const PEOPLE = [
  { person: 'p-lead', name: 'Jules Invented', role: 'privacy-officer' },
  { person: 'p-lead-two', name: 'Ira Invented', role: 'privacy-officer' },
  { person: 'p-okafor', name: 'Wren Example', role: 'registrar' },
  { person: 'p-teal', name: 'Sky Pretend', role: 'registrar' },
  { person: 'p-admin', name: 'Kit Notional', role: 'administrator' },
];
/** Information governance of one invented trust: its routes over a real log, witness and database, with something to look at. */
export interface IgDesk {
  readonly app: App;
  readonly db: Db;
  readonly log: TrustLog;
  readonly logKey: string;
  /** Where the log lies, and its secrets. */
  readonly folder: string;
  readonly secret: Uint8Array<ArrayBuffer>;
  /** An item that people looked at, one that nobody did, and the case of both. */
  readonly item: string;
  readonly other: string;
  readonly caseId: string;
  /** Id of the first viewing of `item`, and the entry of its use of break-glass. */
  readonly viewing: string;
  readonly useIndex: number;
  readonly act: (person: string, told: Partial<Event>) => Promise<{ readonly index: number }>;
  readonly stop: () => Promise<void>;
}
type Event = Parameters<TrustLog['append']>[0];

export async function startIgDesk(assets: Assets = NO_ASSETS): Promise<IgDesk> {
  const [item, other, caseId] = [randomUUID(), randomUUID(), randomUUID()];
  const secret = new Uint8Array(32).fill(7);
  const folder = await mkdtemp(join(tmpdir(), 'ig-'));
  // Nothing here asks what a power cut leaves.
  const postgres = await startPostgres({ settings: { fsync: 'off' } });
  const db = createDb(postgres.connectionString(await postgres.createDatabase()));
  await migrate(db);
  const origin = `audit.zzz01.invalid/${new Date().getUTCFullYear()}`;
  const { vkey, skey } = await generateLogKey(origin);
  const cosigner = await generateCosignerKey('witness.invalid', 'ed25519');
  const witness = await serveWitness({
    signer: await logSigner(cosigner.skey),
    logs: [vkey],
    folder: join(folder, 'seen'),
    port: 0,
  });
  await writeFile(join(folder, 'keys.json'), JSON.stringify({ [origin]: skey }));
  await mkdir(join(folder, 'audit'), { recursive: true });
  const witnessPolicy = `log ${vkey}\nwitness demo ${cosigner.vkey}\nquorum demo\n`;
  const log = await openTrustLog({
    ...{ organisation: ORG, base: 'audit.zzz01.invalid', witnessPolicy, witnessUrl: witness.url },
    folder: join(folder, 'audit', ORG),
    secrets: join(folder, 'audit-secrets', ORG),
    keys: join(folder, 'keys.json'),
  });
  const pack = loadPolicy(nhs());
  const entries = PEOPLE.map(({ person, name, role }) => ({ person, name, roles: [role], organisation: ORG }));
  const directory = {
    organisation: ORG,
    entries,
    person: (id: string) => entries.find((entry) => entry.person === id) ?? null,
  };
  const trust = {
    config: {
      organisation: ORG,
      name: 'Example NHS Trust (invented)',
      logs: { base: 'audit.zzz01.invalid', keys: [vkey] },
      witnessPolicy,
      channel: 'approved',
    },
    ...{ pack, pdp: createPdp(pack, { clock: Date }), log, watermarkSecret: secret },
    directory: async () => ({ directory, snapshot: new Uint8Array() }),
    rota: async () => ({ entries: [] }),
  } as unknown as Trust;
  const app = {
    ...{ db, assets, trusts: new Map([[ORG, trust]]), clock: Date },
    config: { dataDir: folder, auditDir: join(folder, 'audit') },
  } as unknown as App;
  for (const { person } of PEOPLE)
    await db.query('INSERT INTO people (org, person, acknowledged_version) VALUES ($1, $2, $3)', [
      ORG,
      person,
      pack.document.version,
    ]);
  const act = (person: string, told: Partial<Event>) =>
    log.append(
      {
        id: createEventId(),
        occurredAt: new Date().toISOString(),
        ...{ type: 'image.view', outcome: 'success', object: { kind: 'item', id: item }, purpose: 'TREAT' },
        actor: { id: person, kind: 'practitioner', org: ORG, role: 'registrar' },
        ...told,
      } as Event,
      { await: 'integrated' },
    );

  const sent = new Date(Date.now() - 3_600_000);
  for (const [org, id] of [
    [ORG, item],
    [ORG, other],
    ['ZZZ02', randomUUID()],
  ] as const) {
    await db.query('INSERT INTO cases (org, id) VALUES ($1, $2) ON CONFLICT DO NOTHING', [org, caseId]);
    await db.query(
      `INSERT INTO items (org, id, case_id, author, labels, header_digest, sent_digest, payload_digest, bytes, sent_at, not_after)
       VALUES ($1, $2, $3, 'p-lindqvist', $4, 'x', 'x', 'x', 1, $5, $5)`,
      [org, id, caseId, JSON.stringify({ kind: 'photo' }), sent],
    );
  }
  await db.query(
    "INSERT INTO item_recipients (org, item, person, recipient, kind) VALUES ($1, $2, 'p-okafor', 'age1pq1', 'sent')",
    [ORG, item],
  );
  await db.query(
    "INSERT INTO alarms (org, kind, item, whom, person) VALUES ($1, 'not-filed', $2, '{privacy-officer}', 'p-teal'), ($1, 'break-glass', $2, '{privacy-officer}', 'p-teal'), ('ZZZ02', 'held', 'another-trusts-item', '{privacy-officer}', 'p-teal')",
    [ORG, item],
  );
  const viewing = createEventId();
  await act('p-okafor', { id: viewing, outcome: 'intent' });
  const { index } = await act('p-okafor', { outcome: 'intent' });
  await act('p-okafor', { links: { parentIndex: index } });
  // Begun, and refused because it was recalled in between: nothing was seen.
  const late = await act('p-okafor', { outcome: 'intent' });
  await act('p-okafor', { outcome: 'serious', reason: 'ITEM_RECALLED', links: { parentIndex: late.index } });
  const useIndex = (await act('p-teal', { purpose: 'BTG', reason: 'collapsed on ward four' })).index;
  const stop = async (): Promise<void> => {
    await log.close();
    await witness.close();
    await db.close();
    await postgres.stop();
    await rm(folder, { recursive: true, force: true });
  };
  return { app, db, log, logKey: vkey, folder, secret, item, other, caseId, viewing, useIndex, act, stop };
}

const NO_ASSETS = { address: (name: string) => `/assets/${name}`, preload: () => [] } as unknown as Assets;

const sessionOf = (person: string, org = ORG): Session => {
  const now = new Date().toISOString();
  const role = PEOPLE.find((one) => one.person === person)?.role ?? 'nurse';
  return {
    ...{ id: 'session-1', org, person, name: person, role, teams: [], credential: 'c', assurance: 3 },
    ...{ authenticatedAt: now, unlockedAt: now, createdAt: now, endsAt: now },
  };
};

/** The routes as somebody signed in asks them. */
export function asPerson(app: App, person: string | null): Hono<Env> {
  const hono = new Hono<Env>();
  hono.use(securityHeaders(false));
  if (app.config.origin) hono.use(sameOrigin(app.config.origin));
  if (app.assets.routes) hono.route('/', app.assets.routes);
  hono.use(async (c, next) => {
    c.set('session', person === null ? null : sessionOf(person));
    await next();
  });
  hono.route('/', ig(app));
  hono.onError((error, c) => {
    const problem = problemOf(error);
    if (problem.code === 'INTERNAL') throw error;
    return c.json(errorBody(problem), problem.status);
  });
  return hono;
}

import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type PostgresServer, startPostgres } from '@wardseal/testkit/node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readConfig, UnsafeConfig, withPort } from '../../src/server/config.js';
import { checkDurable } from '../../src/server/db/check.js';
import { migrate } from '../../src/server/db/migrate.js';
import { createDb, type Db } from '../../src/server/db/pool.js';
import { Problem } from '../../src/server/http/problem.js';
import { openTrusts } from '../../src/server/wiring/trust.js';

let folder: string;
let server: PostgresServer;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'wardseal-config-'));
  server = await startPostgres();
}, 120_000);
afterAll(async () => {
  await server.stop();
  await rm(folder, { recursive: true, force: true });
});

const settings = (over: Record<string, string> = {}): NodeJS.ProcessEnv => ({
  DATA_DIR: folder,
  DATABASE_URL: 'postgres://localhost/wardseal',
  ...over,
});
const refusal = (over: Record<string, string>): Promise<string> =>
  readConfig(settings(over)).then(
    () => 'started',
    (error: unknown) => (error instanceof UnsafeConfig ? error.message : `another error: ${String(error)}`),
  );

describe('the settings', () => {
  it('have safe defaults: loopback, and the origin of the port that was taken', async () => {
    const config = withPort(await readConfig(settings()), 4321);
    expect(config).toMatchObject({ host: '127.0.0.1', port: 4321, origin: 'http://localhost:4321', rpId: 'localhost' });
    expect(config.auditDir).toBe(join(folder, 'audit'));
    const served = withPort(await readConfig(settings({ ORIGIN: 'https://pictures.example', HOST: '0.0.0.0' })), 4000);
    expect(served).toMatchObject({ origin: 'https://pictures.example', rpId: 'pictures.example', host: '0.0.0.0' });
  });

  it.each<[string, Record<string, string>]>([
    ['ORIGIN', { ORIGIN: 'http://pictures.example' }],
    ['ORIGIN', { ORIGIN: 'https://pictures.example/app' }],
    ['ORIGIN', { ORIGIN: 'pictures.example' }],
    ['HOST', { HOST: '0.0.0.0' }],
    ['HOST', { HOST: '0.0.0.0', ORIGIN: 'http://localhost:4000' }],
    ['PORT', { PORT: '70000' }],
    ['PORT', { PORT: 'http' }],
    ['DATABASE_URL', { DATABASE_URL: '' }],
    ['DATABASE_URL', { DATABASE_URL: 'file:./pglite' }],
    ['DATABASE_URL', { DATABASE_URL: 'postgres://db.example/wardseal' }],
    ['DATABASE_URL', { DATABASE_URL: 'postgres://db.example/wardseal?sslmode=require' }],
    ['PROXIES', { PROXIES: 'proxy.example' }],
    ['cannot be written', { DATA_DIR: '/dev/null/wardseal' }],
  ])('that are unsafe end the start with a line about %s: %j', async (what, over) => {
    const line = await refusal(over);
    expect(line).toContain(what);
    expect(line).not.toMatch(/\n|another error|started/);
  });

  it('let a database be reached over a network when both ends are proven', async () => {
    expect(await refusal({ DATABASE_URL: 'postgres://db.example/wardseal?sslmode=verify-full' })).toBe('started');
  });

  it('need a key ceremony, and secrets that nobody else reads', async () => {
    const config = withPort(await readConfig(settings()), 4000);
    const db = createDb(server.connectionString(await server.createDatabase()));
    const opened = (): Promise<string> =>
      openTrusts(config, db, { now: Date.now }).then(
        () => 'opened',
        (error: Error) => `${error.name}: ${error.message}`,
      );
    expect(await opened()).toMatch(/^UnsafeConfig: there is no trust in/);
    const { mkdir } = await import('node:fs/promises');
    for (const name of ['trusts', 'audit-keys']) await mkdir(join(folder, name));
    const trust = {
      ...{
        organisation: 'ZZZ01',
        name: 'Example (invented)',
        rootThumbprint: 'A'.repeat(43),
        policyFile: 'policy.json',
      },
      guardians: ['p-guardian-1', 'p-guardian-2'].map((id) => ({ id, role: 'guardian', publicKey: 'A'.repeat(43) })),
      ...{ policyId: 'default-nhs', logs: { base: 'audit.zzz01.invalid', keys: ['key'] }, emergencyKey: 'key' },
      ...{ witnessPolicy: '', witnessUrl: '', channel: 'approved', teams: {}, recordUrl: '' },
    };
    await writeFile(join(folder, 'trusts/ZZZ01.json'), JSON.stringify(trust));
    expect(await opened()).toMatch(/^UnsafeConfig: the secret .*audit-keys\/ZZZ01\.json cannot be read/);
    const keys = join(folder, 'audit-keys/ZZZ01.json');
    await writeFile(keys, '{}');
    await chmod(keys, 0o644);
    expect(await opened()).toMatch(/^UnsafeConfig: others than its owner can read .*chmod 600$/);
    await chmod(keys, 0o600);
    expect(await opened()).toMatch(/^UnsafeConfig: the secret .*watermark\/ZZZ01 cannot be read/);
    await db.close();
  });
});

describe('the database', () => {
  let db: Db;
  beforeAll(async () => {
    db = createDb(server.connectionString(await server.createDatabase()));
  });
  afterAll(() => db.close());

  it('gets its shape once, whoever starts at the same time', async () => {
    await Promise.all([migrate(db), migrate(db), migrate(db)]);
    const steps = await db.query<{ name: string }>('SELECT name FROM migrations ORDER BY name');
    expect(steps[0]?.name).toBe('001-base.sql');
    await db.query("INSERT INTO migrations (name) VALUES ('999-later.sql')");
    await expect(migrate(db)).rejects.toThrow('the database is newer than this program: it has 999-later.sql');
    await db.query("DELETE FROM migrations WHERE name = '999-later.sql'");
  });

  it('keeps all of a transaction or nothing', async () => {
    const insert = "INSERT INTO people (org, person) VALUES ('ZZZ01', 'p-moss')";
    await expect(
      db.tx(async (tx) => {
        await tx.query(insert);
        throw new Error('changed my mind');
      }),
    ).rejects.toThrow('changed my mind');
    expect(await db.query('SELECT FROM people')).toHaveLength(0);
    await db.tx((tx) => tx.query(insert));
    expect(await db.query('SELECT FROM people')).toHaveLength(1);
  });

  it('that is killed is said to be away, and used again when it is back', async () => {
    await db.query('SELECT 1');
    const waiting = db.tx((tx) => tx.query('SELECT pg_sleep(10)')).catch((error: unknown) => error);
    await new Promise((resolve) => setTimeout(resolve, 100));
    await server.crash();
    const lost = await waiting;
    const down = await db.query('SELECT 1').catch((error: unknown) => error);
    for (const error of [lost, down]) {
      expect(error).toBeInstanceOf(Problem);
      expect(error).toMatchObject({ status: 503, code: 'DATABASE_DOWN' });
    }
    await server.restart();
    expect(await db.query('SELECT FROM people')).toHaveLength(1);
  });

  it('that does not wait for its disk is refused', async () => {
    await checkDurable(db);
    const careless = await startPostgres({ settings: { fsync: 'off' } });
    const theirs = createDb(careless.connectionString(await careless.createDatabase()));
    try {
      await expect(checkDurable(theirs)).rejects.toThrow(UnsafeConfig);
    } finally {
      await theirs.close();
      await careless.stop();
    }
    const pglite: Db = { ...db, query: async <T>() => [{ version: 'PostgreSQL 18.6 on wasm32' }] as T[] };
    await expect(checkDurable(pglite)).rejects.toThrow('PGlite');
  });
});

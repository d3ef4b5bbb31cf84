import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { Pool } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { auditLog, type LogStore, memoryKeyStore, openLog, wrapKeys } from '../../src/index.js';
import {
  createAuditSchema,
  createKeySchema,
  postgresKeyStore,
  postgresReader,
  postgresStore,
} from '../../src/postgres-store.js';
import { entryOf } from '../support/entries.js';
import { codeOf, demoSigner, eventMaker, ORIGIN, testClock, UNWITNESSED } from '../support/events.js';
import { inDatabase, type PostgresServer, poolOf, startPostgres } from '../support/postgres.js';

const { signer, vkey } = await demoSigner();
const make = eventMaker('postgres safety');
let server: PostgresServer;
beforeAll(async () => {
  server = await startPostgres();
});
afterAll(() => server.stop());

async function opened(pool: Pool): Promise<LogStore> {
  const store = postgresStore(pool);
  await store.open(ORIGIN, vkey);
  return store;
}

/** A log of `count` events with a checkpoint over all of them. */
async function filled(pool: Pool, count: number): Promise<void> {
  const log = await reopened(pool);
  await Promise.all(Array.from({ length: count }, () => log.append(make())));
  await log.close();
}

// One for all databases: a log opens only with the secrets it was written with.
const keys = memoryKeyStore();

function reopened(pool: Pool) {
  return openLog({
    ...{ origin: ORIGIN, store: postgresStore(pool), keys, signer, clock: testClock(), unwitnessed: UNWITNESSED },
  });
}

// First, while there is little to scan.
describe('wrapped secrets in the database', () => {
  it('are in none of its files, kept or destroyed', async () => {
    const pool = poolOf(server, await server.createDatabase());
    const secret = (n: number): Buffer => Buffer.from('a secret of thirty-two bytes: xx').fill(String(n), 30);
    const bare = postgresKeyStore(pool, { schema: 'bare' });
    const wrapped = wrapKeys(postgresKeyStore(pool), new Uint8Array(32).fill(3));
    await bare.put('subject-0', secret(0));
    await wrapped.put('subject-1', secret(1));
    await wrapped.put('subject-2', secret(2));
    await wrapped.delete('subject-2');
    await pool.query('CHECKPOINT');
    const counts = await Promise.all([0, 1, 2].map((n) => filesWith(join(server.host, '../data'), secret(n))));
    // The one that is not wrapped shows that the scan finds secrets.
    expect(counts[0]).toBeGreaterThan(0);
    expect(counts.slice(1)).toEqual([0, 0]);
    await pool.end();
  });
});

describe('a database that may lose what it acknowledges', () => {
  it.each(['fsync', 'full_page_writes'])('is refused, on opening and on every write: %s', (setting) =>
    inDatabase(server, async (pool) => {
      const set = async (value: string) => {
        await pool.query(`ALTER SYSTEM SET ${setting} = ${value}`);
        await pool.query('SELECT pg_reload_conf()');
        const { rows } = await pool.query('SELECT current_setting($1) AS now', [setting]);
        for (let now = rows[0].now; now !== value; await setTimeout(5))
          now = (await pool.query('SELECT current_setting($1) AS now', [setting])).rows[0].now;
      };
      const store = await opened(pool);
      const keys = postgresKeyStore(pool);
      await store.append([entryOf(1)]);
      await set('off');
      try {
        expect(await codeOf(opened(pool))).toBe('STORE_UNSAFE');
        expect(await codeOf(store.append([entryOf(2)]))).toBe('STORE_UNSAFE');
        expect(await codeOf(store.integrate(async () => null))).toBe('STORE_UNSAFE');
        expect(await codeOf(keys.put('log', new Uint8Array(32)))).toBe('STORE_UNSAFE');
        expect(await codeOf(keys.delete('log'))).toBe('STORE_UNSAFE');
      } finally {
        await set('on');
      }
      expect(await store.append([entryOf(2)])).toEqual([{ index: 1, added: true }]);
      expect(await keys.put('log', new Uint8Array(32))).toBe(true);
    }),
  );

  it('is made to wait for its disk by each write, also where sessions need not', async () => {
    const database = await server.createDatabase();
    // A session that is told of success before anything is written: kill -9 right after would lose it.
    const pool = poolOf(server, database, { options: '-c synchronous_commit=off' });
    const store = await opened(pool);
    const keys = postgresKeyStore(pool);
    expect(await keys.get('log')).toBe(null);
    for (let round = 0; round < 4; round++) {
      await store.append([entryOf(round)]);
      if (round === 1) await keys.put('log', new Uint8Array(32).fill(1));
      if (round === 2) await keys.delete('log');
      if (round === 3) await store.integrate(async () => ({ tiles: [], checkpoint: `${ORIGIN}\n4\nroot\n` }));
      await server.crash();
      await server.restart();
      const { rows } = await pool.query('SELECT count(*)::int AS count FROM wardseal_audit.entries');
      expect(rows).toEqual([{ count: round + 1 }]);
      expect((await keys.get('log'))?.length ?? 0).toBe(round === 1 ? 32 : 0);
    }
    expect(await store.readCheckpoint()).not.toBe(null);
    await pool.end();
  });
});

describe('an administrator of the database', () => {
  let pool: Pool;
  beforeAll(async () => {
    pool = poolOf(server, await server.createDatabase());
    await filled(pool, 300);
  });
  afterAll(() => pool.end());

  /** What an auditor says after a change, which is undone then. */
  async function verdictAfter(change: string): Promise<string> {
    const client = await pool.connect();
    try {
      await client.query(`BEGIN; SET LOCAL search_path = wardseal_audit; ${change}`);
      return (await auditLog(postgresReader(client, ORIGIN), { logKey: vkey })).verdict;
    } finally {
      await client.query('ROLLBACK');
      client.release();
    }
  }

  it.each(['UPDATE entries SET type = 4', 'DELETE FROM entries WHERE index = 1', 'TRUNCATE entries'])(
    'is stopped from a slip: %s',
    async (slip) => {
      expect(await codeOf(verdictAfter(slip))).toBe('WS004');
      expect(await verdictAfter('')).toBe('good');
    },
  );

  it.each([
    ['changes a leaf', 'UPDATE entries SET leaf = set_byte(leaf, 40, 1 + get_byte(leaf, 40) % 255) WHERE index = 7'],
    ['removes an entry', 'DELETE FROM entries WHERE index = 7'],
    ['removes the last entry', 'DELETE FROM entries WHERE index = 299'],
    ['swaps two leaves', 'UPDATE entries e SET leaf = o.leaf FROM entries o WHERE e.index + o.index = 7'],
    ['changes a tile', 'UPDATE tiles SET hashes = set_byte(hashes, 5, 1 + get_byte(hashes, 5) % 255) WHERE index = 1'],
    ['removes a tile', 'DELETE FROM tiles WHERE level = 1'],
    ['changes the checkpoint', 'UPDATE signers SET checkpoint = set_byte(checkpoint, 40, 66)'],
    ['hides an entry from its subject', 'UPDATE entries SET subject_handle = NULL WHERE index = 7'],
    ['blames another actor', "UPDATE entries SET actor_handle = decode(repeat('ab', 32), 'hex') WHERE index = 7"],
    ['hides an entry from its object', "UPDATE entries SET object_handle = '' WHERE index = 299"],
    ['moves an entry in time', 'UPDATE entries SET recorded_at = recorded_at - 1 WHERE index = 256'],
    ['calls an entry something else', 'UPDATE entries SET type = type + 1 WHERE index = 0'],
    ['gives an entry another id', 'UPDATE entries SET id = gen_random_uuid() WHERE index = 7'],
    ['removes the checkpoint', 'UPDATE signers SET checkpoint = NULL'],
  ])('who %s is found out', async (_, change) => {
    expect(await verdictAfter(`ALTER TABLE entries DISABLE TRIGGER USER; ${change}`)).toBe('tampered');
  });

  it('who puts back an older state of the entries cannot have it signed', async () => {
    await pool.query(`ALTER TABLE wardseal_audit.entries DISABLE TRIGGER USER;
      DELETE FROM wardseal_audit.entries WHERE index >= 290; UPDATE wardseal_audit.heads SET size = 290`);
    expect(await codeOf(reopened(pool))).toBe('LOG_ROLLED_BACK');
  });
});

describe('roles', () => {
  it('may own a schema that was made for them', async () => {
    const database = await server.createDatabase();
    const owner = poolOf(server, database);
    await owner.query(`CREATE ROLE tenant LOGIN; CREATE SCHEMA tenants_log AUTHORIZATION tenant`);
    const tenant = poolOf(server, database, {
      connectionString: undefined,
      host: server.host,
      user: 'tenant',
      database,
    });
    const store = postgresStore(tenant, { schema: 'tenants_log' });
    expect(await store.open(ORIGIN, vkey)).toEqual({ size: 0 });
    expect(await codeOf(postgresStore(tenant).open(ORIGIN, vkey))).toBe('STORE_FAILED');
    await Promise.all([owner.end(), tenant.end()]);
  });

  it('need no more than the README grants', async () => {
    const database = await server.createDatabase();
    const owner = poolOf(server, database);
    const as = (user: string) =>
      poolOf(server, database, { connectionString: undefined, host: server.host, user, database });
    await owner.query(`CREATE ROLE app LOGIN; CREATE ROLE auditor LOGIN`);
    await createAuditSchema(owner);
    await createKeySchema(owner);
    const readme = await readFile(new URL('../../README.md', import.meta.url), 'utf8');
    const grants = /```sql\n([^`]+)```/.exec(readme)![1]!;
    await owner.query(grants);

    const app = as('app');
    await filled(app, 300);
    const log = await reopened(app);
    expect((await log.append(make(), { await: 'integrated' })).index).toBe(300);
    await log.close();
    for (const table of ['meta', 'logs', 'heads', 'signers', 'entries', 'tiles']) {
      expect(await codeOf(app.query(`DELETE FROM wardseal_audit.${table}`))).toBe('42501');
      expect(await codeOf(app.query(`INSERT INTO wardseal_audit.${table} DEFAULT VALUES`))).toBe('42501');
      expect(await codeOf(app.query(`TRUNCATE wardseal_audit.${table}`))).toBe('42501');
    }
    expect(await codeOf(app.query('UPDATE wardseal_audit.entries SET type = 1'))).toBe('42501');
    expect(await codeOf(app.query('UPDATE wardseal_audit.signers SET size = 0'))).toBe('42501');
    expect(await codeOf(app.query('CREATE TABLE wardseal_audit.mine ()'))).toBe('42501');

    const stored = postgresKeyStore(app);
    expect(await stored.put('log', new Uint8Array(32))).toBe(true);
    expect(await stored.put('log', new Uint8Array(32))).toBe(false);
    await stored.delete('log');
    expect(await stored.get('log')).toBe(null);
    expect(await codeOf(app.query('DELETE FROM wardseal_audit_keys.secrets'))).toBe('42501');

    const auditor = as('auditor');
    expect(await codeOf(auditor.query('SELECT * FROM wardseal_audit_keys.secrets'))).toBe('42501');
    const report = await auditLog(postgresReader(auditor, ORIGIN), { logKey: vkey });
    expect(report).toMatchObject({ verdict: 'good', checkpoint: { size: 301 } });
    const error = await postgresStore(auditor)
      .open(ORIGIN, vkey)
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'STORE_FAILED', message: 'the database role lacks a privilege' });
    await Promise.all([owner, app, auditor].map((pool) => pool.end()));
  });
});

/** How many files below a folder hold those bytes. */
async function filesWith(folder: string, bytes: Buffer): Promise<number> {
  let count = 0;
  for (const entry of await readdir(folder, { withFileTypes: true, recursive: true })) {
    if (!entry.isFile()) continue;
    const data = await readFile(join(entry.parentPath, entry.name)).catch(() => Buffer.alloc(0));
    if (data.includes(bytes)) count++;
  }
  return count;
}

import { type CustomTypesConfig, type Pool, types } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type AuditError,
  auditLog,
  type LogStore,
  memoryKeyStore,
  openLog,
  verifyCheckpoint,
} from '../../src/index.js';
import { type PostgresPool, postgresKeyStore, postgresReader, postgresStore } from '../../src/postgres-store.js';
import { entryOf } from '../support/entries.js';
import { codeOf, demoSigner, eventMaker, ORIGIN, testClock, UNWITNESSED } from '../support/events.js';
import { inDatabase, type PostgresServer, poolOf, poolThat, startPostgres } from '../support/postgres.js';

const { signer, vkey } = await demoSigner();
const make = eventMaker('postgres');
const APPEND = 'SELECT * FROM wardseal_audit.append(';
let server: PostgresServer;
beforeAll(async () => {
  server = await startPostgres();
});
afterAll(() => server.stop());

async function opened(pool: PostgresPool, options = {}): Promise<LogStore> {
  const store = postgresStore(pool, options);
  await store.open(ORIGIN, vkey);
  return store;
}

const keys = memoryKeyStore();

function logOn(pool: PostgresPool, origin = ORIGIN, by = signer) {
  const common = { keys, clock: testClock(), unwitnessed: UNWITNESSED };
  return openLog({ origin, store: postgresStore(pool), signer: by, ...common });
}

async function errorOf(work: Promise<unknown>): Promise<AuditError> {
  return work.then(
    () => {
      throw new Error('it did not fail');
    },
    (error: AuditError) => error,
  );
}

describe('the PostgreSQL store', () => {
  it('holds several logs, each year under its own origin', () =>
    inDatabase(server, async (pool) => {
      const years = ['audit.demo-trust.example/2026', 'audit.demo-trust.example/2027'];
      for (const [n, origin] of years.entries()) {
        const year = await demoSigner(origin, origin);
        const log = await logOn(pool, origin, year.signer);
        for (let i = 0; i <= n; i++) expect((await log.append(make())).index).toBe(i);
        await log.close();
        const report = await auditLog(postgresReader(pool, origin), { logKey: year.vkey });
        expect(report).toMatchObject({ verdict: 'good', checkpoint: { origin, size: n + 1 } });
      }
      expect(await postgresReader(pool, 'audit.demo-trust.example/2025').readCheckpoint()).toBe(null);
      // Made in the meantime, a reader that found nothing finds it.
      const later = postgresReader(pool, 'audit.demo-trust.example/2028');
      expect(await later.readCheckpoint()).toBe(null);
      const year = await demoSigner(1, 'audit.demo-trust.example/2028');
      await (await logOn(pool, 'audit.demo-trust.example/2028', year.signer)).close();
      expect(await later.readCheckpoint()).not.toBe(null);
    }));

  it('follows the checkpoint of another node, also with one connection a node', () =>
    inDatabase(server, async (_, database) => {
      const pools = [poolOf(server, database, { max: 1 }), poolOf(server, database, { max: 1 })] as [Pool, Pool];
      const [one, other] = [await logOn(pools[0]), await logOn(pools[1])];
      for (let round = 0; round < 3; round++)
        for (const log of [one, other]) {
          await Promise.all(Array.from({ length: 100 }, () => log.append(make())));
          const { index, receipt } = await log.append(make(), { await: 'integrated' });
          expect(receipt).not.toBe(null);
          expect((await log.inclusionProof(index)).index).toBe(index);
        }
      expect((await verifyCheckpoint(other.checkpoint(), { logKey: vkey })).size).toBe(606);
      await Promise.all([one.close(), other.close()]);
      await Promise.all(pools.map((pool) => pool.end()));
    }));

  it('gives the first index to who tries again because the answer was lost', () =>
    inDatabase(server, async (pool) => {
      let losing = true;
      const lossy = poolThat(pool, async (run, text) => {
        const result = await run();
        // The transaction is committed; the connection breaks before the client hears of it.
        if (losing && text.startsWith(APPEND))
          throw Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' });
        return result;
      });
      const log = await logOn(lossy);
      const event = make();
      expect(await codeOf(log.append(event))).toBe('STORE_FAILED');
      losing = false;
      expect(await log.append(event)).toMatchObject({ index: 0, duplicate: true });
      expect(await log.append(make())).toMatchObject({ index: 1, duplicate: false });
      await log.close();
    }));

  it('integrates after a commit whose answer was lost', () =>
    inDatabase(server, async (pool) => {
      let losing = false;
      const lossy = poolThat(pool, async (run, text) => {
        const result = await run();
        if (losing && text === 'COMMIT') throw new Error('Connection terminated unexpectedly');
        return result;
      });
      const log = await logOn(lossy);
      losing = true;
      expect(await codeOf(log.append(make(), { await: 'integrated' }))).toBe('LEASE_LOST');
      losing = false;
      expect((await log.append(make(), { await: 'integrated' })).index).toBe(1);
      await log.close();
      expect((await auditLog(postgresReader(pool, ORIGIN), { logKey: vkey })).verdict).toBe('good');
    }));

  it('works whatever the database has for defaults', () =>
    inDatabase(
      server,
      async (pool) => {
        const stores = await Promise.all(Array.from({ length: 4 }, () => opened(pool)));
        const appended = await Promise.all(
          stores.flatMap((store, n) => Array.from({ length: 10 }, (_, i) => store.append([entryOf(10 * n + i)]))),
        );
        expect(new Set(appended.flat().map(({ index }) => index)).size).toBe(40);
        await Promise.all(
          stores.map((store) =>
            store.integrate(async ({ size }) => ({ tiles: [], checkpoint: `${ORIGIN}\n${size}\nroot\n` })),
          ),
        );
      },
      { options: '-c default_transaction_isolation=serializable' },
    ));

  it.each([
    ['text', String],
    ['number', Number],
    ['bigint', BigInt],
  ])('takes whole numbers as the driver was told to give them: %s', (_, parse) => {
    const getTypeParser = (oid: number, format?: 'text' | 'binary') =>
      oid === types.builtins.INT8 ? parse : types.getTypeParser(oid, format as 'text');
    return inDatabase(
      server,
      async (pool) => {
        const log = await logOn(pool);
        expect((await log.append(make(), { await: 'integrated' })).index).toBe(0);
        await log.close();
        const chosen = [];
        for await (const index of postgresReader(pool, ORIGIN).select({})) chosen.push(index);
        expect(chosen).toEqual([0]);
      },
      { types: { getTypeParser } as CustomTypesConfig },
    );
  });

  it.each([
    ['a full disk', "RAISE EXCEPTION USING ERRCODE = '53100'", 'STORE_FAILED', 'the disk of the database is full'],
    ['anything else', "RAISE EXCEPTION 'person-doctor-moss'", 'STORE_FAILED', 'the database failed'],
  ])('names %s', (_, raise, code, message) =>
    inDatabase(server, async (pool) => {
      const store = await opened(pool);
      await pool.query(`CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN ${raise}; END $$;
        CREATE TRIGGER fail BEFORE INSERT ON wardseal_audit.entries EXECUTE FUNCTION fail()`);
      const error = await errorOf(store.append([entryOf(1)]));
      expect(error).toMatchObject({ code, message });
      expect(error.cause).toBeInstanceOf(Error);
      await pool.query('DROP TRIGGER fail ON wardseal_audit.entries');
      expect(await store.append([entryOf(1)])).toEqual([{ index: 0, added: true }]);
    }),
  );

  it('gives up on what stays rolled back, and says nothing of statements and addresses', () =>
    inDatabase(server, async (pool) => {
      let tries = 0;
      const never = poolThat(pool, async (run, text) => {
        if (!text.startsWith(APPEND)) return run();
        tries++;
        throw Object.assign(new Error(`could not serialize ${text}`), { code: '40001' });
      });
      const store = await opened(never);
      const error = await errorOf(store.append([entryOf(1)]));
      expect(error).toMatchObject({ code: 'STORE_FAILED', message: 'the database failed' });
      expect(tries).toBe(50);
      const nowhere = poolOf(server, 'no_such_database');
      for (const work of [() => opened(nowhere), () => postgresReader(nowhere, ORIGIN).readCheckpoint()])
        expect((await errorOf(work())).message).toBe('the database failed');
      expect(await codeOf(postgresKeyStore(nowhere).get('log'))).toBe('KEY_STORE_FAILED');
      await nowhere.end();
    }));

  it('refuses another version, and a database without any log', () =>
    inDatabase(server, async (pool) => {
      const reader = postgresReader(pool, ORIGIN);
      expect(await errorOf(reader.readCheckpoint())).toMatchObject({
        code: 'STORE_FAILED',
        message: 'the database holds no audit log',
      });
      await opened(pool);
      expect(await postgresKeyStore(pool).get('log')).toBe(null);
      await pool.query('UPDATE wardseal_audit.meta SET version = 2; UPDATE wardseal_audit_keys.meta SET version = 2');
      expect(await codeOf(opened(pool))).toBe('STORE_VERSION');
      expect(await codeOf(reader.readCheckpoint())).toBe('STORE_VERSION');
      expect(await codeOf(postgresKeyStore(pool).get('log'))).toBe('STORE_VERSION');
    }));

  it('lives in the schema that it is given', () =>
    inDatabase(server, async (pool) => {
      const store = await opened(pool, { schema: 'trust_log' });
      await store.append([entryOf(1)]);
      const found = [];
      for await (const entry of postgresReader(pool, ORIGIN, { schema: 'trust_log' }).readEntries(0)) found.push(entry);
      expect(found).toHaveLength(1);
      for (const schema of ['', 'Upper', '1st', 'pg_audit', 'a b', 'x; DROP', 'a'.repeat(64)]) {
        expect(() => postgresStore(pool, { schema })).toThrow(RangeError);
        expect(() => postgresReader(pool, ORIGIN, { schema })).toThrow(RangeError);
        expect(() => postgresKeyStore(pool, { schema })).toThrow(RangeError);
      }
      for (const time of [0, -1, 1.5, Number.NaN, 2 ** 31]) {
        expect(() => postgresStore(pool, { leaseSilence: time })).toThrow(RangeError);
        expect(() => postgresStore(pool, { lockWait: time })).toThrow(RangeError);
      }
    }));

  it('refuses an entry that is no leaf, before anything is written', () =>
    inDatabase(server, async (pool) => {
      const store = await opened(pool);
      expect(await codeOf(store.append([entryOf(1), { ...entryOf(2), leaf: new Uint8Array(40) }]))).toBe(
        'LEAF_INVALID',
      );
      expect(await store.append([entryOf(2)])).toEqual([{ index: 0, added: true }]);
    }));
});

import { setTimeout } from 'node:timers/promises';
import type { Pool } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Integration, LogStore, Tile } from '../../src/index.js';
import { postgresStore } from '../../src/postgres-store.js';
import { entryOf } from '../support/entries.js';
import { codeOf, demoSigner, ORIGIN } from '../support/events.js';
import { inDatabase, type PostgresServer, poolThat, startPostgres } from '../support/postgres.js';

const { vkey } = await demoSigner();
let server: PostgresServer;
beforeAll(async () => {
  server = await startPostgres();
});
afterAll(() => server.stop());

/** A log of three entries with a checkpoint of two, and another handle on it. */
async function twoOf(pool: Pool, options = {}): Promise<[LogStore, LogStore]> {
  const stores = [postgresStore(pool, options), postgresStore(pool)] as [LogStore, LogStore];
  for (const store of stores) await store.open(ORIGIN, vkey);
  await stores[0].append([0, 1, 2].map(entryOf));
  await stores[0].integrate(async () => checkpoint(2));
  return stores;
}

function checkpoint(size: number, text = 'root', tiles: readonly Tile[] = [tile(size, 1)]): Integration {
  return { tiles, checkpoint: `${ORIGIN}\n${size}\n${text}\n` };
}

function tile(width: number, fill: number): Tile {
  return { level: 0, index: 0, width, data: new Uint8Array(32 * width).fill(fill) };
}

async function rootOf(store: LogStore): Promise<string> {
  return new TextDecoder().decode((await store.readCheckpoint())!).split('\n')[2]!;
}

describe('the lease', () => {
  it('is taken from a holder that falls silent, who then changes nothing', () =>
    inDatabase(server, async (pool) => {
      const [silent, other] = await twoOf(pool, { leaseSilence: 1000 });
      let holds = (): void => undefined;
      const held = new Promise<void>((resolve) => {
        holds = resolve;
      });
      let wake = (): void => undefined;
      const asleep = new Promise<void>((resolve) => {
        wake = resolve;
      });
      const late = codeOf(
        silent.integrate(async () => {
          holds();
          await asleep;
          return checkpoint(3, 'late', [tile(3, 9)]);
        }),
      );
      await held;
      await other.integrate(async () => checkpoint(3, 'on time', [tile(3, 1)]));
      wake();
      expect(await late).toBe('LEASE_LOST');
      expect(await rootOf(other)).toBe('on time');
      expect((await other.readTile({ level: 0, index: 0, width: 3 }))?.[0]).toBe(1);
      // It recovers by trying again.
      await silent.integrate(async (state) => {
        expect(new TextDecoder().decode(state.checkpoint!)).toContain('on time');
        return checkpoint(3, 'again', []);
      });
      expect(await rootOf(other)).toBe('again');
    }));

  it('falls with the connection', () =>
    inDatabase(server, async (pool) => {
      const [store, other] = await twoOf(pool);
      const terminate = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE state = 'idle in transaction' AND datname = current_database()`;
      const late = store.integrate(async () => {
        expect((await pool.query(terminate)).rows).toHaveLength(1);
        // Long enough for the news to come in while nobody asks: an event without a listener would end the process.
        await setTimeout(50);
        return checkpoint(3, 'late');
      });
      expect(await codeOf(late)).toBe('LEASE_LOST');
      await other.integrate(async () => checkpoint(3, 'other'));
      expect(await rootOf(store)).toBe('other');
    }));

  it('is not waited for longer than was said', () =>
    inDatabase(server, async (pool) => {
      const [holder] = await twoOf(pool);
      const hasty = postgresStore(pool, { lockWait: 50 });
      await hasty.open(ORIGIN, vkey);
      await holder.integrate(async () => {
        expect(await codeOf(hasty.integrate(async () => checkpoint(3)))).toBe('STORE_FAILED');
        return null;
      });
      await hasty.integrate(async () => checkpoint(3, 'then'));
      expect(await rootOf(holder)).toBe('then');
    }));

  it('hears of a connection that fails in the turn in which it is taken', () =>
    inDatabase(server, async (pool) => {
      await twoOf(pool);
      const failing = poolThat(
        pool,
        (run) => run(),
        (client) => {
          // Without a listener this throws, and out of a socket's event it would end the process.
          client.emit('error', new Error('terminating connection due to unexpected postmaster exit'));
        },
      );
      const store = postgresStore(failing);
      await store.open(ORIGIN, vkey);
      const before = pool.totalCount;
      await store.integrate(async () => null);
      // A connection that told of an error is nobody's again.
      expect(pool.totalCount).toBeLessThan(before + 1);
      expect(pool.idleCount).toBe(pool.totalCount);
    }));

  it('leaves nothing on its connection that nobody waited for', () =>
    inDatabase(server, async (pool) => {
      const statements: string[] = [];
      const seen = poolThat(pool, (run, text) => {
        statements.push(text);
        return run();
      });
      const store = postgresStore(seen);
      await store.open(ORIGIN, vkey);
      let late: Promise<unknown> = Promise.resolve();
      let over = false;
      await store.integrate(async () => {
        late = (async () => {
          while (!over) await setTimeout(1);
          // A transaction that was ended is nobody's to read in: the pool's connections are.
          return store.readCheckpoint();
        })();
        return null;
      });
      const taken = await Promise.all(Array.from({ length: 10 }, () => pool.connect()));
      over = true;
      // Every connection of the pool is somebody's: the reader has to wait for one.
      const waited = await Promise.race([late.then(() => 'no'), setTimeout(50, 'yes')]);
      for (const client of taken) client.release();
      await late;
      expect(waited).toBe('yes');
      expect(statements.at(-1)).toContain('checkpoint');
    }));

  it('does not hide why the work itself failed', () =>
    inDatabase(server, async (pool) => {
      const [store] = await twoOf(pool);
      const failure = Object.assign(new Error('the key is in the safe'), { code: 'ECONNRESET' });
      await expect(store.integrate(() => Promise.reject(failure))).rejects.toBe(failure);
    }));

  it.each<[string, Integration]>([
    ['a tile that says something else', checkpoint(3, 'root', [tile(3, 2)])],
    ['a narrower tile that says something else', checkpoint(3, 'root', [tile(1, 2)])],
    ['a smaller tree', checkpoint(1, 'root', [])],
    ['a tree of entries that are not there', checkpoint(4, 'root', [])],
  ])('lets nobody publish %s', (_, integration) =>
    inDatabase(server, async (pool) => {
      const [store] = await twoOf(pool);
      expect(await codeOf(store.integrate(async () => integration))).toBe('LOG_CORRUPT');
      expect(new TextDecoder().decode((await store.readCheckpoint())!)).toBe(checkpoint(2).checkpoint);
      expect(await store.readTile({ level: 0, index: 0, width: 2 })).toEqual(tile(2, 1).data);
      await store.integrate(async () => checkpoint(3, 'better', [tile(1, 1), tile(3, 1), tile(2, 1)]));
      expect(await store.readTile({ level: 0, index: 0, width: 3 })).toEqual(tile(3, 1).data);
    }),
  );

  it.each([
    ['epoch', 0, 2],
    ['size', 1, 1],
  ])('is checked again on writing: another %s is refused', (_, epoch, size) =>
    inDatabase(server, async (pool) => {
      await twoOf(pool);
      const publish = (on: string) =>
        codeOf(pool.query(`SELECT wardseal_audit.publish(1, ${on}, 3, 'x', '{}', '{}', '{}')`));
      expect(await publish(`${epoch}, ${size}`)).toBe('WS002');
      expect(await publish('1, 2')).toBe('none');
    }),
  );
});

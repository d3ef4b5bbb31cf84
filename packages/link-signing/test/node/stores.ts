import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type PostgresServer, startPostgres } from '@wardseal/testkit/node';
import { Pool, type PoolConfig } from 'pg';
import { afterAll } from 'vitest';
import { type EraseStore, type LinkStore, memoryEraseStore, memoryStore } from '../../src/index.js';
import { postgresStore } from '../../src/postgres-store.js';
import { sqliteEraseStore, sqliteStore } from '../../src/sqlite-store.js';

export interface Stores {
  store: LinkStore;
  shares: EraseStore;
  /** Where the files lie; empty in memory. */
  folder: string;
  /** What another process needs to open the same. */
  where: { folder: string; connectionString?: string; schema?: string };
  close(): Promise<void> | void;
}

// In memory where there is such a folder: the suites count and look, they do not pull the plug.
const ROOM = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();

/** A fresh folder. */
export function freshFolder(): string {
  return mkdtempSync(join(ROOM, 'wardseal-link-'));
}

let running: Promise<PostgresServer> | undefined;
let schemas = 0;
afterAll(async () => (await running)?.stop());

/** The PostgreSQL server of this test file, started when it is first asked for. */
export function postgres(): Promise<PostgresServer> {
  running ??= startPostgres();
  return running;
}

/** A pool that outlives its server: what happens to an idle connection is no test's failure. */
export async function poolOf(options: PoolConfig = {}): Promise<Pool> {
  const pool = new Pool({ connectionString: (await postgres()).connectionString(), ...options });
  pool.on('error', () => undefined);
  return pool;
}

/** The name of a schema that nobody has used. */
export function freshSchema(): string {
  schemas += 1;
  return `links_${schemas}`;
}

/** The stores every suite runs on, fresh ones at each call. */
export const KINDS: Readonly<Record<string, () => Promise<Stores>>> = {
  memory: async () => ({
    store: memoryStore(),
    shares: memoryEraseStore(),
    folder: '',
    where: { folder: '' },
    close: () => undefined,
  }),
  'node:sqlite': async () => {
    const folder = freshFolder();
    const store = sqliteStore(join(folder, 'links.db'));
    const shares = sqliteEraseStore(join(folder, 'erase.db'));
    return {
      store,
      shares,
      folder,
      where: { folder },
      close() {
        store.close();
        shares.close();
        rmSync(folder, { recursive: true });
      },
    };
  },
  PostgreSQL: async () => {
    const folder = freshFolder();
    const pool = await poolOf();
    const schema = freshSchema();
    const shares = sqliteEraseStore(join(folder, 'erase.db'));
    return {
      store: postgresStore(pool, { schema }),
      shares,
      folder,
      where: { folder, schema, connectionString: (await postgres()).connectionString() },
      async close() {
        await pool.end();
        shares.close();
        rmSync(folder, { recursive: true });
      },
    };
  },
};

/** Runs a body with fresh stores and closes them, however it ends. */
export async function withStores(kind: string, body: (stores: Stores) => Promise<void>): Promise<void> {
  const stores = await KINDS[kind]!();
  try {
    await body(stores);
  } finally {
    await stores.close();
  }
}

import { type PostgresServer, startPostgres } from '@wardseal/testkit/node';
import { Pool, type PoolClient, type PoolConfig } from 'pg';
import type { PostgresPool } from '../../src/postgres-store.js';

export { type PostgresServer, startPostgres };

/** A pool that outlives its server: what happens to an idle connection is no test's failure. */
export function poolOf(server: PostgresServer, database: string, options: PoolConfig = {}): Pool {
  const pool = new Pool({ connectionString: server.connectionString(database), ...options });
  pool.on('error', () => undefined);
  return pool;
}

/** Runs `work` with a pool of a fresh database. */
export async function inDatabase<T>(
  server: PostgresServer,
  work: (pool: Pool, database: string) => Promise<T>,
  options: PoolConfig = {},
): Promise<T> {
  const database = await server.createDatabase();
  const pool = poolOf(server, database, options);
  try {
    return await work(pool, database);
  } finally {
    await pool.end();
  }
}

/** What the store needs of a pool, with something that happens on the way to the database or back. */
export function poolThat(
  pool: Pool,
  query: (run: () => Promise<{ rows: Record<string, unknown>[] }>, text: string) => Promise<unknown>,
  onTaken: (client: PoolClient) => void = () => undefined,
): PostgresPool {
  const through = (run: (text: string, values?: unknown[]) => Promise<{ rows: Record<string, unknown>[] }>) => {
    return async (text: string, values?: unknown[]) =>
      (await query(() => run(text, values), text)) as { rows: Record<string, unknown>[] };
  };
  return {
    query: through((text, values) => pool.query(text, values)),
    connect(callback) {
      pool.connect((error, client) => {
        if (!client) return callback(error, undefined);
        callback(undefined, {
          query: through((text, values) => client.query(text, values)),
          release: (destroy) => client.release(destroy),
          on: (event, listener) => client.on(event, listener),
          removeListener: (event, listener) => client.removeListener(event, listener),
        });
        onTaken(client);
      });
    },
  };
}

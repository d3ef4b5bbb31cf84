import { type PostgresServer, startPostgres } from '@wardseal/testkit/node';
import { Pool, type PoolConfig } from 'pg';

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

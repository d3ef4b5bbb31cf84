import type { PostgresClient, PostgresPool } from './pool.js';

/** Runs `work` in one transaction on a connection of its own. What rejects is what failed first. */
export async function inTransaction<T>(pool: PostgresPool, work: (client: PostgresClient) => Promise<T>): Promise<T> {
  let broken = false;
  // A connection that fails between two statements tells nobody else, and an event without a listener ends a process.
  const onError = (): void => {
    broken = true;
  };
  const client = await new Promise<PostgresClient>((resolve, reject) => {
    pool.connect((error, taken) => {
      taken?.on('error', onError);
      if (taken) resolve(taken);
      else reject(error);
    });
  });
  try {
    // Each statement is to see what was committed before it, whatever the database's default is.
    await client.query('BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE');
    const result = await work(client);
    await client.query('COMMIT');
    return result;
  } catch (error) {
    await client.query('ROLLBACK').catch(onError);
    throw error;
  } finally {
    client.release(broken);
    client.removeListener('error', onError);
  }
}

import pg from 'pg';
import { Problem } from '../http/problem.js';

/** Connections a node holds: PostgreSQL allows 100 by default, so several nodes fit. */
const MAX_CONNECTIONS = 20;
/** A request waits no longer than this for a connection: a database that is away is said to be away. */
const CONNECT_MS = 5_000;
/** No statement of this app takes a second; one that takes this long holds locks that others wait for. */
const STATEMENT_MS = 15_000;

/** What runs statements: the database, or one transaction of it. */
export interface Tx {
  /** Runs one statement and gives its rows. Values go as parameters, never into the text. */
  query<T = Record<string, unknown>>(text: string, values?: readonly unknown[]): Promise<T[]>;
}

/** The database of one node. */
export interface Db extends Tx {
  /** Runs `work` in one transaction: all of it is kept, or, when it rejects, none. */
  tx<T>(work: (tx: Tx) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/** Opens a pool of connections. Nothing connects before the first statement. A lost database is 503 DATABASE_DOWN. */
export function createDb(url: string): Db {
  const pool = new pg.Pool({
    connectionString: url,
    max: MAX_CONNECTIONS,
    connectionTimeoutMillis: CONNECT_MS,
    statement_timeout: STATEMENT_MS,
  });
  // An idle connection that breaks is replaced at the next statement; without a listener it would end the process.
  pool.on('error', () => {});
  const run = async <T>(client: pg.Pool | pg.PoolClient, text: string, values: readonly unknown[] = []): Promise<T[]> =>
    (await client.query(text, [...values])).rows as T[];
  return {
    query: (text, values) => run<never>(pool, text, values).catch(lost),
    async tx(work) {
      const client = await take(pool).catch(lost);
      let broken: Error | undefined;
      try {
        await client.query('BEGIN').catch(lost);
        const result = await work({ query: (text, values) => run<never>(client, text, values).catch(lost) });
        await client.query('COMMIT').catch(lost);
        return result;
      } catch (error) {
        await client.query('ROLLBACK').catch((failure: Error) => {
          broken = failure;
        });
        throw error;
      } finally {
        client.off('error', ignore);
        client.release(broken);
      }
    },
    close: () => pool.end(),
  };
}

/**
 * A connection of its own. One that breaks while nothing is asked of it says so by an event, which may come with the very
 * bytes that said it was ready: a listener added after an `await` would be too late.
 */
function take(pool: pg.Pool): Promise<pg.PoolClient> {
  return new Promise((resolve, reject) => {
    pool.connect((error, client) => {
      client?.on('error', ignore);
      if (client) resolve(client);
      else reject(error);
    });
  });
}

function ignore(): void {}

/** Whether the failure is of the connection and not of the statement: SQLSTATE class 08 and 57P0x, or the socket's. */
function isLost(error: unknown): boolean {
  const { code = '', message = '' } = error as { code?: string; message?: string };
  return /^(08...|57P0[1-5]|53300|E[A-Z]+)$/.test(code) || /connection|timeout exceeded/i.test(message);
}

function lost(error: unknown): never {
  if (!isLost(error)) throw error;
  throw new Problem(503, 'DATABASE_DOWN', 'The service is short of its database for a moment', {
    next: ['Try again in a minute', 'If it is urgent, phone'],
    retryAfter: 5,
    cause: error,
  });
}

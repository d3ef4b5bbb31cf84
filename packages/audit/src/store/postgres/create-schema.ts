import { AuditError } from '../../errors.js';
import { asStoreError } from './failure.js';
import { functions } from './functions.js';
import { type PostgresPool, type PostgresQueryable, schemaName } from './pool.js';
import { SCHEMA_VERSION, tables } from './tables.js';
import { inTransaction } from './transaction.js';
import { numberOf } from './values.js';

/** The schema of logs unless told otherwise. */
export const LOG_SCHEMA = 'wardseal_audit';

/** Makes what is missing: nothing, or all of it in one transaction. */
type Make = (schema: string) => string;

/**
 * Makes the tables and functions of `postgresStore`. The store does so itself when its role may; call this as the role
 * that is to own them when the application's role should have no more than the README grants it.
 *
 * @param pool - of a role that may create a schema in this database
 * @param options - the schema's name, default `wardseal_audit`
 * @throws AuditError `STORE_VERSION` when they are there in another version; `STORE_FAILED` when the database failed or
 *   the role may not
 * @throws RangeError when the name is not a plain lower-case SQL name
 * @example
 * await createAuditSchema(ownerPool);
 * await ownerPool.query('GRANT USAGE ON SCHEMA wardseal_audit TO app');
 */
export async function createAuditSchema(
  pool: PostgresPool,
  { schema = LOG_SCHEMA }: { readonly schema?: string } = {},
): Promise<void> {
  await ensureSchema(pool, schemaName(schema), SCHEMA_VERSION, (name) => tables(name) + functions(name));
}

/** Makes a schema that is missing; one process at a time. Throws AuditError `STORE_VERSION` when it is another. */
export async function ensureSchema(pool: PostgresPool, schema: string, version: number, make: Make): Promise<void> {
  try {
    // An application's role may not create, so what is there is looked at first.
    if (await isThere(pool, schema, version)) return;
    await inTransaction(pool, async (client) => {
      await client.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [`wardseal.org/audit ${schema}`]);
      if (await isThere(client, schema, version)) return;
      // An administrator may have made the schema for a role that may make none.
      const { rows } = await client.query('SELECT FROM pg_catalog.pg_namespace WHERE nspname = $1', [schema]);
      await client.query(`${rows.length === 0 ? `CREATE SCHEMA ${schema};` : ''}${make(schema)}`);
    });
  } catch (cause) {
    throw asStoreError(cause);
  }
}

async function isThere(database: PostgresQueryable, schema: string, version: number): Promise<boolean> {
  // The catalogue itself, and not to_regclass: that may still remember from before somebody else made it.
  const { rows } = await database.query(
    `SELECT FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
      WHERE n.nspname = $1 AND c.relname = 'meta'`,
    [schema],
  );
  if (rows.length === 0) return false;
  const { rows: found } = await database.query(`SELECT version FROM ${schema}.meta`);
  if (found[0] === undefined || numberOf(found[0], 'version') !== version)
    throw new AuditError('STORE_VERSION', `the database holds another version than ${version}`);
  return true;
}

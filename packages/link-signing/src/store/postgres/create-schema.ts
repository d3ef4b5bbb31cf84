import { LinkError } from '../../errors.js';
import { asStoreError } from './failure.js';
import { functions } from './functions.js';
import { type PostgresPool, schemaName } from './pool.js';
import { SCHEMA_VERSION, tables } from './tables.js';
import { numberOf } from './values.js';

/** The schema of links unless told otherwise. */
export const LINK_SCHEMA = 'wardseal_links';

/**
 * Makes the tables and functions of `postgresStore`. The store does so itself when its role may; call this as the role
 * that is to own them when the application's role should have no more than the README grants it.
 *
 * @param pool of a role that may create a schema in this database
 * @param options the schema's name, default `wardseal_links`
 * @throws LinkError `STORE_VERSION` when they are there in another version
 * @throws LinkError `STORE_FAILED` when the database failed or the role may not
 * @throws RangeError when the name is not a plain lower-case SQL name
 * @example await createLinkSchema(ownerPool);
 */
export async function createLinkSchema(
  pool: PostgresPool,
  { schema = LINK_SCHEMA }: { readonly schema?: string } = {},
): Promise<void> {
  const name = schemaName(schema);
  try {
    // An application's role may not create, so what is there is looked at first.
    if (await isThere(pool, name)) return;
    await pool.query(make(name)).catch(async (error: unknown) => {
      // Somebody else made it, and an isolation above READ COMMITTED hid that.
      if (!(await isThere(pool, name))) throw error;
    });
  } catch (cause) {
    throw asStoreError(cause);
  }
}

/** One statement, and so one transaction, that one process at a time runs. */
function make(schema: string): string {
  return `DO $make$ BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended('wardseal.org/links ${schema}', 0));
  IF EXISTS (${metaOf(schema)}) THEN
    RETURN;
  END IF;
  -- An administrator may have made the schema for a role that may make none.
  IF NOT EXISTS (SELECT FROM pg_catalog.pg_namespace WHERE nspname = '${schema}') THEN
    CREATE SCHEMA ${schema};
  END IF;
  ${tables(schema)} ${functions(schema)}
END $make$`;
}

// The catalogue itself, and not to_regclass: that may still remember from before somebody else made it.
function metaOf(schema: string): string {
  return `SELECT FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = '${schema}' AND c.relname = 'meta'`;
}

async function isThere(pool: PostgresPool, schema: string): Promise<boolean> {
  if ((await pool.query(metaOf(schema))).rows.length === 0) return false;
  const { rows } = await pool.query(`SELECT version FROM ${schema}.meta`);
  if (rows[0] === undefined || numberOf(rows[0], 'version') !== SCHEMA_VERSION)
    throw new LinkError('STORE_VERSION', `the database holds another version than ${SCHEMA_VERSION}`);
  return true;
}

import { hex } from '@wardseal/primitives';
import { AuditError } from '../../errors.js';
import type { KeyStore } from '../../key-store.js';
import { ensureSchema } from './create-schema.js';
import { DURABLE } from './durable.js';
import { asStoreError, retried } from './failure.js';
import { type PostgresPool, type PostgresQueryable, type Row, schemaName } from './pool.js';
import { bytesOf } from './values.js';

/** The schema of secrets unless told otherwise. */
const KEY_SCHEMA = 'wardseal_audit_keys';
const VERSION = 1;
/** Bytes of the longest secret: one of 32, wrapped, and room. */
const MAX_SECRET = 128;

/** Settings of `postgresKeyStore`. */
export interface PostgresKeyStoreOptions {
  /** The schema that holds the secrets, made when it is missing; default `wardseal_audit_keys`. */
  readonly schema?: string;
}

/**
 * Keeps a log's secrets in a PostgreSQL database, best another one than the log's, with short backups. What is
 * destroyed may live on in the database's dead rows, write-ahead log and backups: use it under `wrapKeys`, with the
 * wrapping key elsewhere, so that none of these holds a secret that can be used.
 *
 * @param pool - a `Pool` of `pg`, or what has its shape
 * @param options - the schema
 * @throws RangeError when a name is not 1 to 100 of `[0-9A-Za-z-]`, a secret is not 1 to 128 bytes, or the schema's name
 *   is not a plain lower-case SQL name
 * @throws AuditError from its methods: `KEY_STORE_FAILED` when the database failed, `STORE_UNSAFE` when it may lose what
 *   it acknowledges, `STORE_VERSION` when it holds secrets in another version
 * @example
 * const keys = wrapKeys(postgresKeyStore(pool), wrappingKey);
 */
export function postgresKeyStore(pool: PostgresPool, options: PostgresKeyStoreOptions = {}): KeyStore {
  const schema = schemaName(options.schema ?? KEY_SCHEMA);
  let made: Promise<void> | undefined;
  const rows = async (statement: string, values: unknown[]): Promise<readonly Row[]> => {
    try {
      made ??= createKeySchema(pool, { schema });
      await made;
      return (await retried(() => (pool as PostgresQueryable).query(statement, values))).rows;
    } catch (cause) {
      // The next call tries again.
      made = undefined;
      throw asKeyStoreError(cause);
    }
  };
  return {
    async get(name) {
      const [row] = await rows(`SELECT secret FROM ${schema}.secrets WHERE name = $1`, [checked(name)]);
      return row ? bytesOf(row, 'secret') : null;
    },
    async put(name, secret) {
      if (secret.length < 1 || secret.length > MAX_SECRET) throw new RangeError('secret must be 1 to 128 bytes');
      const [row] = await rows(`SELECT ${schema}.put($1, $2::bytea) AS done`, [checked(name), `\\x${hex(secret)}`]);
      return row!['done'] === true;
    },
    async delete(name) {
      await rows(`SELECT ${schema}.destroy($1)`, [checked(name)]);
    },
  };
}

/**
 * Makes the table and functions of `postgresKeyStore`, as the role that is to own them.
 *
 * @param pool - of a role that may create a schema in this database
 * @param options - the schema's name, default `wardseal_audit_keys`
 * @throws AuditError `STORE_VERSION` when they are there in another version; `STORE_FAILED` when the database failed or
 *   the role may not
 * @throws RangeError when the name is not a plain lower-case SQL name
 * @example
 * await createKeySchema(ownerPool);
 */
export async function createKeySchema(pool: PostgresPool, options: PostgresKeyStoreOptions = {}): Promise<void> {
  await ensureSchema(pool, schemaName(options.schema ?? KEY_SCHEMA), VERSION, tables);
}

function tables(schema: string): string {
  return `
CREATE TABLE ${schema}.meta (version int NOT NULL, alone boolean PRIMARY KEY DEFAULT true CHECK (alone));
INSERT INTO ${schema}.meta VALUES (${VERSION});
CREATE TABLE ${schema}.secrets (name text PRIMARY KEY, secret bytea NOT NULL);

CREATE FUNCTION ${schema}.put(of_name text, value bytea) RETURNS boolean LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN ${DURABLE}
  INSERT INTO ${schema}.secrets VALUES (of_name, value) ON CONFLICT DO NOTHING;
  RETURN FOUND;
END $$;

CREATE FUNCTION ${schema}.destroy(of_name text) RETURNS void LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN ${DURABLE}
  DELETE FROM ${schema}.secrets s WHERE s.name = of_name;
END $$;

REVOKE ALL ON ALL FUNCTIONS IN SCHEMA ${schema} FROM PUBLIC;
`;
}

function checked(name: string): string {
  if (!/^[0-9A-Za-z-]{1,100}$/.test(name)) throw new RangeError('name must be letters, digits and dashes');
  return name;
}

function asKeyStoreError(cause: unknown): AuditError {
  const error = asStoreError(cause);
  if (error.code !== 'STORE_FAILED') return error;
  return new AuditError('KEY_STORE_FAILED', error.message, { cause: error.cause });
}

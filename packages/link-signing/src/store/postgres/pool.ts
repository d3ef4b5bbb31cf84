/** A row as the driver gives it: `bytea` as bytes, `bigint` as text, number or bigint. */
export type Row = Readonly<Record<string, unknown>>;

/** What runs a statement, each in a transaction of its own. A `Pool` of the `pg` package is one. */
export interface PostgresPool {
  query(text: string, values?: unknown[]): Promise<{ readonly rows: readonly Row[] }>;
}

/** An SQL name that needs no quotes, so that none can be wrong; PostgreSQL cuts names at 63 bytes. */
const NAME = /^[a-z_][a-z0-9_]{0,62}$/;

/** The name of a schema, checked: it becomes part of statements. */
export function schemaName(name: string): string {
  if (!NAME.test(name) || name.startsWith('pg_'))
    throw new RangeError('schema must be 1 to 63 of a-z, 0-9 and _, and not begin with a digit or pg_');
  return name;
}

/** A row as the driver gives it: `bytea` as bytes, `bigint` as text, number or bigint. */
export type Row = Readonly<Record<string, unknown>>;

/** What runs a statement: of `pg`, a Pool or a client. */
export interface PostgresQueryable {
  query(text: string, values?: unknown[]): Promise<{ readonly rows: readonly Row[] }>;
}

/** One connection, taken from a pool. */
export interface PostgresClient extends PostgresQueryable {
  /** Gives it back; `true` when it must not be used again. */
  release(destroy?: boolean): void;
  on(event: 'error', listener: (error: Error) => void): unknown;
  removeListener(event: 'error', listener: (error: Error) => void): unknown;
}

/** What the store needs of a driver. A `Pool` of the `pg` package is one. */
export interface PostgresPool extends PostgresQueryable {
  /**
   * Takes a connection. By a callback, which is called in the very turn in which the pool stops listening for errors of
   * that connection: between a promise and who awaits it one could come that nobody hears, and that ends a process.
   */
  connect(callback: (error: Error | undefined, client: PostgresClient | undefined) => void): void;
}

/** An SQL name that needs no quotes, so that none can be wrong; PostgreSQL cuts names at 63 bytes. */
const NAME = /^[a-z_][a-z0-9_]{0,62}$/;

/** The name of a schema, checked: it becomes part of statements. */
export function schemaName(name: string): string {
  if (!NAME.test(name) || name.startsWith('pg_'))
    throw new RangeError('schema must be 1 to 63 of a-z, 0-9 and _, and not begin with a digit or pg_');
  return name;
}

import { LinkError } from '../errors.js';

/** A row as node:sqlite gives it. */
export type SqliteRow = Record<string, unknown>;

/** The part of `node:sqlite`'s DatabaseSync that the stores use. */
export interface SqliteDatabase {
  exec(sql: string): void;
  prepare(sql: string): SqliteStatement;
  close(): void;
}

interface SqliteStatement {
  get(...values: readonly (Uint8Array | number | null)[]): SqliteRow | undefined;
  all(...values: readonly (Uint8Array | number | null)[]): SqliteRow[];
  run(...values: readonly (Uint8Array | number | null)[]): { changes: number | bigint };
}

// How long a writer waits for another process's commit: a disk sync under load takes tenths of a second, seldom more.
const BUSY_MILLISECONDS = 10_000;

type Builtin = (name: string) => unknown;
function builtin<T>(name: string): T | undefined {
  const find = (globalThis as { process?: { getBuiltinModule?: Builtin } }).process?.getBuiltinModule;
  return find?.(name) as T | undefined;
}

/**
 * Opens a database file that only its owner can read, prepares statements once, and lays the schema.
 * Found at run time, so that nothing is loaded until a store is asked for.
 */
export function openDatabase(path: string, journal: 'wal' | 'delete', schema: string): SqliteDatabase {
  const sqlite = builtin<typeof import('node:sqlite')>('node:sqlite');
  const fs = builtin<typeof import('node:fs')>('node:fs');
  if (!sqlite?.DatabaseSync || !fs) throw new LinkError('SQLITE_MISSING', 'this runtime has no node:sqlite');
  try {
    fs.closeSync(fs.openSync(path, 'a', 0o600));
    const raw = new sqlite.DatabaseSync(path) as unknown as SqliteDatabase;
    raw.exec(`PRAGMA busy_timeout = ${BUSY_MILLISECONDS}; PRAGMA journal_mode = ${journal}`);
    raw.exec('PRAGMA synchronous = FULL; PRAGMA secure_delete = ON; PRAGMA foreign_keys = ON');
    raw.exec(schema);
    return cached(raw);
  } catch (cause) {
    throw new LinkError('STORE_FAILED', 'database could not be opened', { cause });
  }
}

function cached(raw: SqliteDatabase): SqliteDatabase {
  const statements = new Map<string, SqliteStatement>();
  return {
    exec: (sql) => raw.exec(sql),
    close: () => raw.close(),
    prepare(sql) {
      const known = statements.get(sql) ?? raw.prepare(sql);
      statements.set(sql, known);
      return known;
    },
  };
}

/** Runs steps as one transaction that takes the write lock at once; `rollback` undoes what was done so far. */
export function transaction<T>(db: SqliteDatabase, steps: (rollback: () => void) => T): T {
  db.exec('BEGIN IMMEDIATE');
  let open = true;
  const end = (how: 'COMMIT' | 'ROLLBACK'): void => {
    if (!open) return;
    open = false;
    db.exec(how);
  };
  try {
    const result = steps(() => end('ROLLBACK'));
    end('COMMIT');
    return result;
  } catch (error) {
    open = true;
    try {
      end('ROLLBACK');
    } catch {
      // Some errors have ended the transaction already; the first error is the one that tells.
    }
    throw error;
  }
}

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/**
 * The headers of sealed files: whoever destroys the last copy of a header destroys every copy of the picture. They are kept
 * apart from the database and its log archive, and versions of one header live side by side until the database says which
 * one counts, so that no crash between the two stores loses one.
 */
export interface HeaderStore {
  /** Keeps a version; the same again is harmless. Durable when it returns. */
  put(org: string, item: string, digest: Uint8Array, header: Uint8Array): void;
  /** A version, or null when it is not there or was erased. */
  get(org: string, item: string, digest: Uint8Array): Uint8Array<ArrayBuffer> | null;
  /** Destroys every version of an item but one. */
  keepOnly(org: string, item: string, digest: Uint8Array): void;
  /** Destroys every version of an item. */
  erase(org: string, item: string): void;
  /** Items of which every version is older than a time, ms since 1970: for the sweeper, in the order of their ids. */
  older(time: number, after: string, limit: number): readonly { readonly org: string; readonly item: string }[];
  close(): void;
}

const SCHEMA = `CREATE TABLE IF NOT EXISTS headers (
  org TEXT NOT NULL, item TEXT NOT NULL, digest BLOB NOT NULL, header BLOB NOT NULL, at INTEGER NOT NULL,
  PRIMARY KEY (org, item, digest)) STRICT, WITHOUT ROWID`;

/**
 * Opens the store in a folder. A rollback journal and not a write-ahead log, and pages overwritten when they are freed: what
 * is erased is gone from the file, too.
 *
 * @example
 * const erase = openHeaders(join(dataDir, 'erase'));
 */
export function openHeaders(folder: string, now: () => number = Date.now): HeaderStore {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const db = new DatabaseSync(join(folder, 'headers.sqlite'));
  db.exec('PRAGMA journal_mode = DELETE; PRAGMA synchronous = EXTRA; PRAGMA secure_delete = ON');
  db.exec(SCHEMA);
  const put = db.prepare('INSERT OR IGNORE INTO headers VALUES (?, ?, ?, ?, ?)');
  const get = db.prepare('SELECT header FROM headers WHERE org = ? AND item = ? AND digest = ?');
  const keepOnly = db.prepare('DELETE FROM headers WHERE org = ? AND item = ? AND digest <> ?');
  const erase = db.prepare('DELETE FROM headers WHERE org = ? AND item = ?');
  const old = db.prepare(
    'SELECT org, item FROM headers WHERE item > ? GROUP BY item, org HAVING max(at) < ? ORDER BY item LIMIT ?',
  );
  return {
    put: (org, item, digest, header) => void put.run(org, item, digest, header, now()),
    get(org, item, digest) {
      const row = get.get(org, item, digest) as { header: Uint8Array<ArrayBuffer> } | undefined;
      return row?.header ?? null;
    },
    keepOnly: (org, item, digest) => void keepOnly.run(org, item, digest),
    erase: (org, item) => void erase.run(org, item),
    older: (time, after, limit) => old.all(after, time, limit) as { org: string; item: string }[],
    close: () => db.close(),
  };
}

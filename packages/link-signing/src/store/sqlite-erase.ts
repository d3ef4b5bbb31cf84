import type { EraseStore } from '../store.js';
import { openDatabase, transaction } from './database.js';

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS erase_keys (
    id BLOB PRIMARY KEY, key BLOB NOT NULL, expires INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS erase_keys_expires ON erase_keys (expires);
`;

/** An erase store with a file handle to give back. */
export interface SqliteEraseStore extends EraseStore {
  /** Closes the file. */
  close(): void;
}

/**
 * An erase store in its own SQLite file: rollback journal instead of a write-ahead log, and deleted bytes are overwritten.
 * Keep it off replicas and log archives, and its backups no longer than 7 days: erasure is complete when they lapse.
 *
 * @param path the file; made with mode 0600 when it is not there
 * @throws LinkError `SQLITE_MISSING` on a Node without `node:sqlite` (before 22.13)
 * @throws LinkError `STORE_FAILED` when the file cannot be opened
 * @example const shares = sqliteEraseStore('./data/erase/links.db');
 */
export function sqliteEraseStore(path: string): SqliteEraseStore {
  const db = openDatabase(path, 'delete', SCHEMA);
  return {
    async put(id, key, expires) {
      db.prepare('INSERT INTO erase_keys VALUES (?, ?, ?)').run(id, key, expires);
    },
    async renew(id, expires) {
      return Number(db.prepare('UPDATE erase_keys SET expires = ? WHERE id = ?').run(expires, id).changes) === 1;
    },
    async get(id) {
      return (db.prepare('SELECT key FROM erase_keys WHERE id = ?').get(id)?.['key'] as Uint8Array | undefined) ?? null;
    },
    async destroy(ids) {
      if (ids.length === 0) return;
      transaction(db, () => {
        for (const id of ids) db.prepare('DELETE FROM erase_keys WHERE id = ?').run(id);
      });
    },
    async expire(now) {
      db.prepare('DELETE FROM erase_keys WHERE expires <= ?').run(now);
    },
    close: () => db.close(),
  };
}

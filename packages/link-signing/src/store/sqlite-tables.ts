import type { StoredLink } from '../store.js';
import type { SqliteRow } from './database.js';

/** The tables of `sqliteStore`, made when they are missing. */
export const SCHEMA = `
  CREATE TABLE IF NOT EXISTS prepared (
    cti BLOB PRIMARY KEY, sealed_share BLOB NOT NULL, expires INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS links (
    id BLOB PRIMARY KEY, cti BLOB NOT NULL UNIQUE, grant_bytes BLOB NOT NULL, object BLOB NOT NULL, recipient BLOB,
    issuer_user BLOB NOT NULL, parent BLOB, expires INTEGER NOT NULL, max_uses INTEGER NOT NULL, passcode BLOB,
    sealed_share BLOB, used INTEGER NOT NULL DEFAULT 0, failures INTEGER NOT NULL DEFAULT 0,
    reserved INTEGER NOT NULL DEFAULT 0, revoked_at INTEGER, swept INTEGER NOT NULL DEFAULT 0
  ) STRICT;
  CREATE INDEX IF NOT EXISTS links_object ON links (object);
  CREATE INDEX IF NOT EXISTS links_recipient ON links (recipient);
  CREATE INDEX IF NOT EXISTS links_issuer_user ON links (issuer_user);
  CREATE INDEX IF NOT EXISTS links_parent ON links (parent);
  CREATE INDEX IF NOT EXISTS links_unswept ON links (expires) WHERE swept = 0;
  CREATE TABLE IF NOT EXISTS ledger (
    link BLOB NOT NULL REFERENCES links (id), key BLOB NOT NULL, use INTEGER NOT NULL, taken_at INTEGER NOT NULL,
    released_at INTEGER, cancelled INTEGER NOT NULL DEFAULT 0, sealed BLOB, PRIMARY KEY (link, key)
  ) STRICT;
  CREATE INDEX IF NOT EXISTS ledger_sealed ON ledger (taken_at) WHERE sealed IS NOT NULL;
  CREATE TABLE IF NOT EXISTS proofs (id BLOB PRIMARY KEY, until INTEGER NOT NULL) STRICT, WITHOUT ROWID;
`;

/** A row of `links`. */
export function toLink(row: SqliteRow): StoredLink {
  const bytes = (name: string): Uint8Array => row[name] as Uint8Array;
  const number = (name: string): number => row[name] as number;
  return {
    id: bytes('id'),
    cti: bytes('cti'),
    grant: bytes('grant_bytes'),
    object: bytes('object'),
    recipient: row['recipient'] as Uint8Array | null,
    issuerUser: bytes('issuer_user'),
    parent: row['parent'] as Uint8Array | null,
    expires: number('expires'),
    maxUses: number('max_uses'),
    passcode: row['passcode'] as Uint8Array | null,
    sealedShare: row['sealed_share'] as Uint8Array | null,
    used: number('used'),
    failures: number('failures'),
    revokedAt: row['revoked_at'] as number | null,
  };
}

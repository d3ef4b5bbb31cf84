import type {
  FoundLink,
  LinkStore,
  NewLink,
  PreparedShare,
  PutOutcome,
  RefusedReason,
  ReleaseOutcome,
  RevokeBy,
  Take,
  TakeOutcome,
} from '../store.js';
import { MAX_ANCESTORS } from '../store.js';
import { openDatabase, type SqliteDatabase, type SqliteRow, transaction } from './database.js';
import { SCHEMA, toLink } from './sqlite-tables.js';

const COLUMNS = { id: 'id', object: 'object', recipient: 'recipient', issuerUser: 'issuer_user' } as const;

/** One connection; every method is one transaction, so several processes may share the file. */
class SqliteStore implements LinkStore {
  readonly #db: SqliteDatabase;
  constructor(db: SqliteDatabase) {
    this.#db = db;
  }

  async prepare(share: PreparedShare): Promise<void> {
    transaction(this.#db, () => {
      if (this.#get('SELECT 1 FROM links WHERE cti = ?', share.cti)) throw new Error('cti is there already');
      this.#run('INSERT INTO prepared VALUES (?, ?, ?)', share.cti, share.sealedShare, share.expires);
    });
  }

  async put(link: NewLink, now: number): Promise<PutOutcome> {
    return transaction(this.#db, () => {
      if (this.#get('SELECT 1 FROM links WHERE id = ? OR cti = ?', link.id, link.cti)) return 'duplicate';
      if (link.parent && !this.#get('SELECT 1 FROM links WHERE id = ? AND revoked_at IS NULL', link.parent))
        return 'orphan';
      const prepared = this.#get('SELECT sealed_share FROM prepared WHERE cti = ? AND expires > ?', link.cti, now);
      if (link.withShare !== (prepared !== undefined)) return prepared ? 'duplicate' : 'unprepared';
      this.#run('DELETE FROM prepared WHERE cti = ?', link.cti);
      this.#run(
        `INSERT INTO links (id, cti, grant_bytes, object, recipient, issuer_user, parent, expires, max_uses, passcode,
           sealed_share) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
        link.id,
        link.cti,
        link.grant,
        link.object,
        link.recipient,
        link.issuerUser,
        link.parent,
        link.expires,
        link.maxUses,
        link.passcode,
        link.withShare ? (prepared!['sealed_share'] as Uint8Array) : null,
      );
      return 'stored';
    });
  }

  async read(id: Uint8Array, key?: Uint8Array): Promise<FoundLink | null> {
    const [row, ...above] = this.#all(
      `WITH RECURSIVE chain (id, n) AS (
         SELECT ?1, 0
         UNION ALL SELECT links.parent, n + 1 FROM chain JOIN links USING (id)
           WHERE links.parent IS NOT NULL AND n < ${MAX_ANCESTORS}
       ) SELECT links.*, EXISTS (SELECT 1 FROM ledger WHERE link = ?1 AND key = ?2) AS taken
         FROM chain JOIN links USING (id) ORDER BY n`,
      id,
      key ?? null,
    );
    return row ? { link: toLink(row), ancestors: above.map(toLink), taken: row['taken'] === 1 } : null;
  }

  async attempt(id: Uint8Array, limit: number): Promise<boolean> {
    return (
      this.#run('UPDATE links SET reserved = reserved + 1 WHERE id = ? AND failures + reserved < ?', id, limit) === 1
    );
  }

  async judge(id: Uint8Array, right: boolean): Promise<number> {
    return transaction(this.#db, () => {
      this.#run(
        'UPDATE links SET reserved = reserved - 1, failures = failures + ? WHERE id = ? AND reserved > 0',
        right ? 0 : 1,
        id,
      );
      return (this.#get('SELECT failures FROM links WHERE id = ?', id)?.['failures'] as number | undefined) ?? 0;
    });
  }

  async take(take: Take): Promise<TakeOutcome> {
    const { chain, key, sealed, now, window, failureLimit, proof } = take;
    const leaf = chain[0]!;
    const marks = chain.map(() => '?').join(', ');
    return transaction<TakeOutcome>(this.#db, (rollback) => {
      const entry = this.#get('SELECT use, taken_at, cancelled FROM ledger WHERE link = ? AND key = ?', leaf, key);
      if (entry || sealed === null) {
        const reason = this.#refusal(chain, now, failureLimit);
        if (reason && !(entry && reason === 'exhausted')) return { outcome: 'refused', reason };
        if (!entry || now >= (entry['taken_at'] as number) + window || entry['cancelled'])
          return { outcome: 'refused', reason: 'stale' };
        const of = this.#get('SELECT max_uses FROM links WHERE id = ?', leaf)!['max_uses'] as number;
        return { outcome: 'taken', use: entry['use'] as number, of, repeated: true };
      }
      const taken = this.#all(
        `UPDATE links SET used = used + 1, sealed_share = iif(used + 1 >= max_uses, NULL, sealed_share)
         WHERE id IN (${marks}) AND revoked_at IS NULL AND expires > ? AND failures < ? AND used < max_uses
         RETURNING id = ? AS leaf, used, max_uses`,
        ...chain,
        now,
        failureLimit,
        leaf,
      );
      if (taken.length !== chain.length) {
        rollback();
        return { outcome: 'refused', reason: this.#refusal(chain, now, failureLimit) ?? 'unknown' };
      }
      if (proof && this.#run('INSERT OR IGNORE INTO proofs VALUES (?, ?)', proof.id, proof.until) === 0) {
        rollback();
        return { outcome: 'refused', reason: 'replayed' };
      }
      const row = taken.find((one) => one['leaf'] === 1)!;
      const use = row['used'] as number;
      this.#run('INSERT INTO ledger (link, key, use, taken_at, sealed) VALUES (?, ?, ?, ?, ?)', leaf, key, use, now, sealed); // biome-ignore format: one row
      return { outcome: 'taken', use, of: row['max_uses'] as number, repeated: false };
    });
  }

  async release(id: Uint8Array, key: Uint8Array, now: number, window: number): Promise<ReleaseOutcome> {
    const released = this.#get(
      `UPDATE ledger SET released_at = coalesce(released_at, ?)
       WHERE link = ? AND key = ? AND cancelled = 0 AND sealed IS NOT NULL AND taken_at + ? > ?
         AND EXISTS (SELECT 1 FROM links WHERE id = ledger.link AND revoked_at IS NULL AND expires > ?)
       RETURNING sealed`,
      now,
      id,
      key,
      window,
      now,
      now,
    );
    if (released) return { outcome: 'released', sealed: released['sealed'] as Uint8Array };
    const row = this.#get('SELECT revoked_at, expires FROM links WHERE id = ?', id);
    if (!row || !this.#get('SELECT 1 FROM ledger WHERE link = ? AND key = ?', id, key))
      return { outcome: 'refused', reason: 'unknown' };
    if (row['revoked_at'] !== null) return { outcome: 'refused', reason: 'revoked' };
    return { outcome: 'refused', reason: now >= (row['expires'] as number) ? 'expired' : 'stale' };
  }

  async revoke(by: RevokeBy, now: number): Promise<{ id: Uint8Array; cti: Uint8Array }[]> {
    const [name, value] = Object.entries(by)[0] as [keyof typeof COLUMNS, Uint8Array];
    return transaction(this.#db, () => {
      const found = this.#all(
        `WITH RECURSIVE found (id) AS (
           SELECT id FROM links WHERE ${COLUMNS[name]} = ?
           UNION SELECT links.id FROM links JOIN found ON links.parent = found.id
         ) UPDATE links SET revoked_at = coalesce(revoked_at, ?), sealed_share = NULL
           WHERE id IN (SELECT id FROM found) RETURNING id, cti`,
        value,
        now,
      );
      for (const { id } of found)
        this.#run(
          'UPDATE ledger SET cancelled = iif(released_at IS NULL, 1, cancelled), sealed = NULL WHERE link = ?',
          id as Uint8Array,
        );
      return found.map(({ id, cti }) => ({ id: id as Uint8Array, cti: cti as Uint8Array }));
    });
  }

  async sweep(now: number, window: number, destroy: (ctis: readonly Uint8Array[]) => Promise<void>): Promise<void> {
    const dead = transaction(this.#db, () => {
      this.#run('UPDATE ledger SET sealed = NULL WHERE sealed IS NOT NULL AND taken_at + ? <= ?', window, now);
      this.#run('DELETE FROM prepared WHERE expires <= ?', now);
      this.#run('DELETE FROM proofs WHERE until <= ?', now);
      return this.#all(
        'SELECT id, cti FROM links WHERE swept = 0 AND (used >= max_uses OR revoked_at IS NOT NULL OR expires <= ?)',
        now,
      );
    });
    await destroy(dead.map(({ cti }) => cti as Uint8Array));
    transaction(this.#db, () => {
      for (const { id } of dead)
        this.#run('UPDATE links SET swept = 1, sealed_share = NULL WHERE id = ?', id as Uint8Array);
    });
  }

  #refusal(chain: readonly Uint8Array[], now: number, failureLimit: number): RefusedReason | null {
    for (const id of chain) {
      const row = this.#get('SELECT revoked_at, expires, failures, used, max_uses FROM links WHERE id = ?', id);
      if (!row) return 'unknown';
      if (row['revoked_at'] !== null) return 'revoked';
      if (now >= (row['expires'] as number)) return 'expired';
      if ((row['failures'] as number) >= failureLimit) return 'locked';
      if ((row['used'] as number) >= (row['max_uses'] as number)) return 'exhausted';
    }
    return null;
  }

  #get(sql: string, ...values: readonly (Uint8Array | number | null)[]): SqliteRow | undefined {
    return this.#db.prepare(sql).get(...values);
  }
  #all(sql: string, ...values: readonly (Uint8Array | number | null)[]): SqliteRow[] {
    return this.#db.prepare(sql).all(...values);
  }
  #run(sql: string, ...values: readonly (Uint8Array | number | null)[]): number {
    return Number(this.#db.prepare(sql).run(...values).changes);
  }
}

/** A link store with a file handle to give back. */
export interface SqliteStoreHandle extends LinkStore {
  /** Closes the file. */
  close(): void;
}

/**
 * A link store in one SQLite file, which several processes of one machine may share. Write-ahead log, synced at every commit.
 *
 * @param path the file; made with mode 0600 when it is not there
 * @throws LinkError `SQLITE_MISSING` on a Node without `node:sqlite` (before 22.13)
 * @throws LinkError `STORE_FAILED` when the file cannot be opened
 * @example const store = sqliteStore('./data/links.db');
 */
export function sqliteStore(path: string): SqliteStoreHandle {
  const db = openDatabase(path, 'wal', SCHEMA);
  return Object.assign(new SqliteStore(db), { close: () => db.close() });
}

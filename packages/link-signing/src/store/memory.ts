import { equal, hex } from '@wardseal/primitives';
import type {
  FoundLink,
  LinkStore,
  NewLink,
  PreparedShare,
  PutOutcome,
  RefusedReason,
  ReleaseOutcome,
  RevokeBy,
  StoredLink,
  Take,
  TakeOutcome,
} from '../store.js';
import { MAX_ANCESTORS } from '../store.js';

interface Row extends StoredLink {
  sealedShare: Uint8Array | null;
  used: number;
  failures: number;
  reserved: number;
  revokedAt: number | null;
  swept: boolean;
}

interface LedgerEntry {
  use: number;
  takenAt: number;
  released: boolean;
  cancelled: boolean;
  sealed: Uint8Array | null;
}

/** No await stands between a check and what depends on it, so each method is atomic within one process. */
class MemoryStore implements LinkStore {
  readonly #prepared = new Map<string, PreparedShare>();
  readonly #links = new Map<string, Row>();
  readonly #ctis = new Set<string>();
  /** By link, then by opening. */
  readonly #ledger = new Map<string, Map<string, LedgerEntry>>();
  readonly #proofs = new Map<string, number>();

  async prepare(share: PreparedShare): Promise<void> {
    const cti = hex(share.cti);
    if (this.#prepared.has(cti) || this.#ctis.has(cti)) throw new Error('cti is there already');
    this.#prepared.set(cti, { ...share });
  }

  async put(link: NewLink, now: number): Promise<PutOutcome> {
    const { withShare, ...facts } = link;
    const id = hex(link.id);
    const cti = hex(link.cti);
    if (this.#links.has(id) || this.#ctis.has(cti)) return 'duplicate';
    if (link.parent && this.#links.get(hex(link.parent))?.revokedAt !== null) return 'orphan';
    const prepared = this.#prepared.get(cti);
    const waits = prepared !== undefined && prepared.expires > now;
    if (waits !== withShare) return waits ? 'duplicate' : 'unprepared';
    const sealedShare = withShare ? prepared!.sealedShare : null;
    this.#prepared.delete(cti);
    this.#ctis.add(cti);
    this.#ledger.set(id, new Map());
    this.#links.set(id, { ...facts, sealedShare, used: 0, failures: 0, reserved: 0, revokedAt: null, swept: false });
    return 'stored';
  }

  async read(id: Uint8Array, key?: Uint8Array): Promise<FoundLink | null> {
    const row = this.#links.get(hex(id));
    if (!row) return null;
    const ancestors: StoredLink[] = [];
    for (let at = row; at.parent && ancestors.length < MAX_ANCESTORS; ) {
      at = this.#links.get(hex(at.parent))!;
      ancestors.push(linkOf(at));
    }
    return { link: linkOf(row), ancestors, taken: key !== undefined && this.#entry(id, key) !== undefined };
  }

  async attempt(id: Uint8Array, limit: number): Promise<boolean> {
    const row = this.#links.get(hex(id));
    if (!row || row.failures + row.reserved >= limit) return false;
    row.reserved += 1;
    return true;
  }

  async judge(id: Uint8Array, right: boolean): Promise<number> {
    const row = this.#links.get(hex(id));
    if (row && row.reserved > 0) {
      row.reserved -= 1;
      if (!right) row.failures += 1;
    }
    return row?.failures ?? 0;
  }

  async take(take: Take): Promise<TakeOutcome> {
    const { chain, key, sealed, now, window, failureLimit, proof } = take;
    const rows = chain.map((id) => this.#links.get(hex(id)));
    const refusal = rows.map((row) => refusalOf(row, now, failureLimit)).find((reason) => reason !== null);
    const leaf = rows[0];
    const entry = this.#entry(chain[0]!, key);
    if (entry) {
      if (refusal && refusal !== 'exhausted') return { outcome: 'refused', reason: refusal };
      if (now >= entry.takenAt + window || entry.cancelled) return { outcome: 'refused', reason: 'stale' };
      return { outcome: 'taken', use: entry.use, of: leaf!.maxUses, repeated: true };
    }
    if (refusal) return { outcome: 'refused', reason: refusal };
    if (sealed === null) return { outcome: 'refused', reason: 'stale' };
    if (proof) {
      if (this.#proofs.has(hex(proof.id))) return { outcome: 'refused', reason: 'replayed' };
      this.#proofs.set(hex(proof.id), proof.until);
    }
    for (const row of rows as Row[]) {
      row.used += 1;
      if (row.used >= row.maxUses) row.sealedShare = null;
    }
    const use = leaf!.used;
    this.#ledger.get(hex(chain[0]!))!.set(hex(key), { use, takenAt: now, released: false, cancelled: false, sealed });
    return { outcome: 'taken', use, of: leaf!.maxUses, repeated: false };
  }

  async release(id: Uint8Array, key: Uint8Array, now: number, window: number): Promise<ReleaseOutcome> {
    const row = this.#links.get(hex(id));
    const entry = this.#entry(id, key);
    if (!row || !entry) return { outcome: 'refused', reason: 'unknown' };
    if (row.revokedAt !== null) return { outcome: 'refused', reason: 'revoked' };
    if (now >= row.expires) return { outcome: 'refused', reason: 'expired' };
    if (entry.cancelled || entry.sealed === null || now >= entry.takenAt + window)
      return { outcome: 'refused', reason: 'stale' };
    entry.released = true;
    return { outcome: 'released', sealed: entry.sealed };
  }

  async revoke(by: RevokeBy, now: number): Promise<{ id: Uint8Array; cti: Uint8Array }[]> {
    const [column, value] = Object.entries(by)[0] as [keyof Row & ('id' | 'object' | 'recipient' | 'issuerUser'), Uint8Array]; // biome-ignore format: one cast
    const found = new Map<string, Row>();
    for (const [id, row] of this.#links) if (row[column] && equal(row[column], value)) found.set(id, row);
    for (let before = -1; before !== found.size; ) {
      before = found.size;
      for (const [id, row] of this.#links) if (row.parent && found.has(hex(row.parent))) found.set(id, row);
    }
    for (const [id, row] of found) {
      row.revokedAt ??= now;
      row.sealedShare = null;
      for (const entry of this.#ledger.get(id)!.values()) {
        entry.cancelled ||= !entry.released;
        entry.sealed = null;
      }
    }
    return [...found.values()].map(({ id, cti }) => ({ id, cti }));
  }

  #entry(id: Uint8Array, key: Uint8Array): LedgerEntry | undefined {
    return this.#ledger.get(hex(id))?.get(hex(key));
  }

  async sweep(now: number, window: number, destroy: (ctis: readonly Uint8Array[]) => Promise<void>): Promise<void> {
    for (const entries of this.#ledger.values())
      for (const entry of entries.values()) if (now >= entry.takenAt + window) entry.sealed = null;
    for (const [id, until] of this.#proofs) if (now >= until) this.#proofs.delete(id);
    for (const [cti, share] of this.#prepared) if (now >= share.expires) this.#prepared.delete(cti);
    const dead = [...this.#links.values()].filter(
      (row) => !row.swept && (row.used >= row.maxUses || row.revokedAt !== null || now >= row.expires),
    );
    await destroy(dead.map(({ cti }) => cti));
    for (const row of dead) {
      row.sealedShare = null;
      row.swept = true;
    }
  }
}

function linkOf({ reserved, swept, ...link }: Row): StoredLink {
  return link;
}

function refusalOf(row: Row | undefined, now: number, failureLimit: number): RefusedReason | null {
  if (!row) return 'unknown';
  if (row.revokedAt !== null) return 'revoked';
  if (now >= row.expires) return 'expired';
  if (row.failures >= failureLimit) return 'locked';
  return row.used >= row.maxUses ? 'exhausted' : null;
}

/**
 * A link store in memory: for tests and for a single process that may forget its links when it stops.
 *
 * @example const store = memoryStore();
 */
export function memoryStore(): LinkStore {
  return new MemoryStore();
}

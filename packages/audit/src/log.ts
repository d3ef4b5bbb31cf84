import { consistencyPath, inclusionPath } from '@wardseal/primitives';
import type { Clock } from './clock.js';
import { AuditError } from './errors.js';
import { type AuditEvent, parseEvent } from './event.js';
import { HashReader } from './hash-reader.js';
import { idBytes, idTime } from './leaf.js';
import type { LogKeys } from './log-keys.js';
import { type LogSigner, signNote } from './note.js';
import { type Prepared, prepare, recognise } from './prepare.js';
import type { LogStore, StoredEntry } from './store/store.js';
import type { TileTree } from './tile-tree.js';
import { formatProof } from './tlog-proof.js';
import { formatCheckpoint } from './verify-checkpoint.js';
import type { InclusionProof } from './verify-inclusion.js';

type Bytes = Uint8Array<ArrayBuffer>;

/** Entries written with one sync. */
export const GROUP = 256;
/** An outside caller's event id may be this old or this far ahead, ms: a day of retries, and any clock's error. */
export const MAX_EVENT_AGE = 86_400_000;

/** How `append` is to act. */
export interface AppendOptions {
  /** `durable`: resolve when the entry survives a power cut. `integrated`: when a signed checkpoint covers it as well. */
  readonly await?: 'durable' | 'integrated';
  /** 32 bytes of the requester's own choice, bound into the entry, so that the receipt fits this request only. */
  readonly nonce?: Uint8Array;
  /** `caller` (the default) may bring ids up to 24 h old; `outbox` and `merge` bring events of any age. */
  readonly source?: 'caller' | 'outbox' | 'merge';
}

/** What `append` gives. */
export interface AppendResult {
  /** The entry's place in the log. */
  readonly index: number;
  readonly leaf: Bytes;
  /** Whether the event was in the log before. */
  readonly duplicate: boolean;
  /** The `.tlog-proof` text; null when the caller waited for `durable` only. */
  readonly receipt: string | null;
}

interface Waiting {
  readonly prepared: Prepared;
  readonly resolve: (index: number) => void;
  readonly reject: (error: unknown) => void;
}

/** What the parts of `openLog` hand to the log. */
export interface LogParts {
  readonly origin: string;
  readonly store: LogStore;
  readonly keys: LogKeys;
  readonly signer: LogSigner;
  readonly clock: Clock;
  readonly random: (length: number) => Uint8Array;
  readonly tree: TileTree;
  readonly checkpoint: string;
  readonly durable: number;
  readonly checkpointEvery: number;
  readonly checkpointEntries: number;
}

/** An open log. One at a time a store. */
export class AuditLog {
  readonly #parts: LogParts;
  readonly #hashes: HashReader;
  #waiting: Waiting[] = [];
  #writing: Promise<void> | undefined;
  // Durable entries that no checkpoint covers yet.
  #pending: Bytes[] = [];
  #durable: number;
  #checkpoint: string;
  #size: number;
  #integration: Promise<void> | undefined;
  #cancelTimer: (() => void) | undefined;
  #failure: unknown;
  #closed = false;
  // Events on their way, by id: a second call of the same id waits for the first.
  readonly #inFlight = new Map<string, Promise<unknown>>();

  constructor(parts: LogParts) {
    this.#parts = parts;
    this.#hashes = new HashReader((tile) => parts.store.readTile(tile));
    this.#checkpoint = parts.checkpoint;
    this.#size = parts.tree.size;
    this.#durable = parts.durable;
  }

  /** Integrates the entries that an earlier process made durable and no checkpoint covers. */
  async catchUp(): Promise<void> {
    if (this.#durable === this.#size) return;
    for await (const { leaf } of this.#parts.store.readEntries(this.#size)) this.#pending.push(new Uint8Array(leaf));
    await this.integrate();
  }

  /** The log's name, as its checkpoints say it. */
  get origin(): string {
    return this.#parts.origin;
  }

  /**
   * Appends one event. A rejected append may still have happened: try again with the same id.
   *
   * @param event - what happened; checked with `parseEvent`
   * @param options - what to wait for (default `durable`), the request's nonce, where the event comes from
   * @returns the entry's index and leaf, and with `integrated` the receipt. The same event again gives the same index
   * @throws AuditError `EVENT_INVALID` when the event is malformed; `EVENT_STALE` when an outside caller's id is more
   *   than 24 h off the log's clock; `EVENT_CONFLICT` when the id is taken by another event or nonce;
   *   `KEY_STORE_FAILED`, `KEY_STORE_CORRUPT` when a secret cannot be had; `STORE_FAILED` when the disk failed, and
   *   `LOG_POISONED` ever after; `LOG_CLOSED` after `close`
   * @throws RangeError when the nonce is not 32 bytes
   * @example
   * const { index, receipt } = await log.append(event, { await: 'integrated', nonce });
   */
  async append(event: AuditEvent, options: AppendOptions = {}): Promise<AppendResult> {
    const { nonce, source = 'caller' } = options;
    if (nonce !== undefined && nonce.length !== 32) throw new RangeError('nonce must be 32 bytes');
    this.#usable();
    const checked = parseEvent(event);
    const now = this.#parts.clock.now();
    if (source === 'caller' && Math.abs(now - idTime(checked.id)) > MAX_EVENT_AGE)
      throw new AuditError('EVENT_STALE', 'the event id is more than 24 hours off', { field: 'id' });
    const parent = checked.links?.parentIndex;
    if (parent !== undefined && parent >= this.#durable)
      throw new AuditError('EVENT_INVALID', 'field `links.parentIndex` names no entry of the log', {
        field: 'links.parentIndex',
      });
    const stored = await this.#once(checked.id, () => this.#store(checked, nonce, now));
    if (options.await !== 'integrated') return { ...stored.result, receipt: null };
    await this.#integrated(stored.result.index);
    const proof = await this.inclusionProof(stored.result.index);
    const receipt = formatProof({ ...proof, leaf: stored.result.leaf, opening: stored.prepared.opening });
    return { ...stored.result, receipt };
  }

  /** Runs work on one event id at a time, so that two calls with the same id cannot both find it new. */
  async #once<T>(id: string, work: () => Promise<T>): Promise<T> {
    const before = this.#inFlight.get(id);
    const mine = (before ?? Promise.resolve()).then(work, work);
    this.#inFlight.set(id, mine);
    try {
      return await mine;
    } finally {
      if (this.#inFlight.get(id) === mine) this.#inFlight.delete(id);
    }
  }

  async #store(
    event: AuditEvent,
    nonce: Uint8Array | undefined,
    recordedAt: number,
  ): Promise<{ prepared: Prepared; result: Omit<AppendResult, 'receipt'> }> {
    this.#usable();
    const { store } = this.#parts;
    const known = await store.find(idBytes(event.id));
    if (known !== null) {
      const prepared = await recognise(event, nonce, await this.#entry(known), this.#parts);
      return { prepared, result: { index: known, leaf: prepared.entry.leaf, duplicate: true } };
    }
    const prepared = await prepare(event, nonce, recordedAt, this.#parts);
    const index = await new Promise<number>((resolve, reject) => {
      this.#waiting.push({ prepared, resolve, reject });
      this.#writing ??= this.#write();
    });
    return { prepared, result: { index, leaf: prepared.entry.leaf, duplicate: false } };
  }

  async #entry(index: number): Promise<StoredEntry> {
    for await (const entry of this.#parts.store.readEntries(index)) return entry;
    throw new AuditError('LOG_CORRUPT', 'an entry is missing from the store', { index });
  }

  /** Writes what waits, a group at a time; callers that come during a sync form the next group. */
  async #write(): Promise<void> {
    // Callers that are ready in the same turn share the first group already.
    await Promise.resolve();
    while (this.#waiting.length > 0) {
      const group = this.#waiting.splice(0, GROUP);
      try {
        this.#usable();
        const { first } = await this.#parts.store.append(group.map(({ prepared }) => prepared.entry));
        for (const { prepared } of group) this.#pending.push(prepared.entry.leaf);
        this.#durable = first + group.length;
        for (const [i, { resolve }] of group.entries()) resolve(first + i);
        this.#schedule();
      } catch (error) {
        this.#failure ??= error;
        for (const { reject } of group) reject(error);
      }
    }
    this.#writing = undefined;
  }

  /** Sees to it that a checkpoint comes: at once for a full bundle, else after the interval. */
  #schedule(): void {
    if (this.#pending.length >= this.#parts.checkpointEntries) {
      this.#background();
    } else if (!this.#cancelTimer) {
      this.#cancelTimer = this.#parts.clock.after(this.#parts.checkpointEvery, () => this.#background());
    }
  }

  #background(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    // A failure is kept and told to the next caller.
    this.#integrated(this.#durable - 1).catch(() => undefined);
  }

  /** Resolves when a checkpoint covers that entry. Whoever waits meanwhile shares the next one. */
  async #integrated(index: number): Promise<void> {
    while (this.#size <= index) {
      this.#usable();
      this.#integration ??= this.#integrate().finally(() => {
        this.#integration = undefined;
      });
      await this.#integration;
    }
  }

  /** Tiles first, then the checkpoint: what is signed is durable. */
  async #integrate(): Promise<void> {
    const { tree, store, signer, origin } = this.#parts;
    try {
      const leaves = this.#pending.splice(0);
      for (const leaf of leaves) tree.append(leaf);
      await store.writeTiles(tree.takeTiles());
      const next = await signNote(formatCheckpoint({ origin, size: tree.size, root: tree.root() }), signer);
      await store.casCheckpoint(this.#checkpoint, next);
      this.#checkpoint = next;
      this.#size = tree.size;
    } catch (error) {
      this.#failure ??= error;
      throw error;
    }
    if (this.#pending.length === 0) {
      this.#cancelTimer?.();
      this.#cancelTimer = undefined;
    }
  }

  /**
   * The latest checkpoint, a signed note.
   *
   * @returns the text, as it is stored and served
   * @example
   * const { size } = await verifyCheckpoint(log.checkpoint(), { logKey: vkey });
   */
  checkpoint(): string {
    return this.#checkpoint;
  }

  /** Entries that are durable; the checkpoint may cover fewer. */
  get size(): number {
    return this.#durable;
  }

  /**
   * Makes a checkpoint that covers every durable entry.
   *
   * @returns the checkpoint
   * @throws AuditError `STORE_FAILED`, `LOG_POISONED`, `LOG_CLOSED` as `append`
   * @example
   * const checkpoint = await log.integrate();
   */
  async integrate(): Promise<string> {
    await this.#integrated(this.#durable - 1);
    return this.#checkpoint;
  }

  /**
   * Proves that an entry is in the latest checkpoint.
   *
   * @param index - the entry's place
   * @returns path and checkpoint, for `verifyInclusion`
   * @throws AuditError `ENTRY_OUT_OF_RANGE` when no checkpoint covers the entry yet; `TILE_INVALID` when a tile is lost
   * @example
   * const proof = await log.inclusionProof(7);
   */
  async inclusionProof(index: number): Promise<InclusionProof> {
    const [size, checkpoint] = [this.#size, this.#checkpoint];
    if (!Number.isSafeInteger(index) || index < 0 || index >= size)
      throw new AuditError('ENTRY_OUT_OF_RANGE', 'no checkpoint covers that entry', { index });
    return { index, hashes: await inclusionPath(index, size, this.#hashes.at(size)), checkpoint };
  }

  /**
   * Proves that the log of `to` entries extends the log of `from` entries.
   *
   * @returns the path, for `verifyConsistency`: hashes of 32 bytes
   * @throws AuditError `ENTRY_OUT_OF_RANGE` unless 0 <= from <= to <= the latest checkpoint's size; `TILE_INVALID` when
   *   a tile is lost
   * @example
   * const path = await log.consistencyProof(older.size, newer.size);
   */
  async consistencyProof(from: number, to: number): Promise<readonly Bytes[]> {
    const size = this.#size;
    if (![from, to].every(Number.isSafeInteger) || from < 0 || from > to || to > size)
      throw new AuditError('ENTRY_OUT_OF_RANGE', 'the checkpoint does not cover those sizes');
    return consistencyPath(from, to, this.#hashes.at(size));
  }

  /**
   * Waits for appends under way, makes a last checkpoint, and gives the store back. Closing twice is harmless.
   *
   * @throws AuditError `STORE_FAILED`, `LOG_POISONED` when the last checkpoint could not be made; the store is given
   *   back all the same
   * @example
   * await log.close();
   */
  async close(): Promise<void> {
    if (this.#closed) return;
    await Promise.allSettled(this.#inFlight.values());
    await this.#writing;
    try {
      if (this.#failure === undefined) await this.integrate();
    } finally {
      this.#closed = true;
      this.#cancelTimer?.();
      await this.#parts.store.close();
    }
  }

  #usable(): void {
    if (this.#closed) throw new AuditError('LOG_CLOSED', 'the log is closed');
    if (this.#failure !== undefined)
      throw new AuditError('LOG_POISONED', 'an earlier write failed: open the log again', { cause: this.#failure });
  }
}

import type { EventType } from '../event-codes.js';
import type { Tile, TileId } from '../tiles.js';

/** What one entry adds to a log: its leaf and the sealed compartments of its side record (empty: none). */
export interface StoredEntry {
  readonly leaf: Uint8Array;
  readonly subject: Uint8Array;
  readonly actor: Uint8Array;
}

/** Which entries are wanted; every part that is there must fit. */
export interface EntryQuery {
  /** Leaf handles of 32 bytes. */
  readonly subject?: Uint8Array;
  readonly actor?: Uint8Array;
  readonly object?: Uint8Array;
  /** One of these objects. */
  readonly objects?: readonly Uint8Array[];
  readonly types?: readonly EventType[];
  /** Recorded at or after, and before: milliseconds since 1970. */
  readonly from?: number;
  readonly until?: number;
}

/** Reads a log's public files, wherever they lie. */
export interface LogReader {
  /** The checkpoint as stored, or null when there is none. */
  readCheckpoint(): Promise<Uint8Array | null>;
  /** The bytes of one tile or bundle, or null when it is missing. */
  readTile(tile: TileId): Promise<Uint8Array | null>;
  /** Every path below the log's `tile` folder, when the reader can list them: leftovers are then checked too. */
  listTiles?(): AsyncIterable<string>;
  /**
   * The entries from `start` (to before `end`) with their side records, when the reader can reach them. Throws
   * AuditError `LOG_CORRUPT` where they are damaged.
   */
  readEntries?(start: number, end?: number): AsyncIterable<StoredEntry>;
  /** The indices of exactly the entries that a query asks for, rising, when the reader has an index. */
  select?(query: EntryQuery): AsyncIterable<number>;
  /** Holds every row of the index against the entries. */
  verifyIndex?(): Promise<IndexReport>;
}

/** How an index agrees with the entries that it is made from. */
export interface IndexReport {
  readonly entries: number;
  /** Entries whose row was held against them; those without one are read when they are asked for. */
  readonly indexed: number;
  /** Rows that are damaged or of another log: they are not used, and written again by the log's next writer. */
  readonly damaged: number;
  /** Entries whose row says something else although its block is whole: the first 100. */
  readonly wrong: readonly number[];
}

/** Where one entry of a batch came to stand. `added` is false when its event id was in the log before. */
export interface Appended {
  readonly index: number;
  readonly added: boolean;
}

/** The state that an integration starts from: the checkpoint in place, and how many entries are durable. */
export interface IntegrationState {
  readonly checkpoint: Uint8Array | null;
  readonly size: number;
}

/** What an integration puts in place. */
export interface Integration {
  readonly tiles: readonly Tile[];
  readonly checkpoint: string;
}

/**
 * Where a log lives. Any number of processes may append if the store allows it; one at a time integrates.
 * A rejected `append` may still have happened: nothing is known until it is tried again, or the store opened again.
 */
export interface LogStore extends Required<Omit<LogReader, 'listTiles' | 'select' | 'verifyIndex'>> {
  /**
   * Takes the lock where the store has one, and tells how many entries are durable. Publishes the log's key beside
   * it, for those who have it from nowhere better.
   * Rejects with AuditError `LOG_LOCKED`, `LOG_CORRUPT` or `STORE_FAILED`.
   */
  open(origin: string, logKey: string): Promise<{ readonly size: number }>;
  /** Appends entries behind the last one, one an event id; resolves only when all are durable. */
  append(batch: readonly StoredEntry[]): Promise<readonly Appended[]>;
  /** The index of the entry with that event id (16 bytes), or null. Sees every entry that was ever appended. */
  find(id: Uint8Array): Promise<number | null>;
  /**
   * Runs `work` as the only integrator of this store, then makes its tiles durable, then replaces the checkpoint that
   * `work` was given, in one durable step. Null changes nothing. Writing the same tile again changes nothing.
   */
  integrate(work: (state: IntegrationState) => Promise<Integration | null>): Promise<void>;
  /** Gives back what `open` took. */
  close(): Promise<void>;
}

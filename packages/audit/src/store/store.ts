import type { Tile, TileId } from '../tiles.js';

/** What one entry adds to a log: its leaf and the sealed compartments of its side record (empty: none). */
export interface StoredEntry {
  readonly leaf: Uint8Array;
  readonly subject: Uint8Array;
  readonly actor: Uint8Array;
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
   * The entries with their side records, when the reader can reach the journal. Throws AuditError `LOG_CORRUPT` where
   * the journal is damaged.
   */
  readEntries?(start: number): AsyncIterable<StoredEntry>;
}

/**
 * Where a log lives. One writer, many readers; several logs never share one store.
 * A rejected `append` may still have happened: nothing is known until the store is opened again.
 */
export interface LogStore extends Required<Omit<LogReader, 'listTiles'>> {
  /**
   * Takes the lock, repairs a torn tail, and tells how many entries are durable. Publishes the log's key beside it,
   * for those who have it from nowhere better.
   * Rejects with AuditError `LOG_LOCKED`, `LOG_CORRUPT` or `STORE_FAILED`.
   */
  open(origin: string, logKey: string): Promise<{ readonly size: number }>;
  /** Appends entries behind the last one; resolves, with the index of the first, only when all are durable. */
  append(batch: readonly StoredEntry[]): Promise<{ readonly first: number }>;
  /** The index of the entry with that event id (16 bytes), or null. Sees every entry that was ever appended. */
  find(id: Uint8Array): Promise<number | null>;
  /** Writes tiles; resolves only when they are durable. Writing the same tile again changes nothing. */
  writeTiles(tiles: readonly Tile[]): Promise<void>;
  /** Replaces the checkpoint in one durable step, provided that it still is `previous`. */
  casCheckpoint(previous: string | null, next: string): Promise<void>;
  /** Gives the lock back. */
  close(): Promise<void>;
}

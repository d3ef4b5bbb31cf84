import promises from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { equal, utf8 } from '@wardseal/primitives';
import { AuditError } from '../errors.js';
import { leafId } from '../leaf.js';
import { MAX_NOTE } from '../note.js';
import { MAX_TILE, TILE_WIDTH, type TileId, tilePath } from '../tiles.js';
import {
  type FileSystem,
  failedWith,
  makeDirectory,
  readWhole,
  type StoreFile,
  syncDirectory,
  writeAll,
  writeNew,
} from './file-system.js';
import { IdIndex } from './id-index.js';
import { encodeBatch, journalHeader, readHeader, scanJournal } from './journal.js';
import { processLock, type TakeLock } from './lock.js';
import type { Appended, Integration, IntegrationState, LogStore, StoredEntry } from './store.js';

/** Settings of `fileStore`; the defaults are right outside tests. */
export interface FileStoreOptions {
  /** The file system; default node:fs/promises. */
  readonly fs?: FileSystem;
  /** Takes the folder's lock; default a node:sqlite lock where there is one, and a lock file with a liveness check. */
  readonly lock?: TakeLock;
}

// Public files may be served to anybody; what lies in `private` holds sealed side records.
const PUBLIC = 0o755;
const PRIVATE = 0o700;

/**
 * A log in a folder: `checkpoint`, `log.vkey` and `tile/` are public C2SP files and may be served as they are, `private/`
 * holds the journal with the sealed side records and must not be. One process at a time. The folder must be on a disk
 * that honours fsync and whose locks work (no NFS without locks).
 *
 * @param folder - made when it is missing
 * @param options - for tests
 * @returns a store for `openLog`
 * @example
 * const log = await openLog({ origin, store: fileStore('/srv/audit/2026'), keys, signer });
 */
export function fileStore(folder: string, options: FileStoreOptions = {}): LogStore {
  return new FileStore(resolve(folder), options.fs ?? promises, options.lock);
}

class FileStore implements LogStore {
  readonly #folder: string;
  readonly #private: string;
  readonly #fs: FileSystem;
  readonly #lock: TakeLock;
  #release: (() => Promise<void>) | undefined;
  #journal: StoreFile | undefined;
  #origin = '';
  #end = 0;
  #size = 0;
  #failed = false;
  #torn = false;
  #ids = new IdIndex();
  // First index and offset of every batch, to find an entry without reading from the start.
  #batches: { first: number; offset: number }[] = [];
  #made = new Set<string>();
  #names = 0;

  constructor(folder: string, fs: FileSystem, lock: TakeLock = processLock()) {
    this.#folder = folder;
    this.#private = join(folder, 'private');
    this.#fs = fs;
    this.#lock = lock;
  }

  async open(origin: string, logKey: string): Promise<{ size: number }> {
    if (this.#release) throw new TypeError('the store is open already');
    this.#origin = origin;
    this.#failed = false;
    try {
      await makeDirectory(this.#fs, this.#folder, PUBLIC);
      await makeDirectory(this.#fs, this.#private, PRIVATE);
      this.#release = await this.#lock(this.#private);
      await this.#removeLeftovers();
      await this.#recover();
      const key = utf8(`${logKey}\n`);
      const published = await readWhole(this.#fs, join(this.#folder, 'log.vkey'), key.length);
      if (published === null || !equal(published, key)) await this.#publish([{ path: 'log.vkey', data: key }]);
      return { size: this.#size };
    } catch (cause) {
      await this.close().catch(() => undefined);
      throw asStoreError(cause);
    }
  }

  /** Half-written files of a process that died: they have a name of their own until they are whole. */
  async #removeLeftovers(): Promise<void> {
    for (const name of await this.#fs.readdir(this.#private))
      if (name.startsWith('new-')) await this.#fs.unlink(join(this.#private, name));
  }

  async #recover(): Promise<void> {
    const path = join(this.#private, 'journal');
    const header = journalHeader(this.#origin);
    this.#ids = new IdIndex();
    this.#batches = [];
    this.#size = 0;
    if ((await readWhole(this.#fs, path, header.length)) === null)
      await this.#publish([{ path: 'private/journal', data: header }]);
    this.#journal = await this.#fs.open(path, 'r+');
    const found = await readHeader(this.#journal);
    if (found === null) throw new AuditError('LOG_CORRUPT', 'the journal is malformed', { path: 'private/journal' });
    if (found.origin !== this.#origin) throw new AuditError('ORIGIN_MISMATCH', 'the folder holds another log');
    const scan = scanJournal(this.#journal, this.#origin, found.end, 0);
    let step = await scan.next();
    for (; !step.done; step = await scan.next()) {
      const { first, offset, entries } = step.value;
      this.#batches.push({ first, offset });
      for (const [i, { leaf }] of entries.entries()) this.#ids.add(leafId(leaf), first + i);
    }
    this.#end = step.value.end;
    this.#size = step.value.size;
    this.#torn = (await this.#journal.stat()).size > this.#end;
    // What we read may sit in the cache of a process that died before its sync.
    await this.#journal.sync();
  }

  /**
   * Cuts off a torn last batch. Not on opening: a batch that rotted looks the same, and whoever finds that the
   * checkpoint covers it must still find its other entries there.
   */
  async #cut(journal: StoreFile): Promise<void> {
    if (!this.#torn) return;
    await journal.truncate(this.#end);
    await journal.sync();
    this.#torn = false;
  }

  async append(batch: readonly StoredEntry[]): Promise<readonly Appended[]> {
    const journal = this.#usable();
    const first = this.#size;
    const fresh: StoredEntry[] = [];
    const known = new IdIndex();
    const appended = batch.map((entry): Appended => {
      const id = leafId(entry.leaf);
      const before = this.#ids.find(id) ?? known.find(id);
      if (before !== null) return { index: before, added: false };
      const index = first + fresh.push(entry) - 1;
      known.add(id, index);
      return { index, added: true };
    });
    if (fresh.length === 0) return appended;
    const data = encodeBatch(this.#origin, first, fresh);
    await this.#guard(async () => {
      await this.#cut(journal);
      await writeAll(journal, data, this.#end);
      await journal.datasync();
    });
    this.#batches.push({ first, offset: this.#end });
    this.#end += data.length;
    this.#size += fresh.length;
    for (const [i, { leaf }] of fresh.entries()) this.#ids.add(leafId(leaf), first + i);
    return appended;
  }

  async find(id: Uint8Array): Promise<number | null> {
    return this.#ids.find(id);
  }

  async *readEntries(start: number, end: number = this.#size): AsyncGenerator<StoredEntry> {
    const journal = this.#usable();
    let low = 0;
    for (let high = this.#batches.length - 1; low < high; ) {
      const middle = Math.ceil((low + high) / 2);
      if (this.#batches[middle]!.first <= start) low = middle;
      else high = middle - 1;
    }
    const from = this.#batches[low];
    if (from === undefined) return;
    let index = from.first;
    const size = Math.min(end, this.#size);
    const batches = scanJournal(journal, this.#origin, from.offset, from.first);
    while (index < size) {
      const step = await batches.next().catch((cause: unknown) => {
        throw asStoreError(cause);
      });
      if (step.done) break;
      for (const entry of step.value.entries) if (index++ >= start && index <= size) yield entry;
    }
    if (index >= size) return;
    throw new AuditError('LOG_CORRUPT', 'the journal ends early', { path: 'private/journal' });
  }

  async readTile(tile: TileId): Promise<Uint8Array | null> {
    return this.#read(tilePath(tile), MAX_TILE);
  }

  async readCheckpoint(): Promise<Uint8Array | null> {
    return this.#read('checkpoint', MAX_NOTE);
  }

  async #read(path: string, limit: number): Promise<Uint8Array | null> {
    try {
      return await readWhole(this.#fs, join(this.#folder, path), limit);
    } catch (cause) {
      throw asStoreError(cause);
    }
  }

  async integrate(work: (state: IntegrationState) => Promise<Integration | null>): Promise<void> {
    this.#usable();
    const checkpoint = await this.readCheckpoint();
    const integration = await work({ checkpoint, size: this.#size });
    if (integration === null) return;
    const { tiles, checkpoint: next } = integration;
    await this.#guard(() => this.#publish(tiles.map((tile) => ({ path: tilePath(tile), data: tile.data }))));
    await this.#guard(() => this.#publish([{ path: 'checkpoint', data: utf8(next) }]));
    // Not before: until now the checkpoint in place named the partial tiles.
    await this.#removePartials(tiles.filter(({ width }) => width === TILE_WIDTH));
  }

  async close(): Promise<void> {
    const [journal, release] = [this.#journal, this.#release];
    this.#journal = undefined;
    this.#release = undefined;
    // Both are tried, whatever happens to the first.
    const results = await Promise.allSettled([journal?.close(), release?.()]);
    for (const result of results) if (result.status === 'rejected') throw asStoreError(result.reason);
  }

  /** Writes files under names of their own, syncs them, then renames them into place and syncs the folders. */
  async #publish(files: readonly { path: string; data: Uint8Array }[]): Promise<void> {
    const moves = files.map(({ path, data }) => ({
      from: join(this.#private, `new-${this.#names++}`),
      to: join(this.#folder, path),
      data,
    }));
    for (const { to } of moves) await this.#make(join(to, '..'));
    await settle(moves.map(({ from, to, data }) => writeNew(this.#fs, from, data, this.#mode(to))));
    for (const { from, to } of moves) await this.#fs.rename(from, to);
    const folders = new Set(moves.map(({ to }) => join(to, '..')));
    await settle([...folders].map((folder) => syncDirectory(this.#fs, folder)));
  }

  #mode(path: string): number {
    return path.startsWith(`${this.#private}/`) ? 0o600 : 0o644;
  }

  async #make(folder: string): Promise<void> {
    if (folder === this.#folder || folder === this.#private || this.#made.has(folder)) return;
    await this.#make(join(folder, '..'));
    await makeDirectory(this.#fs, folder, PUBLIC);
    this.#made.add(folder);
  }

  /** Partial tiles may go once the full one is there (tlog-tiles, "Partial Tiles"). What is left over does no harm. */
  async #removePartials(full: readonly TileId[]): Promise<void> {
    for (const tile of full) {
      const folder = join(this.#folder, `${tilePath(tile)}.p`);
      const names = await this.#fs.readdir(folder).catch(() => []);
      for (const name of names) await this.#fs.unlink(join(folder, name)).catch(() => undefined);
      if (names.length > 0) await this.#fs.rmdir?.(folder).catch(() => undefined);
      this.#made.delete(folder);
    }
  }

  /** The open journal. After a failed write or sync nobody knows what the disk holds: only opening again tells. */
  #usable(): StoreFile {
    if (this.#failed) throw new AuditError('LOG_POISONED', 'an earlier write failed: open the log again');
    if (!this.#journal) throw new AuditError('LOG_CLOSED', 'the store is closed');
    return this.#journal;
  }

  async #guard(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (cause) {
      this.#failed = true;
      throw asStoreError(cause);
    }
  }
}

/** Waits for all before it fails, so that nothing writes behind the back of the error. */
async function settle(work: readonly Promise<void>[]): Promise<void> {
  const results = await Promise.allSettled(work);
  for (const result of results) if (result.status === 'rejected') throw result.reason;
}

function asStoreError(cause: unknown): AuditError {
  if (cause instanceof AuditError) return cause;
  const full = failedWith(cause, 'ENOSPC');
  return new AuditError('STORE_FAILED', full ? 'the disk is full' : 'the disk failed', { cause });
}

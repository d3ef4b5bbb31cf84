import { join, resolve } from 'node:path';
import { utf8 } from '@wardseal/primitives';
import { AuditError } from '../errors.js';
import { leafId } from '../leaf.js';
import { MAX_NOTE } from '../note.js';
import { MAX_TILE, type TileId, tilePath } from '../tiles.js';
import { type FileSystem, readWhole } from './file-system.js';
import { flatten } from './flatten.js';
import { IdIndex } from './id-index.js';
import { ROW_BYTES } from './index-row.js';
import type { IndexWriter } from './index-writer.js';
import { readJournal } from './journal-reader.js';
import type { BatchPlace } from './journal-scan.js';
import { processLock, type TakeLock } from './lock.js';
import { nodeFiles } from './node-files.js';
import { type OpenJournal, openJournal } from './open-journal.js';
import { Publisher } from './publisher.js';
import { selectEntries } from './select-entries.js';
import type {
  Appended,
  EntryQuery,
  IndexReport,
  Integration,
  IntegrationState,
  LogStore,
  StoredEntry,
} from './store.js';
import { asStoreError } from './store-error.js';
import { verifyIndex } from './verify-index.js';

/** Settings of `fileStore`; the defaults are right outside tests. */
export interface FileStoreOptions {
  /** The file system; default node:fs/promises. */
  readonly fs?: FileSystem;
  /** Takes the folder's lock; default a node:sqlite lock where there is one, and a lock file with a liveness check. */
  readonly lock?: TakeLock;
}

/** A log in a folder, which also answers queries from its index. */
export interface FileLogStore extends LogStore {
  select(query: EntryQuery): AsyncIterable<number>;
  /** Holds the index against the journal: reads all of it. */
  verifyIndex(): Promise<IndexReport>;
}

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
export function fileStore(folder: string, options: FileStoreOptions = {}): FileLogStore {
  return new FileStore(resolve(folder), options.fs ?? nodeFiles, options.lock);
}

class FileStore implements FileLogStore {
  readonly #folder: string;
  readonly #fs: FileSystem;
  readonly #lock: TakeLock;
  #publisher: Publisher;
  #release: (() => Promise<void>) | undefined;
  #open: OpenJournal | undefined;
  #failed = false;
  #key = '';
  #ids = new IdIndex();
  // Resolves when the last append is through: the next waits for it.
  #turn: Promise<unknown> = Promise.resolve();

  constructor(folder: string, fs: FileSystem, lock: TakeLock = processLock()) {
    this.#folder = folder;
    this.#fs = fs;
    this.#lock = lock;
    this.#publisher = new Publisher(fs, folder);
  }

  async open(origin: string, logKey: string): Promise<{ size: number }> {
    if (this.#release) throw new TypeError('the store is open already');
    this.#failed = false;
    this.#publisher = new Publisher(this.#fs, this.#folder);
    try {
      await this.#publisher.prepare();
      this.#release = await this.#lock(join(this.#folder, 'private'));
      await this.#publisher.removeLeftovers();
      this.#open = await openJournal(this.#fs, this.#folder, origin, this.#publisher);
      await this.#recover(this.#open);
      this.#key = logKey;
      return { size: this.#open.writer.size };
    } catch (cause) {
      await this.#shut(false).catch(() => undefined);
      throw asStoreError(cause);
    }
  }

  /** Learns the ids of all entries: of most from the index, of the others from the journal's end. */
  async #recover({ index, writer, start }: OpenJournal): Promise<void> {
    this.#ids = new IdIndex();
    const last = await index.load(({ first, rows }) => {
      for (let i = 0; i * ROW_BYTES < rows.length; i++) this.#ids.add(rows, i * ROW_BYTES, first + i);
    });
    await writer.recover(last ?? { offset: start, first: 0 }, async (place, entries) => {
      this.#index(index, place, entries);
      await index.save();
    });
  }

  /** Remembers the entries of a batch that are not indexed yet. */
  #index(index: IndexWriter, { offset, first }: BatchPlace, entries: readonly StoredEntry[]): void {
    for (let place = Math.max(0, index.size - first); place < entries.length; place++) {
      const { leaf } = entries[place]!;
      this.#ids.add(leafId(leaf), 0, first + place);
      index.add(leaf, offset, place);
    }
  }

  append(batch: readonly StoredEntry[]): Promise<readonly Appended[]> {
    const mine = this.#turn.then(() => this.#append(batch));
    this.#turn = mine.catch(() => undefined);
    return mine;
  }

  async #append(batch: readonly StoredEntry[]): Promise<readonly Appended[]> {
    const { writer, index } = this.#usable();
    const fresh: StoredEntry[] = [];
    const known = new IdIndex(batch.length);
    const appended = batch.map((entry): Appended => {
      const id = leafId(entry.leaf);
      const before = this.#ids.find(id) ?? known.find(id);
      if (before !== null) return { index: before, added: false };
      const next = writer.size + fresh.push(entry) - 1;
      known.add(id, 0, next);
      return { index: next, added: true };
    });
    if (fresh.length === 0) return appended;
    const data = writer.encode(fresh);
    const place = await this.#guard(() => writer.append(data, fresh.length));
    this.#index(index, place, fresh);
    // Not waited for: nobody's answer depends on it.
    void index.save();
    return appended;
  }

  async find(id: Uint8Array): Promise<number | null> {
    return this.#ids.find(id);
  }

  readEntries(start: number, end: number = Number.POSITIVE_INFINITY): AsyncIterable<StoredEntry> {
    return flatten(this.#entries(start, end));
  }

  async *#entries(start: number, end: number): AsyncGenerator<readonly StoredEntry[]> {
    const open = this.#usable();
    const limit = Math.min(end, open.writer.size);
    let index = start;
    if (index >= limit) return;
    try {
      for await (const entries of readJournal(open, start, limit)) {
        index += entries.length;
        yield entries;
      }
    } catch (cause) {
      throw asStoreError(cause);
    }
    if (index < limit) throw new AuditError('LOG_CORRUPT', 'the journal ends early', { path: 'private/journal' });
  }

  async *select(query: EntryQuery): AsyncGenerator<number> {
    const open = this.#usable();
    const selected = selectEntries(open, query, open.writer.size);
    try {
      yield* selected;
    } catch (cause) {
      throw asStoreError(cause);
    }
  }

  async verifyIndex(): Promise<IndexReport> {
    const open = this.#usable();
    await open.index.save();
    return verifyIndex(open).catch((cause: unknown) => {
      throw asStoreError(cause);
    });
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
    const { writer } = this.#usable();
    const checkpoint = await this.readCheckpoint();
    const integration = await work({ checkpoint, size: writer.size });
    // Not before `work` has held the checkpoint in place against it: a wrong key must not stand beside a log.
    await this.#guard(() => this.#publisher.publishKey(this.#key));
    if (integration === null) return;
    const { tiles, checkpoint: next } = integration;
    await this.#guard(async () => {
      await this.#publisher.publish(tiles.map((tile) => ({ path: tilePath(tile), data: tile.data })));
      await this.#publisher.publish([{ path: 'checkpoint', data: utf8(next) }]);
    });
    // Not before: until now the checkpoint in place named the partial tiles.
    await this.#publisher.removePartials(tiles);
  }

  async close(): Promise<void> {
    await this.#turn;
    await this.#shut(!this.#failed);
  }

  async #shut(sound: boolean): Promise<void> {
    const [open, release] = [this.#open, this.#release];
    this.#open = undefined;
    this.#release = undefined;
    // Each is tried, whatever happens to the others; the lock goes last.
    const closed = await Promise.allSettled([open?.writer.close(sound), open?.index.close()]);
    const released = await Promise.allSettled([release?.()]);
    const [journal] = closed;
    for (const result of [journal, ...released]) if (result?.status === 'rejected') throw asStoreError(result.reason);
  }

  /** What is open. After a failed write or sync nobody knows what the disk holds: only opening again tells. */
  #usable(): OpenJournal {
    if (this.#failed) throw new AuditError('LOG_POISONED', 'an earlier write failed: open the log again');
    if (!this.#open) throw new AuditError('LOG_CLOSED', 'the store is closed');
    return this.#open;
  }

  async #guard<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (cause) {
      this.#failed = true;
      throw asStoreError(cause);
    }
  }
}

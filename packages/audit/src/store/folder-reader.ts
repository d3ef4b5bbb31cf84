import promises from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { AuditError } from '../errors.js';
import { MAX_NOTE } from '../note.js';
import { MAX_TILE, tilePath } from '../tiles.js';
import { type FileSystem, failedWith, readRegular, refuseSpecial, type StoreFile } from './file-system.js';
import { flatten } from './flatten.js';
import { IndexFile } from './index-file.js';
import { journalSeed, malformedJournal, readHeader } from './journal.js';
import { type IndexedJournal, readJournal } from './journal-reader.js';
import { selectEntries } from './select-entries.js';
import type { LogReader } from './store.js';
import { verifyIndex } from './verify-index.js';

/** Folders below `tile` go this deep at most: a level, four groups of digits, a partial tile's folder. */
const MAX_DEPTH = 8;
const JOURNAL = 'private/journal';
const INDEX = 'private/index';

/**
 * Reads a log's folder without a lock, also while another process appends to it. The journal and its index are read
 * where they are there and may be read.
 *
 * @param folder - the log's folder
 * @param options - the file system, for tests
 * @returns a reader for `auditLog`
 * @throws AuditError `STORE_FAILED` from its methods when a file is there but cannot be read
 * @example
 * const report = await auditLog(await folderReader('/srv/audit/2026'), { logKey: vkey });
 */
export async function folderReader(
  folder: string,
  { fs = promises }: { readonly fs?: FileSystem } = {},
): Promise<LogReader> {
  const root = resolve(folder);
  const read = async (path: string, limit: number): Promise<Uint8Array | null> =>
    attempt(path, () => readRegular(fs, join(root, path), limit));
  const reader: LogReader = {
    readCheckpoint: () => read('checkpoint', MAX_NOTE),
    readTile: (tile) => read(tilePath(tile), MAX_TILE),
    listTiles: () => walk(fs, root, 'tile', 0),
  };
  if (!(await readable(fs, join(root, JOURNAL)))) return reader;
  const journal = new SharedJournal(fs, root);
  return {
    ...reader,
    readEntries: (start, end = Number.POSITIVE_INFINITY) =>
      flatten(journal.use((open) => readJournal(open, start, end))),
    select: (query) => journal.use((open) => selectEntries(open, query, Number.POSITIVE_INFINITY)),
    verifyIndex: () => journal.ask(verifyIndex),
  };
}

/** An outside auditor sees the public files only. */
async function readable(fs: FileSystem, path: string): Promise<boolean> {
  try {
    return (await readRegular(fs, path, 0)) !== null;
  } catch (error) {
    if (failedWith(error, 'EACCES')) return false;
    throw new AuditError('STORE_FAILED', 'a file cannot be read', { path: JOURNAL, cause: error });
  }
}

async function attempt<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    throw unreadable(path, cause);
  }
}

function unreadable(path: string, cause: unknown): Error {
  if (cause instanceof AuditError || cause instanceof RangeError) return cause;
  return new AuditError('STORE_FAILED', 'a file cannot be read', { path, cause });
}

interface OpenJournal extends IndexedJournal {
  close(): Promise<void>;
}

/** The journal and its index, open as long as somebody reads: whoever reads entries while selecting opens nothing. */
class SharedJournal {
  readonly #fs: FileSystem;
  readonly #root: string;
  #open: Promise<OpenJournal> | undefined;
  #users = 0;

  constructor(fs: FileSystem, root: string) {
    this.#fs = fs;
    this.#root = root;
  }

  async *use<T>(work: (open: IndexedJournal) => AsyncIterable<T>): AsyncGenerator<T> {
    const mine = this.#enter();
    try {
      yield* work(await mine);
    } catch (cause) {
      throw unreadable(JOURNAL, cause);
    } finally {
      await this.#leave(mine);
    }
  }

  async ask<T>(work: (open: IndexedJournal) => Promise<T>): Promise<T> {
    const mine = this.#enter();
    try {
      return await attempt(JOURNAL, async () => work(await mine));
    } finally {
      await this.#leave(mine);
    }
  }

  #enter(): Promise<OpenJournal> {
    this.#users++;
    this.#open ??= this.#openFiles();
    return this.#open;
  }

  async #leave(mine: Promise<OpenJournal>): Promise<void> {
    if (--this.#users > 0) return;
    this.#open = undefined;
    await mine.then(
      (open) => open.close(),
      () => undefined,
    );
  }

  async #openFiles(): Promise<OpenJournal> {
    const path = join(this.#root, JOURNAL);
    await refuseSpecial(this.#fs, path);
    const file = await this.#fs.open(path, 'r');
    try {
      const header = await readHeader(file);
      if (header === null) throw malformedJournal();
      const journal = { file, seed: journalSeed(header.origin) };
      const rows = await this.#openIndex();
      const index = rows && new IndexFile(rows, journal);
      const close = async (): Promise<void> => {
        await Promise.all([file.close(), rows?.close()]);
      };
      return { journal, start: header.end, index, close };
    } catch (cause) {
      await file.close();
      throw cause;
    }
  }

  /** The index is no part of the log: whatever is wrong with it, the journal answers. */
  async #openIndex(): Promise<StoreFile | null> {
    try {
      const path = join(this.#root, INDEX);
      await refuseSpecial(this.#fs, path);
      return await this.#fs.open(path, 'r');
    } catch {
      return null;
    }
  }
}

async function* walk(fs: FileSystem, root: string, path: string, depth: number): AsyncGenerator<string> {
  const names = await attempt(path, () =>
    fs.readdir(join(root, path)).catch((error: unknown) => {
      if (failedWith(error, 'ENOENT')) return [];
      throw error;
    }),
  );
  for (const name of names) {
    const child = `${path}/${name}`;
    // No link is followed: one to a folder above would have no end.
    const found = attempt(child, () => fs.lstat?.(join(root, child)) ?? fs.stat(join(root, child)));
    const folder = (await found).isDirectory();
    if (folder && depth < MAX_DEPTH) yield* walk(fs, root, child, depth + 1);
    else yield child;
  }
}

import promises from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { AuditError } from '../errors.js';
import { MAX_NOTE } from '../note.js';
import { MAX_TILE, tilePath } from '../tiles.js';
import { type FileSystem, failedWith, readRegular, refuseSpecial, type StoreFile } from './file-system.js';
import { readHeader, scanJournal } from './journal.js';
import type { LogReader, StoredEntry } from './store.js';

/** Folders below `tile` go this deep at most: a level, four groups of digits, a partial tile's folder. */
const MAX_DEPTH = 8;

/**
 * Reads a log's folder without a lock, also while another process appends to it. The journal is read where it is
 * there and may be read.
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
  const journal = 'private/journal';
  const reader: LogReader = {
    readCheckpoint: () => read('checkpoint', MAX_NOTE),
    readTile: (tile) => read(tilePath(tile), MAX_TILE),
    listTiles: () => walk(fs, root, 'tile', 0),
  };
  if (!(await readable(fs, join(root, journal)))) return reader;
  return { ...reader, readEntries: (start, end) => journalEntries(fs, join(root, journal), start, end) };
}

/** An outside auditor sees the public files only. */
async function readable(fs: FileSystem, path: string): Promise<boolean> {
  try {
    return (await readRegular(fs, path, 0)) !== null;
  } catch (error) {
    if (failedWith(error, 'EACCES')) return false;
    throw new AuditError('STORE_FAILED', 'a file cannot be read', { path: 'private/journal', cause: error });
  }
}

async function attempt<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (cause instanceof AuditError) throw cause;
    throw new AuditError('STORE_FAILED', 'a file cannot be read', { path, cause });
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

async function* journalEntries(
  fs: FileSystem,
  path: string,
  start: number,
  end = Number.POSITIVE_INFINITY,
): AsyncGenerator<StoredEntry> {
  const file: StoreFile = await attempt('private/journal', async () => {
    await refuseSpecial(fs, path);
    return fs.open(path, 'r');
  });
  try {
    const header = await attempt('private/journal', () => readHeader(file));
    if (header === null) throw new AuditError('LOG_CORRUPT', 'the journal is malformed', { path: 'private/journal' });
    let index = 0;
    const batches = scanJournal(file, header.origin, header.end, 0);
    for (;;) {
      const step = await attempt('private/journal', () => batches.next());
      if (step.done) return;
      for (const entry of step.value.entries) {
        if (index >= end) return;
        if (index++ >= start) yield entry;
      }
    }
  } finally {
    await file.close();
  }
}

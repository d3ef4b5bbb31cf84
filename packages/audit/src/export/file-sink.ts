import promises from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { concat, utf8 } from '@wardseal/primitives';
import { AuditError } from '../errors.js';
import {
  type FileSystem,
  failedWith,
  makeDirectory,
  readUpTo,
  type StoreFile,
  syncDirectory,
  writeAll,
} from '../store/file-system.js';
import type { ExportBatch } from './exporter.js';

/** Bytes written between two syncs at most, and looked through for what a power loss tore: more than a batch has. */
export const MAX_UNSYNCED: number = 8 * 1024 * 1024;

/**
 * Appends batches to a file (0600), one line an entry. A batch counts as delivered when it is synced. What a crash or
 * a power loss tore is cut off before the next batch, which brings it again: lines of ours hold no zero byte, which is
 * what a lost sector reads as. The file is opened anew for every batch: move it
 * away to rotate it.
 *
 * @param path - its folder is made when it is missing
 * @param options - the file system, for tests
 * @returns `deliver` for `exporter`
 * @throws AuditError from `deliver`: `DELIVERY_FAILED` when the disk fails or is full
 * @example
 * const { deliver } = fileSink('/srv/export/siem.ndjson');
 */
export function fileSink(
  path: string,
  { fs = promises }: { readonly fs?: FileSystem } = {},
): { readonly deliver: (batch: ExportBatch) => Promise<void> } {
  const target = resolve(path);
  let synced = -1;
  return {
    async deliver({ lines }) {
      try {
        const file = await openToAppend(fs, target);
        try {
          for (const piece of pieces(lines)) synced = await append(file, piece, synced);
        } finally {
          await file.close();
        }
      } catch (cause) {
        throw new AuditError('DELIVERY_FAILED', 'the export file could not be written', { cause });
      }
    },
  };
}

/** The lines as bytes, in pieces that are synced one by one. */
function* pieces(lines: readonly string[]): Generator<Uint8Array> {
  let parts: Uint8Array[] = [];
  let length = 0;
  for (const line of lines) {
    const data = utf8(`${line}\n`);
    if (length > 0 && length + data.length > MAX_UNSYNCED) {
      yield concat(...parts);
      parts = [];
      length = 0;
    }
    parts.push(data);
    length += data.length;
  }
  yield concat(...parts);
}

async function openToAppend(fs: FileSystem, target: string): Promise<StoreFile> {
  try {
    return await fs.open(target, 'r+');
  } catch (error) {
    if (!failedWith(error, 'ENOENT')) throw error;
  }
  await makeDirectory(fs, dirname(target), 0o700);
  const file = await fs.open(target, 'wx+', 0o600);
  try {
    await syncDirectory(fs, dirname(target));
  } catch (error) {
    await file.close();
    throw error;
  }
  return file;
}

/** Writes behind the last whole line, and gives the size of the file once that is durable. */
async function append(file: StoreFile, data: Uint8Array, synced: number): Promise<number> {
  const { size } = await file.stat();
  const end = size === synced ? size : await endOfLines(file, size);
  if (end < size) await file.truncate(end);
  await writeAll(file, data, end);
  await file.datasync();
  return end + data.length;
}

/** Where the whole lines end: before the first zero byte and behind the last line end before that. */
async function endOfLines(file: StoreFile, size: number): Promise<number> {
  const start = Math.max(0, size - MAX_UNSYNCED);
  const data = await readUpTo(file, start, size - start);
  const zero = data.indexOf(0);
  const last = zero === 0 ? -1 : data.lastIndexOf(0x0a, zero < 0 ? data.length : zero - 1);
  if (last < 0 && start > 0) throw new Error('the file does not end in lines');
  return start + last + 1;
}

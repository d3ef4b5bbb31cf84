import promises from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { utf8 } from '@wardseal/primitives';
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

// A torn line is looked for in steps of this many bytes, backwards from the end.
const STEP = 65_536;

/**
 * Appends batches to a file (0600), one line an entry. A batch counts as delivered when it is synced; a line that a
 * crash tore is cut off before the next batch, which brings it again. The file is opened anew for every batch: move it
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
  return {
    async deliver({ lines }) {
      try {
        const file = await openToAppend(fs, target);
        try {
          await append(file, utf8(lines.map((line) => `${line}\n`).join('')));
        } finally {
          await file.close();
        }
      } catch (cause) {
        throw new AuditError('DELIVERY_FAILED', 'the export file could not be written', { cause });
      }
    },
  };
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

async function append(file: StoreFile, data: Uint8Array): Promise<void> {
  const { size } = await file.stat();
  const whole = await endOfLines(file, size);
  if (whole < size) await file.truncate(whole);
  await writeAll(file, data, whole);
  await file.datasync();
}

/** Where the last whole line ends. */
async function endOfLines(file: StoreFile, size: number): Promise<number> {
  for (let end = size; end > 0; ) {
    const start = Math.max(0, end - STEP);
    const last = (await readUpTo(file, start, end - start)).lastIndexOf(0x0a);
    if (last >= 0) return start + last + 1;
    end = start;
  }
  return 0;
}

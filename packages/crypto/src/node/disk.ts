import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import * as promises from 'node:fs/promises';
import { dirname } from 'node:path';
import { readFull, syncFolder } from '@wardseal/primitives/cli';
import type { RandomAccessSource } from '../source.js';

/** The few calls of node:fs/promises that replacing a file needs. */
export interface FileSystem {
  stat(path: string): Promise<{ isFile(): boolean }>;
  open(path: string, flags: string, mode?: number): Promise<Pick<FileHandle, 'write' | 'sync' | 'close'>>;
  rename(from: string, to: string): Promise<void>;
  unlink(path: string): Promise<void>;
}

/** Writes all of `data` at `position` of the new file. */
export type WriteAt = (data: Uint8Array, position: number) => Promise<void>;

/**
 * Opens a regular file and gives its size. Throws TypeError on a folder, a pipe or a device, and on a file of the kernel's
 * that says it is empty and is not.
 */
export async function openRegular(path: string): Promise<{ readonly file: FileHandle; readonly size: number }> {
  // Or else opening a pipe would wait until somebody writes into it. Windows has no such flag, and no such pipes.
  const file = await promises.open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  try {
    const stats = await file.stat();
    if (!stats.isFile() || (stats.size === 0 && (await readFull(file, new Uint8Array(1), 0)) > 0))
      throw new TypeError('source must be a regular file; for pipes there are streams');
    return { file, size: stats.size };
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** A file read from its beginning to its end: what `read` gives is good until the next call. */
export function sequential(file: FileHandle, size: number): RandomAccessSource {
  let buffer = new Uint8Array(0);
  return {
    size,
    async read(start, end) {
      if (buffer.length < end - start) buffer = new Uint8Array(end - start);
      const part = buffer.subarray(0, end - start);
      return part.subarray(0, await readFull(file, part, start));
    },
  };
}

/** Throws TypeError when something that is no regular file has the name: as root a rename would put a file in the place of /dev/null. */
async function checkTarget(path: string, fs: FileSystem): Promise<void> {
  const there = await fs.stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
    return null;
  });
  if (there?.isFile() === false) throw new TypeError('target must be a regular file, or not there');
}

/**
 * Makes a file, or replaces one, all or nothing: written under another name beside it, readable by its owner only, synced,
 * then renamed. When `fill` or the disk fails, the new file is removed, the old one is untouched, and the error is theirs.
 * A link is replaced, not followed. Throws TypeError when `path` is a folder, a pipe or a device.
 */
export async function replaceFile<T>(
  path: string,
  fill: (write: WriteAt) => Promise<T>,
  fs: FileSystem = promises,
): Promise<T> {
  await checkTarget(path, fs);
  const fresh = `${path}.${randomBytes(6).toString('hex')}.tmp`;
  const file = await fs.open(fresh, 'wx', 0o600);
  let result: T;
  try {
    try {
      result = await fill(async (data, position) => {
        for (let at = 0; at < data.length; ) {
          const { bytesWritten } = await file.write(data, at, data.length - at, position + at);
          // A disk that takes nothing and says nothing would keep us here for ever.
          if (bytesWritten === 0) throw new Error('the disk takes no more');
          at += bytesWritten;
        }
      });
      await file.sync();
    } finally {
      await file.close();
    }
    await fs.rename(fresh, path);
  } catch (error) {
    await fs.unlink(fresh).catch(() => {}); // why it failed matters more than that it lies there
    throw error;
  }
  await syncFolder(dirname(path), fs);
  return result;
}

import promises from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { fromUtf8, utf8 } from '@wardseal/primitives';
import { AuditError } from '../errors.js';
import {
  type FileSystem,
  failedWith,
  makeDirectory,
  readRegular,
  syncDirectory,
  writeNew,
} from '../store/file-system.js';
import type { Cursor, CursorStore } from './cursor.js';

/** Bytes of the largest cursor file: the longest origin, escaped, and some numbers. */
export const MAX_CURSOR = 4096;

/**
 * Keeps a cursor in a file (0600). Every save writes a new file, syncs it and renames it over the old one, so a crash
 * leaves the one or the other.
 *
 * @param path - its folder is made when it is missing
 * @param options - the file system, for tests
 * @throws AuditError from `load`: `CURSOR_INVALID` when the file is damaged or another kind of file: delete it to begin
 *   again. From both: `STORE_FAILED` when the disk fails
 * @example
 * const cursor = fileCursor('/srv/export/siem.cursor');
 */
export function fileCursor(path: string, { fs = promises }: { readonly fs?: FileSystem } = {}): CursorStore {
  const target = resolve(path);
  const fresh = `${target}.new`;
  return {
    load: () => guarded(async () => parse(await readRegular(fs, target, MAX_CURSOR))),
    save: ({ origin, next, leafHash }) =>
      guarded(async () => {
        await makeDirectory(fs, dirname(target), 0o700);
        await fs.unlink(fresh).catch((error: unknown) => {
          if (!failedWith(error, 'ENOENT')) throw error;
        });
        await writeNew(fs, fresh, utf8(`${JSON.stringify({ v: 0, origin, next, leafHash })}\n`), 0o600);
        await fs.rename(fresh, target);
        await syncDirectory(fs, dirname(target));
      }),
  };
}

async function guarded<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    throw cause instanceof AuditError ? cause : new AuditError('STORE_FAILED', 'the cursor file failed', { cause });
  }
}

function parse(data: Uint8Array | null): Cursor | null {
  if (data === null) return null;
  const text = data.length > MAX_CURSOR ? null : fromUtf8(data);
  const cursor = text === null ? null : read(text);
  if (cursor === null) throw new AuditError('CURSOR_INVALID', 'the cursor file is damaged');
  return cursor;
}

/** The cursor in the one form in which it is written, or null. */
function read(text: string): Cursor | null {
  let value: { v?: unknown; origin?: unknown; next?: unknown; leafHash?: unknown } | null;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  if (typeof value !== 'object' || value === null) return null;
  const { origin, next, leafHash } = value;
  if (value.v !== 0 || typeof origin !== 'string' || typeof next !== 'number' || !Number.isSafeInteger(next))
    return null;
  if (next < 0 || (next === 0) !== (leafHash === null)) return null;
  if (leafHash !== null && (typeof leafHash !== 'string' || !/^[0-9a-f]{64}$/.test(leafHash))) return null;
  return `${JSON.stringify({ v: 0, origin, next, leafHash })}\n` === text ? { origin, next, leafHash } : null;
}

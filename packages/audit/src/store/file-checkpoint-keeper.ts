import promises from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { fromUtf8, utf8 } from '@wardseal/primitives';
import { AuditError } from '../errors.js';
import type { CheckpointKeeper } from '../life/keeper.js';
import { MAX_NOTE } from '../note.js';
import { type FileSystem, failedWith, makeDirectory, readWhole, syncDirectory, writeNew } from './file-system.js';

/**
 * Keeps a log's last checkpoint in one file (0600). Put it on another disk than the log, and **outside the log's backup**.
 * One log, one file.
 *
 * @param file - its path; its folder is made when it is missing
 * @param options - the file system, for tests
 * @returns a keeper for `openLog`; its methods reject with AuditError `STORE_FAILED` when the disk fails, and `read` with
 *   `CHECKPOINT_INVALID` when the file is no text of at most 131,072 bytes
 * @example
 * const keeper = fileCheckpointKeeper('/mnt/elsewhere/audit-2026.checkpoint');
 */
export function fileCheckpointKeeper(
  file: string,
  { fs = promises }: { readonly fs?: FileSystem } = {},
): CheckpointKeeper {
  const path = resolve(file);
  const folder = dirname(path);
  let names = 0;
  return {
    read: () =>
      attempt(async () => {
        const data = await readWhole(fs, path, MAX_NOTE);
        const text = data && data.length <= MAX_NOTE ? fromUtf8(data) : null;
        if (data !== null && text === null)
          throw new AuditError('CHECKPOINT_INVALID', 'the checkpoint that was kept is damaged');
        return text;
      }),
    write: (checkpoint) =>
      attempt(async () => {
        await makeDirectory(fs, folder, 0o700);
        const fresh = `${path}.new-${process.pid}-${names++}`;
        await fs.unlink(fresh).catch((error: unknown) => {
          if (!failedWith(error, 'ENOENT')) throw error;
        });
        await writeNew(fs, fresh, utf8(checkpoint), 0o600);
        await fs.rename(fresh, path);
        await syncDirectory(fs, folder);
      }),
  };
}

async function attempt<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (cause instanceof AuditError) throw cause;
    throw new AuditError('STORE_FAILED', 'the checkpoint could not be kept apart', { cause });
  }
}

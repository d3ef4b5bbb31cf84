import promises from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fromUtf8, hex, sha256, utf8 } from '@wardseal/primitives';
import { AuditError } from '../errors.js';
import { MAX_NOTE } from '../note.js';
import {
  type FileSystem,
  failedWith,
  makeDirectory,
  readWhole,
  syncDirectory,
  writeNew,
} from '../store/file-system.js';
import { processLock, type TakeLock } from '../store/lock.js';
import { Turns, type WitnessState } from './state.js';

// A file's first line is the SHA-256 of the rest, so that rot is not taken for a memory.
const CHECK = 65;

/**
 * Keeps a witness's memory in a folder (0700), one file (0600) a log. Every change is written to a new file, synced,
 * and renamed over the old one, so a crash leaves the one or the other. One process at a time has the folder open.
 *
 * Never restore it from a backup, and never share it between machines: see `WitnessState`.
 *
 * @param folder - made when it is missing
 * @param options - file system and lock, for tests
 * @returns the state; close it to give the lock back. Its methods reject with AuditError `WITNESS_STATE_CORRUPT` when a
 *   file is damaged, and with the system's error when the disk fails: the witness then signs nothing
 * @throws AuditError `WITNESS_LOCKED` when another process has it open
 * @example
 * const state = await fileWitnessState('/srv/witness');
 */
export async function fileWitnessState(
  folder: string,
  { fs = promises, lock = processLock() }: { readonly fs?: FileSystem; readonly lock?: TakeLock } = {},
): Promise<WitnessState> {
  const root = resolve(folder);
  await makeDirectory(fs, root, 0o700);
  const release = await lock(root).catch((cause: unknown) => {
    if (!(cause instanceof AuditError)) throw cause;
    throw new AuditError('WITNESS_LOCKED', 'another process runs the witness', { cause });
  });
  const turns = new Turns();
  const path = (origin: string): string => join(root, hex(sha256(utf8(origin))));
  const read = async (origin: string): Promise<string | null> => {
    const data = await readWhole(fs, path(origin), CHECK + MAX_NOTE);
    if (data === null) return null;
    const text = fromUtf8(data);
    const note = text?.slice(CHECK);
    if (!note || text !== stored(note))
      throw new AuditError('WITNESS_STATE_CORRUPT', "the witness's memory is damaged");
    return note;
  };
  return {
    read,
    update: (origin, work) =>
      turns.run(origin, async () => {
        const next = await work(await read(origin));
        if (next === null) return;
        const fresh = `${path(origin)}.new`;
        await fs.unlink(fresh).catch((error: unknown) => {
          if (!failedWith(error, 'ENOENT')) throw error;
        });
        await writeNew(fs, fresh, utf8(stored(next)), 0o600);
        await fs.rename(fresh, path(origin));
        await syncDirectory(fs, root);
      }),
    close: release,
  };
}

function stored(note: string): string {
  return `${hex(sha256(utf8(note)))}\n${note}`;
}

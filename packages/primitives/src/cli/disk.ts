import type { FileHandle } from 'node:fs/promises';
import * as promises from 'node:fs/promises';

/** Reads `into` full, or up to the end of the file; gives how many bytes that were. */
export async function readFull(file: FileHandle, into: Uint8Array, position: number): Promise<number> {
  let filled = 0;
  while (filled < into.length) {
    const { bytesRead } = await file.read(into, filled, into.length - filled, position + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return filled;
}

// What says that a folder cannot be synced, and not that the disk failed: one that may be written and not read, a network
// share. Windows cannot sync any.
const UNSYNCABLE = ['EACCES', 'EPERM', 'EINVAL', 'ENOTSUP', 'ENOSYS', 'EISDIR', 'EBADF'];

/** The one call of node:fs/promises that `syncFolder` needs. */
interface Opener {
  open(path: string, flags: string): Promise<{ sync(): Promise<void>; close(): Promise<void> }>;
}

/** Makes a new name durable where the system can. */
export async function syncFolder(path: string, fs: Opener = promises): Promise<void> {
  try {
    const folder = await fs.open(path, 'r');
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
  } catch (error) {
    if (!UNSYNCABLE.includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  }
}

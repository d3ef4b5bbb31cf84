import { writeSync } from 'node:fs';
import promises from 'node:fs/promises';
import type { FileSystem } from './file-system.js';

/**
 * Node's file system. A small write goes to the page cache at once: that takes microseconds, a way through a thread and
 * back takes longer. What waits for the disk, the sync, never keeps the process from other work.
 */
export const nodeFiles: FileSystem = {
  ...promises,
  async open(path, flags, mode) {
    const handle = await promises.open(path, flags, mode);
    return Object.assign(handle, {
      writeNow: (data: Uint8Array, offset: number, length: number, position: number) =>
        writeSync(handle.fd, data, offset, length, position),
    });
  },
};

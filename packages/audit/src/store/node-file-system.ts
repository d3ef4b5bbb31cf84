import { constants } from 'node:fs';
import { type FileHandle, mkdir, open, readdir, rename, unlink } from 'node:fs/promises';
import type { FileSystem, StoreFile } from './file-system.js';

class NodeFile implements StoreFile {
  readonly #handle: FileHandle;

  constructor(handle: FileHandle) {
    this.#handle = handle;
  }

  async read(into: Uint8Array, position: number): Promise<number> {
    return (await this.#handle.read(into, 0, into.length, position)).bytesRead;
  }

  async write(data: Uint8Array, position: number): Promise<void> {
    // write(2) may take fewer bytes than it was given.
    for (let at = 0; at < data.length; ) {
      at += (await this.#handle.write(data, at, data.length - at, position + at)).bytesWritten;
    }
  }

  truncate(length: number): Promise<void> {
    return this.#handle.truncate(length);
  }

  async size(): Promise<number> {
    return (await this.#handle.stat()).size;
  }

  datasync(): Promise<void> {
    return this.#handle.datasync();
  }

  sync(): Promise<void> {
    return this.#handle.sync();
  }

  close(): Promise<void> {
    return this.#handle.close();
  }
}

const FLAGS = {
  read: constants.O_RDONLY,
  write: constants.O_RDWR | constants.O_CREAT,
  exclusive: constants.O_RDWR | constants.O_CREAT | constants.O_EXCL,
};

/** The computer's own file system. */
export const nodeFileSystem: FileSystem = {
  async open(path, how, mode = 0o644) {
    return new NodeFile(await open(path, FLAGS[how], mode));
  },
  async makeDirectory(path, mode = 0o755) {
    await mkdir(path, { mode });
  },
  async list(path) {
    const found = await readdir(path, { withFileTypes: true });
    return found.map((entry) => ({ name: entry.name, directory: entry.isDirectory() }));
  },
  rename,
  remove: unlink,
  async syncDirectory(path) {
    const handle = await open(path, constants.O_RDONLY);
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  },
};

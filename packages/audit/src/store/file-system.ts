/** One open file, as FileHandle of node:fs/promises. Positions and lengths are bytes. */
export interface StoreFile {
  read(into: Uint8Array, offset: number, length: number, position: number): Promise<{ readonly bytesRead: number }>;
  write(data: Uint8Array, offset: number, length: number, position: number): Promise<{ readonly bytesWritten: number }>;
  /** As `write`, without a promise, where that is faster: how many bytes were taken. */
  writeNow?(data: Uint8Array, offset: number, length: number, position: number): number;
  truncate(length: number): Promise<void>;
  stat(): Promise<{ readonly size: number }>;
  /** Makes the data, and a changed length, durable (fdatasync). */
  datasync(): Promise<void>;
  /** Makes data and metadata durable (fsync). */
  sync(): Promise<void>;
  close(): Promise<void>;
}

/**
 * The few system calls that the file store needs: the part of node:fs/promises that a test's faulty disk must have.
 * A new name, a rename and a removal are durable only after the folder that holds them was opened and synced.
 */
export interface FileSystem {
  /** Flags: `r`, `r+` and `wx+`, as in node:fs. */
  open(path: string, flags: string, mode?: number): Promise<StoreFile>;
  mkdir(path: string, options: { readonly mode: number }): Promise<unknown>;
  readdir(path: string): Promise<readonly string[]>;
  rename(from: string, to: string): Promise<void>;
  unlink(path: string): Promise<void>;
  rmdir?(path: string): Promise<void>;
  /** Gives a file a second name; fails with EEXIST when that is taken. */
  link?(existing: string, name: string): Promise<void>;
  stat(path: string): Promise<{ isDirectory(): boolean; isFile(): boolean }>;
  /** As `stat`, of a symbolic link itself. */
  lstat?(path: string): Promise<{ isDirectory(): boolean }>;
}

/** Whether a system call failed with that code. */
export function failedWith(error: unknown, code: string): boolean {
  return error instanceof Error && (error as { code?: unknown }).code === code;
}

/** Writes all of `data`; write(2) may take fewer bytes than it was given. */
export async function writeAll(file: StoreFile, data: Uint8Array, position: number): Promise<void> {
  for (let at = 0; at < data.length; ) {
    const { bytesWritten } = await file.write(data, at, data.length - at, position + at);
    // A disk that takes nothing and says nothing would keep us here for ever.
    if (bytesWritten === 0) throw new Error('the disk takes no more');
    at += bytesWritten;
  }
}

/** `writeAll` of a few kilobytes: at once where the file can. */
export async function writeSmall(file: StoreFile, data: Uint8Array, position: number): Promise<void> {
  const taken = file.writeNow?.(data, 0, data.length, position) ?? 0;
  if (taken < data.length) await writeAll(file, data.subarray(taken), position + taken);
}

/** Reads up to `length` bytes: fewer only at the end of the file. */
export async function readUpTo(file: StoreFile, position: number, length: number): Promise<Uint8Array<ArrayBuffer>> {
  const data = new Uint8Array(length);
  let at = 0;
  while (at < length) {
    const { bytesRead } = await file.read(data, at, length - at, position + at);
    if (bytesRead === 0) break;
    at += bytesRead;
  }
  return data.subarray(0, at);
}

/** The whole file, or null when it is missing. Files larger than `limit` give their first `limit` bytes and one more. */
export async function readWhole(fs: FileSystem, path: string, limit: number): Promise<Uint8Array<ArrayBuffer> | null> {
  let file: StoreFile;
  try {
    file = await fs.open(path, 'r');
  } catch (error) {
    if (failedWith(error, 'ENOENT') || failedWith(error, 'ENOTDIR')) return null;
    throw error;
  }
  try {
    return await readUpTo(file, 0, Math.min((await file.stat()).size, limit + 1));
  } finally {
    await file.close();
  }
}

/** As `readWhole`, but refuses what is no file: opening a named pipe would wait for ever. */
export async function readRegular(
  fs: FileSystem,
  path: string,
  limit: number,
): Promise<Uint8Array<ArrayBuffer> | null> {
  await refuseSpecial(fs, path);
  return readWhole(fs, path, limit);
}

/** Throws when there is a pipe, a socket or a device at that path. */
export async function refuseSpecial(fs: FileSystem, path: string): Promise<void> {
  const found = await fs.stat(path).catch(() => null);
  if (found !== null && !found.isFile() && !found.isDirectory()) throw new Error('not an ordinary file');
}

/** Writes and syncs a new file. */
export async function writeNew(fs: FileSystem, path: string, data: Uint8Array, mode: number): Promise<void> {
  const file = await fs.open(path, 'wx+', mode);
  try {
    await writeAll(file, data, 0);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Makes the names in a folder durable. */
export async function syncDirectory(fs: FileSystem, path: string): Promise<void> {
  const folder = await fs.open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

/** Makes a folder and its parents, durably. One that is there is synced as well: its maker may have died before. */
export async function makeDirectory(fs: FileSystem, path: string, mode: number): Promise<void> {
  const parent = path.slice(0, path.lastIndexOf('/')) || '/';
  try {
    await fs.mkdir(path, { mode });
  } catch (error) {
    if (failedWith(error, 'ENOENT') && parent !== path) {
      await makeDirectory(fs, parent, mode);
      return makeDirectory(fs, path, mode);
    }
    if (!failedWith(error, 'EEXIST')) throw error;
  }
  await syncDirectory(fs, parent);
}

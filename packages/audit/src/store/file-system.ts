/** One open file. Positions and lengths are bytes. Errors carry Node's `code` (`ENOENT`, `ENOSPC`, `EIO` ...). */
export interface StoreFile {
  /** Reads up to `into.length` bytes at `position`: how many were read, 0 at the end. */
  read(into: Uint8Array, position: number): Promise<number>;
  /** Writes all of `data` at `position`. */
  write(data: Uint8Array, position: number): Promise<void>;
  /** Sets the length. */
  truncate(length: number): Promise<void>;
  /** The length now. */
  size(): Promise<number>;
  /** Makes the data, and a changed length, durable (fdatasync). */
  datasync(): Promise<void>;
  /** Makes data and metadata durable (fsync). */
  sync(): Promise<void>;
  close(): Promise<void>;
}

/**
 * The few system calls that the file store needs, so that a test can stand in for the disk.
 * A new name, a rename and a removal are durable only after `syncDirectory` of the folder that holds them.
 */
export interface FileSystem {
  /** `read`: must exist; `write`: read and write, made when missing; `exclusive`: as `write`, but EEXIST when it is there. */
  open(path: string, how: 'read' | 'write' | 'exclusive', mode?: number): Promise<StoreFile>;
  /** Makes one folder; EEXIST when it is there. */
  makeDirectory(path: string, mode?: number): Promise<void>;
  /** The names in a folder; ENOENT when it is missing. */
  list(path: string): Promise<readonly { readonly name: string; readonly directory: boolean }[]>;
  /** Replaces `to` in one step. */
  rename(from: string, to: string): Promise<void>;
  remove(path: string): Promise<void>;
  syncDirectory(path: string): Promise<void>;
}

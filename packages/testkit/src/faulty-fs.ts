import { DiskFile, DiskFolder, type DiskNode } from './faulty-disk.js';
import { seededNumbers } from './random.js';

/** What every call after the power went off fails with, until `reboot`. */
export class PowerLoss extends Error {
  override readonly name = 'PowerLoss';
  constructor() {
    super('the power went off');
  }
}

/** A call that fails: the nth (from 0, counted over all calls), with this code. */
export interface Fault {
  at: number;
  code: 'EIO' | 'ENOSPC';
}

export interface FaultyFsOptions {
  /** Decides what survives a power loss. */
  seed?: number | string;
  /** The power goes off just before this call (from 0). Give one more than the last call for "after everything". */
  crashAt?: number;
  faults?: readonly Fault[];
}

/** An open file or folder, shaped like FileHandle of node:fs/promises. */
export interface FaultyHandle {
  write(
    data: Uint8Array,
    offset?: number | null,
    length?: number | null,
    position?: number | null,
  ): Promise<{ bytesWritten: number; buffer: Uint8Array }>;
  read(
    into: Uint8Array,
    offset?: number | null,
    length?: number | null,
    position?: number | null,
  ): Promise<{ bytesRead: number; buffer: Uint8Array }>;
  appendFile(data: Uint8Array): Promise<void>;
  writeFile(data: Uint8Array): Promise<void>;
  readFile(): Promise<Uint8Array<ArrayBuffer>>;
  truncate(length?: number): Promise<void>;
  stat(): Promise<FaultyStats>;
  datasync(): Promise<void>;
  sync(): Promise<void>;
  close(): Promise<void>;
}

export interface FaultyStats {
  size: number;
  isFile(): boolean;
  isDirectory(): boolean;
}

function failure(code: string, call: string, path: string): Error {
  return Object.assign(new Error(`${code}: ${call} '${path}'`), { code, syscall: call, path });
}

function stats(node: DiskNode): FaultyStats {
  const file = node instanceof DiskFile;
  return { size: file ? node.cache.length : 0, isFile: () => file, isDirectory: () => !file };
}

/**
 * A file system in memory whose power can fail, for tests of what must survive that. It is shaped like the part of
 * node:fs/promises that durable storage needs, so code takes either. Writes lie in a cache until their file is synced,
 * names until their folder is (open it with 'r' and sync the handle); `reboot` gives the disk as a power loss may leave
 * it: unsynced sectors of 512 bytes kept or dropped one by one, renames and new files undone.
 *
 * After a failed sync the unsynced data is forgotten though reads still show it, as Linux does: a second sync that
 * succeeds proves nothing.
 *
 * @example
 * for (let crashAt = 0; crashAt <= calls; crashAt++) {
 *   const fs = new FaultyFs({ seed, crashAt });
 *   await workload(fs).catch(expectPowerLoss);
 *   await check(fs.reboot());
 * }
 */
export class FaultyFs {
  /** Every call so far, as "name path": tests count syncs and look at their order. */
  readonly calls: string[] = [];
  readonly #next: () => number;
  readonly #crashAt: number;
  readonly #faults: readonly Fault[];
  readonly #root: DiskFolder;
  #off = false;

  constructor({ seed = 0, crashAt = Number.POSITIVE_INFINITY, faults = [] }: FaultyFsOptions = {}, root?: DiskFolder) {
    this.#next = seededNumbers(`disk ${seed}`);
    this.#crashAt = crashAt;
    this.#faults = faults;
    this.#root = root ?? new DiskFolder();
  }

  /** The disk as a power loss now may leave it, in a machine that works. Open handles of this one are dead. */
  reboot(options: FaultyFsOptions = {}): FaultyFs {
    this.#off = true;
    return new FaultyFs(options, this.#root.afterPowerLoss(this.#next));
  }

  /** Counts a call; throws when it is to fail. `partly` is done in that case: what a failing call still achieves. */
  #call(name: string, path: string, partly?: () => void): void {
    if (this.#off || this.calls.length >= this.#crashAt) {
      this.#off = true;
      throw new PowerLoss();
    }
    const fault = this.#faults.find(({ at }) => at === this.calls.length);
    this.calls.push(`${name} ${path}`);
    if (fault === undefined) return;
    partly?.();
    throw failure(fault.code, name, path);
  }

  #parent(path: string, call: string): { folder: DiskFolder; name: string; node: DiskNode | undefined } {
    const parts = path.split('/').filter((part) => part !== '' && part !== '.');
    const name = parts.pop() ?? '';
    let folder = this.#root;
    for (const part of parts) {
      const inner = folder.cache.get(part);
      if (!(inner instanceof DiskFolder)) throw failure(inner === undefined ? 'ENOENT' : 'ENOTDIR', call, path);
      folder = inner;
    }
    return { folder, name, node: name === '' ? folder : folder.cache.get(name) };
  }

  #existing(path: string, call: string): DiskNode {
    const { node } = this.#parent(path, call);
    if (node === undefined) throw failure('ENOENT', call, path);
    return node;
  }

  /** Flags: r, r+, w, wx, w+, wx+, a, ax, a+, ax+ as in node:fs. A folder opens with r, to be synced. */
  async open(path: string, flags: string | undefined = 'r', _mode?: number): Promise<FaultyHandle> {
    this.#call('open', path);
    if (!/^(?:r\+?|[wa]x?\+?)$/.test(flags)) throw failure('EINVAL', 'open', path);
    const { folder, name, node } = this.#parent(path, 'open');
    if (node instanceof DiskFolder) {
      if (flags !== 'r') throw failure('EISDIR', 'open', path);
      return this.#handle(path, node, flags);
    }
    if (node !== undefined && flags.includes('x')) throw failure('EEXIST', 'open', path);
    if (node === undefined && flags.startsWith('r')) throw failure('ENOENT', 'open', path);
    const file = node ?? new DiskFile();
    if (node === undefined) DiskFolder.change([{ folder, name, node: file }]);
    else if (flags.startsWith('w')) file.truncate(0);
    return this.#handle(path, file, flags);
  }

  #handle(path: string, node: DiskNode, flags: string): FaultyHandle {
    let position = 0;
    let open = true;
    const call = (name: string, partly?: () => void): void => {
      this.#call(name, path, partly);
      if (!open) throw failure('EBADF', name, path);
    };
    const file = (name: string): DiskFile => {
      if (!(node instanceof DiskFile)) throw failure('EISDIR', name, path);
      if (flags === 'r' && /write|truncate/i.test(name)) throw failure('EBADF', name, path);
      return node;
    };
    const put = (data: Uint8Array, where?: number | null): void => {
      const at = flags.startsWith('a') ? file('write').cache.length : (where ?? position);
      // A write that fails half-way leaves its beginning behind.
      call('write', () => file('write').write(at, data.subarray(0, this.#next() % (data.length + 1))));
      file('write').write(at, data);
      if (where === undefined || where === null) position = at + data.length;
    };
    const sync = (name: string): void => {
      call(name, () => node.failSync(this.#next));
      node.sync();
    };
    return {
      async write(data, offset, length, where) {
        const from = offset ?? 0;
        const part = data.subarray(from, from + (length ?? data.length - from));
        put(part, where);
        return { bytesWritten: part.length, buffer: data };
      },
      async read(into, offset, length, where) {
        call('read');
        const from = offset ?? 0;
        const at = where ?? position;
        const part = file('read').cache.subarray(at, at + (length ?? into.length - from));
        into.set(part, from);
        if (where === undefined || where === null) position = at + part.length;
        return { bytesRead: part.length, buffer: into };
      },
      appendFile: async (data) => put(data, file('write').cache.length),
      writeFile: async (data) => put(data),
      async readFile() {
        call('read');
        return new Uint8Array(file('read').cache);
      },
      async truncate(length = 0) {
        call('truncate');
        file('truncate').truncate(length);
      },
      async stat() {
        call('stat');
        return stats(node);
      },
      datasync: async () => sync('fdatasync'),
      sync: async () => sync('fsync'),
      async close() {
        call('close');
        open = false;
      },
    };
  }

  /** Atomic, as POSIX has it; safe only after both folders were synced. */
  async rename(from: string, to: string): Promise<void> {
    this.#call('rename', `${from} ${to}`);
    const source = this.#parent(from, 'rename');
    const target = this.#parent(to, 'rename');
    if (source.node === undefined) throw failure('ENOENT', 'rename', from);
    if (target.node instanceof DiskFolder) throw failure('EISDIR', 'rename', to);
    DiskFolder.change([
      { ...source, node: undefined },
      { ...target, node: source.node },
    ]);
  }

  async unlink(path: string): Promise<void> {
    this.#call('unlink', path);
    if (this.#existing(path, 'unlink') instanceof DiskFolder) throw failure('EISDIR', 'unlink', path);
    DiskFolder.change([{ ...this.#parent(path, 'unlink'), node: undefined }]);
  }

  async mkdir(path: string, { recursive = false }: { recursive?: boolean; mode?: number } = {}): Promise<void> {
    this.#call('mkdir', path);
    const parts = path.split('/').filter((part) => part !== '');
    for (let i = recursive ? 1 : parts.length; i <= parts.length; i++) {
      const { folder, name, node } = this.#parent(parts.slice(0, i).join('/'), 'mkdir');
      if (node === undefined) DiskFolder.change([{ folder, name, node: new DiskFolder() }]);
      else if (!recursive || !(node instanceof DiskFolder)) throw failure('EEXIST', 'mkdir', path);
    }
  }

  async readdir(path: string): Promise<string[]> {
    this.#call('readdir', path);
    const node = this.#existing(path, 'readdir');
    if (!(node instanceof DiskFolder)) throw failure('ENOTDIR', 'readdir', path);
    return [...node.cache.keys()].sort();
  }

  async stat(path: string): Promise<FaultyStats> {
    this.#call('stat', path);
    return stats(this.#existing(path, 'stat'));
  }

  async readFile(path: string): Promise<Uint8Array<ArrayBuffer>> {
    this.#call('read', path);
    const node = this.#existing(path, 'read');
    if (!(node instanceof DiskFile)) throw failure('EISDIR', 'read', path);
    return new Uint8Array(node.cache);
  }
}

/** What a power loss may tear apart: a sector is written whole or not at all. */
export const SECTOR_BYTES = 512;

type Numbers = () => number;

interface Write {
  at: number;
  data: Uint8Array;
}
/** A change that no sync has yet made safe. */
type Pending = Write | { truncate: number };

function resized(content: Uint8Array, length: number): Uint8Array {
  const out = new Uint8Array(length);
  out.set(content.subarray(0, length));
  return out;
}

function written(content: Uint8Array, { at, data }: Write): Uint8Array {
  const out = at + data.length > content.length ? resized(content, at + data.length) : content;
  out.set(data, at);
  return out;
}

/** One file: what programs read (the cache) and what a power loss would leave (the disk). */
export class DiskFile {
  readonly kind = 'file';
  /** What reads see. */
  cache: Uint8Array;
  #disk: Uint8Array;
  #pending: Pending[] = [];

  constructor(content: Uint8Array = new Uint8Array(0)) {
    this.cache = new Uint8Array(content);
    this.#disk = new Uint8Array(content);
  }

  write(at: number, data: Uint8Array): void {
    const change = { at, data: new Uint8Array(data) };
    this.cache = written(this.cache, change);
    this.#pending.push(change);
  }

  truncate(length: number): void {
    this.cache = resized(this.cache, length);
    this.#pending.push({ truncate: length });
  }

  /** Makes the pending changes safe; what a failed sync forgot stays forgotten, so this is no copy of the cache. */
  sync(): void {
    for (const change of this.#pending) {
      this.#disk = 'truncate' in change ? resized(this.#disk, change.truncate) : written(this.#disk, change);
    }
    this.#pending = [];
  }

  /** A failed sync: part of the changes may have reached the disk, the rest is forgotten though reads still show it. */
  failSync(next: Numbers): void {
    this.#disk = this.afterPowerLoss(next);
    this.#pending = [];
  }

  /** What may be on the disk after a power loss: any subset of the unsynced sectors, in effect in any order. */
  afterPowerLoss(next: Numbers): Uint8Array {
    let content: Uint8Array = new Uint8Array(this.#disk); // a copy: what follows writes into it
    const keeps = next() % 4; // 0 none, 1 all, else each by a coin: the extremes matter most
    const keep = (): boolean => (keeps < 2 ? keeps === 1 : next() % 2 === 1);
    for (const change of this.#pending) {
      if ('truncate' in change) {
        if (keep()) content = resized(content, change.truncate);
        continue;
      }
      for (let start = 0; start < change.data.length; ) {
        const at = change.at + start;
        const end = Math.min(change.data.length, start + SECTOR_BYTES - (at % SECTOR_BYTES));
        if (keep()) content = written(content, { at, data: change.data.subarray(start, end) });
        start = end;
      }
    }
    return content;
  }
}

export type DiskNode = DiskFile | DiskFolder;
/** One step of a change of names: a name given to a node, or taken away. */
export interface NameChange {
  folder: DiskFolder;
  name: string;
  node: DiskNode | undefined;
}

/** One folder. A name is safe only after the folder itself was synced (fsync(2), notes). */
export class DiskFolder {
  readonly kind = 'folder';
  readonly cache: Map<string, DiskNode>;
  readonly #disk: Map<string, DiskNode>;
  /** Changes not yet safe, oldest first; those of a rename are shared with the other folder. */
  #pending: NameChange[][] = [];

  constructor(names: Iterable<[string, DiskNode]> = []) {
    this.cache = new Map(names);
    this.#disk = new Map(this.cache);
  }

  /** Makes one atomic change of names, in one folder or two. */
  static change(steps: NameChange[]): void {
    for (const { folder, name, node } of steps) {
      if (node === undefined) folder.cache.delete(name);
      else folder.cache.set(name, node);
    }
    for (const folder of new Set(steps.map((step) => step.folder))) folder.#pending.push(steps);
  }

  static #settle(steps: NameChange[]): void {
    for (const { folder, name, node } of steps) {
      if (node === undefined) folder.#disk.delete(name);
      else folder.#disk.set(name, node);
      folder.#pending = folder.#pending.filter((other) => other !== steps);
    }
  }

  sync(): void {
    for (const steps of [...this.#pending]) DiskFolder.#settle(steps);
  }

  /** A failed sync: each change is safe or forgotten. */
  failSync(next: Numbers): void {
    for (const steps of [...this.#pending]) if (next() % 2 === 1) DiskFolder.#settle(steps);
    this.#pending = [];
  }

  /** Decides for this folder and all below which unsynced changes of names a power loss leaves, then copies what is left. */
  afterPowerLoss(next: Numbers): DiskFolder {
    this.#decide(next, new Set());
    return this.#copy(next, new Map());
  }

  #decide(next: Numbers, seen: Set<DiskFolder>): void {
    if (seen.has(this)) return;
    seen.add(this);
    const keeps = next() % 4;
    for (const steps of [...this.#pending]) {
      if (keeps === 1 || (keeps > 1 && next() % 2 === 1)) DiskFolder.#settle(steps);
      else for (const { folder } of steps) folder.#pending = folder.#pending.filter((other) => other !== steps);
    }
    for (const node of [...this.cache.values(), ...this.#disk.values()]) {
      if (node instanceof DiskFolder) node.#decide(next, seen);
    }
  }

  #copy(next: Numbers, copies: Map<DiskNode, DiskNode>): DiskFolder {
    const names = [...this.#disk].map(([name, node]): [string, DiskNode] => {
      const copy =
        copies.get(node) ??
        (node instanceof DiskFolder ? node.#copy(next, copies) : new DiskFile(node.afterPowerLoss(next)));
      copies.set(node, copy);
      return [name, copy];
    });
    return new DiskFolder(names);
  }
}

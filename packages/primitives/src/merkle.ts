import type { Awaitable } from './backend.js';
import { type Bytes, equal } from './bytes.js';
import { sha256Public } from './sha256.js';

// The RFC 6962 tree (section 2.1): leaves hash with prefix 0x00, nodes with 0x01. Sizes and indices are
// numbers up to 2^53 - 1, so no bit operator (32 bits in JavaScript) touches them.

const LEAF = 0;
const NODE = 1;
const HASH_BYTES = 32;
// A node's prefix and two hashes: filled and hashed before anything else runs, so that no node costs an allocation.
const pair = Uint8Array.of(NODE, ...new Uint8Array(2 * HASH_BYTES));

/** The hash of a leaf's bytes. */
export function leafHash(data: Uint8Array): Bytes {
  const input = new Uint8Array(1 + data.length);
  input[0] = LEAF;
  input.set(data, 1);
  return sha256Public(input);
}

/** The hash of a node from its two children's. Throws RangeError when one is not 32 bytes. */
export function nodeHash(left: Uint8Array, right: Uint8Array): Bytes {
  if (left.length !== HASH_BYTES || right.length !== HASH_BYTES) throw new RangeError('hashes must be 32 bytes');
  pair.set(left, 1);
  pair.set(right, 1 + HASH_BYTES);
  return sha256Public(pair);
}

/** The root of a tree without leaves: SHA-256 of nothing. */
export function emptyRoot(): Bytes {
  return sha256Public(new Uint8Array(0));
}

/** Gives the hash of a complete subtree: `level` 0 is a leaf, `index` counts subtrees of that level from the left. */
export type NodeReader = (level: number, index: number) => Awaitable<Uint8Array>;

/** An index or a number of leaves. */
function isSize(n: number): boolean {
  return Number.isSafeInteger(n) && n >= 0;
}

/** The largest power of two below n (n > 1). */
function split(n: number): number {
  let k = 1;
  while (k * 2 < n) k *= 2;
  return k;
}

/** The hash over leaves start..end-1, where `start` is a multiple of the largest power of two not above end - start. */
export async function rangeHash(start: number, end: number, read: NodeReader): Promise<Bytes> {
  const size = end - start;
  if (!isSize(start) || !isSize(end) || size < 0) throw new RangeError('start and end must be sizes in order');
  if (size === 0) return emptyRoot();
  const level = Math.round(Math.log2(size));
  if (2 ** level === size) return new Uint8Array(await read(level, start / size));
  const k = split(size);
  return nodeHash(await rangeHash(start, start + k, read), await rangeHash(start + k, end, read));
}

/** The root of the first `size` leaves. */
export function treeRoot(size: number, read: NodeReader): Promise<Bytes> {
  return rangeHash(0, size, read);
}

/** The inclusion path of leaf `index` in a tree of `size` leaves, from the leaf upwards (RFC 6962 section 2.1.1). */
export async function inclusionPath(index: number, size: number, read: NodeReader): Promise<Bytes[]> {
  if (!isSize(index) || !isSize(size) || index >= size) throw new RangeError('index must be below size');
  const path: Bytes[] = [];
  let start = 0;
  let end = size;
  while (end - start > 1) {
    const k = start + split(end - start);
    if (index < k) {
      path.push(await rangeHash(k, end, read));
      end = k;
    } else {
      path.push(await rangeHash(start, k, read));
      start = k;
    }
  }
  return path.reverse();
}

/** The consistency path from `oldSize` to `newSize` leaves (RFC 6962 section 2.1.2); empty for equal sizes or from zero. */
export async function consistencyPath(oldSize: number, newSize: number, read: NodeReader): Promise<Bytes[]> {
  if (!isSize(oldSize) || !isSize(newSize) || oldSize > newSize)
    throw new RangeError('old size must not be above new size');
  if (oldSize === 0 || oldSize === newSize) return [];
  const path: Bytes[] = [];
  let start = 0;
  let end = newSize;
  let known = true; // the old root itself is known to whoever checks
  while (oldSize !== end) {
    const k = start + split(end - start);
    if (oldSize <= k) {
      path.push(await rangeHash(k, end, read));
      end = k;
    } else {
      path.push(await rangeHash(start, k, read));
      start = k;
      known = false;
    }
  }
  if (!known) path.push(await rangeHash(start, end, read));
  return path.reverse();
}

/** The root that an inclusion path leads to, or null when the path has the wrong length (RFC 9162 section 2.1.3.2). */
export function rootFromInclusion(
  index: number,
  size: number,
  leaf: Uint8Array,
  path: readonly Uint8Array[],
): Bytes | null {
  if (!isSize(index) || !isSize(size) || index >= size || leaf.length !== HASH_BYTES) return null;
  let fn = index;
  let sn = size - 1;
  let hash = new Uint8Array(leaf);
  for (const step of path) {
    if (sn === 0 || step.length !== HASH_BYTES) return null;
    if (fn % 2 === 1 || fn === sn) {
      hash = nodeHash(step, hash);
      while (fn % 2 === 0 && fn !== 0) {
        fn /= 2;
        sn = Math.floor(sn / 2);
      }
    } else hash = nodeHash(hash, step);
    fn = Math.floor(fn / 2);
    sn = Math.floor(sn / 2);
  }
  return sn === 0 ? hash : null;
}

/** Whether a tree of `newSize` with `newRoot` extends the tree of `oldSize` with `oldRoot` (RFC 9162 section 2.1.4.2). */
export function consistent(
  oldSize: number,
  newSize: number,
  oldRoot: Uint8Array,
  newRoot: Uint8Array,
  path: readonly Uint8Array[],
): boolean {
  if (!isSize(oldSize) || !isSize(newSize) || oldSize > newSize) return false;
  if (oldSize === newSize) return path.length === 0 && equal(oldRoot, newRoot);
  if (oldSize === 0) return path.length === 0 && equal(oldRoot, emptyRoot());
  let fn = oldSize - 1;
  let sn = newSize - 1;
  while (fn % 2 === 1) {
    fn = Math.floor(fn / 2);
    sn = Math.floor(sn / 2);
  }
  const steps = fn === 0 ? [oldRoot, ...path] : [...path];
  const first = steps.shift();
  if (first === undefined || first.length !== HASH_BYTES) return false;
  let older = new Uint8Array(first);
  let newer = new Uint8Array(first);
  for (const step of steps) {
    if (sn === 0 || step.length !== HASH_BYTES) return false;
    if (fn % 2 === 1 || fn === sn) {
      older = nodeHash(step, older);
      newer = nodeHash(step, newer);
      while (fn % 2 === 0 && fn !== 0) {
        fn /= 2;
        sn = Math.floor(sn / 2);
      }
    } else newer = nodeHash(newer, step);
    fn = Math.floor(fn / 2);
    sn = Math.floor(sn / 2);
  }
  return sn === 0 && equal(older, oldRoot) && equal(newer, newRoot);
}

/** Grows a root leaf by leaf in logarithmic memory. */
export class MerkleBuilder {
  // Roots of the complete subtrees that make up the tree so far, largest first.
  readonly #peaks: { level: number; hash: Bytes }[] = [];
  readonly #onNode: ((level: number, hash: Bytes) => void) | undefined;
  size = 0;

  /** `onNode` is told of every complete subtree as it arises, lower levels first (level 0: the leaf itself). */
  constructor(onNode?: (level: number, hash: Bytes) => void) {
    this.#onNode = onNode;
  }

  /** Appends one leaf by its hash (see `leafHash`). */
  append(leaf: Uint8Array): void {
    this.appendSubtree(0, leaf);
  }

  /**
   * Appends a complete subtree of 2^level leaves by its root, to resume a tree from stored hashes.
   * Throws RangeError when the tree so far is not a multiple of 2^level leaves.
   */
  appendSubtree(level: number, root: Uint8Array): void {
    if (this.size % 2 ** level !== 0) throw new RangeError('subtree does not fit behind the tree so far');
    let node = { level, hash: new Uint8Array(root) };
    this.#onNode?.(node.level, node.hash);
    for (let last = this.#peaks.at(-1); last?.level === node.level; last = this.#peaks.at(-1)) {
      node = { level: node.level + 1, hash: nodeHash(last.hash, node.hash) };
      this.#onNode?.(node.level, node.hash);
      this.#peaks.pop();
    }
    this.#peaks.push(node);
    this.size += 2 ** level;
  }

  /** The root of the leaves appended so far. */
  root(): Bytes {
    const last = this.#peaks.at(-1);
    if (last === undefined) return emptyRoot();
    let hash = last.hash;
    for (let i = this.#peaks.length - 2; i >= 0; i--) hash = nodeHash(this.#peaks[i]!.hash, hash);
    return new Uint8Array(hash);
  }
}

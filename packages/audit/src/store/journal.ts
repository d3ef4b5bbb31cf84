import { concat, equal, fromUtf8, readUint, sha256, uint, utf8 } from '@wardseal/primitives';
import { AuditError } from '../errors.js';
import { MAX_LEAF } from '../leaf.js';
import { MAX_SEALED_SIDE } from '../side-record.js';
import { readUpTo, type StoreFile } from './file-system.js';
import type { StoredEntry } from './store.js';

type Bytes = Uint8Array<ArrayBuffer>;

// The journal (docs/spec/side-record.md, "The journal"): a header line, then batches. A batch is written in one go and
// synced before the next one starts, so after a crash only the last can be torn.

/** Entries in the largest batch. */
export const MAX_BATCH = 256;
/** Bytes of the largest batch: every entry with two compartments of full size. */
export const MAX_BATCH_BYTES: number = MAX_BATCH * (22 + MAX_LEAF + 2 * MAX_SEALED_SIDE);

const HEADER = 'wardseal-audit journal v0';
const MAX_HEADER = 1024;
const MAGIC = utf8('WSB0');
const HEAD = 18;
const CHECK = 16;
const ROW = 22;
const DIGEST = 8;
const NO_DIGEST = new Uint8Array(DIGEST);
// The journal is read in windows of this many bytes.
const WINDOW = 1 << 20;

/** What binds every batch to its journal. */
function seed(origin: string): Bytes {
  return sha256(utf8(`${HEADER}\n${origin}\n`));
}

/** The first bytes of a log's journal. */
export function journalHeader(origin: string): Bytes {
  return utf8(`${HEADER}\n${origin}\n`);
}

function digest(part: Uint8Array): Uint8Array {
  return part.length === 0 ? NO_DIGEST : sha256(part).subarray(0, DIGEST);
}

/** One batch as bytes; `first` is the index of its first entry. */
export function encodeBatch(origin: string, first: number, entries: readonly StoredEntry[]): Bytes {
  const rows = entries.flatMap(({ leaf, subject, actor }) => [
    uint(leaf.length, 2),
    uint(subject.length, 2),
    uint(actor.length, 2),
    digest(subject),
    digest(actor),
  ]);
  const leaves = entries.map(({ leaf }) => leaf);
  const sides = entries.flatMap(({ subject, actor }) => [subject, actor]);
  const body = concat(...rows, ...leaves, ...sides);
  const head = concat(MAGIC, uint(body.length, 4), uint(first, 8), uint(entries.length, 2));
  const check = sha256(concat(seed(origin), head, ...rows, ...leaves)).subarray(0, CHECK);
  return concat(head, check, body);
}

/** Bytes of a whole batch by its first bytes, or null when they do not start one. */
function batchLength(data: Uint8Array): number | null {
  const length = readUint(data, 4, 4);
  if (length === null || !equal(data.subarray(0, 4), MAGIC) || length > MAX_BATCH_BYTES) return null;
  return HEAD + CHECK + length;
}

/** What a batch says of itself: its first index, its leaves, the lengths in its rows, and where the sides begin. */
interface Inventory {
  readonly first: number;
  readonly leaves: readonly Bytes[];
  readonly lengths: readonly (readonly number[])[];
  readonly sides: number;
}

/** Bytes up to the end of a batch's rows, or null when its first bytes cannot be a batch's. */
function tableEnd(data: Uint8Array): number | null {
  const count = readUint(data, 16, 2);
  return count && count <= MAX_BATCH ? HEAD + CHECK + count * ROW : null;
}

/** The lengths in the rows, or null when they do not make up the whole batch. */
function rowLengths(data: Uint8Array, end: number, total: number): number[][] | null {
  const lengths: number[][] = [];
  let sum = end;
  for (let at = HEAD + CHECK; at < end; at += ROW) {
    const row = [0, 2, 4].map((offset) => readUint(data, at + offset, 2)!);
    if (row[0]! > MAX_LEAF || row[1]! > MAX_SEALED_SIDE || row[2]! > MAX_SEALED_SIDE) return null;
    sum += row[0]! + row[1]! + row[2]!;
    lengths.push(row);
  }
  return sum === total ? lengths : null;
}

/** Head, rows and leaves of a batch, or null when they are not as they were written. What follows is not looked at. */
function decodeInventory(boundTo: Uint8Array, data: Uint8Array): Inventory | null {
  const total = batchLength(data);
  const first = readUint(data, 8, 8);
  const end = tableEnd(data);
  if (total === null || first === null || end === null || end > data.length) return null;
  const lengths = rowLengths(data, end, total);
  if (lengths === null) return null;
  let at = end;
  const leaves = lengths.map(([length]) => {
    at += length!;
    return new Uint8Array(data.subarray(at - length!, at));
  });
  const check = sha256(concat(boundTo, data.subarray(0, HEAD), data.subarray(HEAD + CHECK, at))).subarray(0, CHECK);
  return equal(check, data.subarray(HEAD, HEAD + CHECK)) ? { first, leaves, lengths, sides: at } : null;
}

/** The entries of a batch that must start with index `first`, or null when anything is not as it was written. */
function decodeBatch(boundTo: Uint8Array, data: Uint8Array, first: number): StoredEntry[] | null {
  const inventory = decodeInventory(boundTo, data);
  if (inventory === null || inventory.first !== first) return null;
  let at = inventory.sides;
  const take = (length: number): Bytes => {
    at += length;
    return new Uint8Array(data.subarray(at - length, at));
  };
  const entries: StoredEntry[] = [];
  for (const [i, leaf] of inventory.leaves.entries()) {
    const [, subjectLength, actorLength] = inventory.lengths[i]!;
    const [subject, actor] = [take(subjectLength!), take(actorLength!)];
    const digests = HEAD + CHECK + i * ROW + 6;
    if (!equal(digest(subject), data.subarray(digests, digests + DIGEST))) return null;
    if (!equal(digest(actor), data.subarray(digests + DIGEST, digests + 2 * DIGEST))) return null;
    entries.push({ leaf, subject, actor });
  }
  return entries;
}

/** One batch as found in a journal. */
export interface FoundBatch {
  readonly first: number;
  readonly offset: number;
  readonly entries: readonly StoredEntry[];
}

/** Reads a file front to back through a window, so that small batches do not cost a system call each. */
class Window {
  readonly #file: StoreFile;
  #data: Bytes = new Uint8Array(0);
  #start = 0;

  constructor(file: StoreFile) {
    this.#file = file;
  }

  async read(position: number, length: number): Promise<Bytes> {
    if (position < this.#start || position + length > this.#start + this.#data.length) {
      this.#data = await readUpTo(this.#file, position, Math.max(length, WINDOW));
      this.#start = position;
    }
    return this.#data.subarray(position - this.#start, position - this.#start + length);
  }

  /** What the window holds from there, at least the head of a batch unless the file ends. */
  async from(position: number): Promise<Bytes> {
    await this.read(position, HEAD);
    return this.#data.subarray(position - this.#start);
  }
}

/** The origin that a journal is for, and where its batches start; null when the header is malformed. */
export async function readHeader(file: StoreFile): Promise<{ origin: string; end: number } | null> {
  const bytes = await readUpTo(file, 0, MAX_HEADER);
  const end = bytes.indexOf(10, HEADER.length + 1);
  const lines = end < 0 ? undefined : fromUtf8(bytes.subarray(0, end))?.split('\n');
  return lines?.length === 2 && lines[0] === HEADER ? { origin: lines[1]!, end: end + 1 } : null;
}

/**
 * Yields the batches of a journal from `offset`, and returns where the last good one ends.
 * Throws AuditError `LOG_CORRUPT` when a good batch follows a bad one: that is damage, not a torn tail.
 */
export async function* scanJournal(
  file: StoreFile,
  origin: string,
  offset: number,
  first: number,
): AsyncGenerator<FoundBatch, { end: number; size: number }> {
  const window = new Window(file);
  const boundTo = seed(origin);
  let at = offset;
  let index = first;
  for (;;) {
    const length = batchLength(await window.read(at, HEAD));
    const data = length === null ? null : await window.read(at, length);
    const entries = data === null || data.length !== length ? null : decodeBatch(boundTo, data, index);
    if (entries === null) break;
    yield { first: index, offset: at, entries };
    index += entries.length;
    at += length!;
  }
  await refuseLaterBatch(window, boundTo, at, (await file.stat()).size);
  return { end: at, size: index };
}

async function refuseLaterBatch(window: Window, boundTo: Uint8Array, from: number, to: number): Promise<void> {
  for (let at = from + 1; at + HEAD <= to; ) {
    const chunk = await window.from(at);
    const found = chunk.indexOf(MAGIC[0]!);
    if (found !== 0) {
      at += found < 0 ? chunk.length : found;
      continue;
    }
    const end = batchLength(chunk) === null ? null : tableEnd(chunk);
    // Only what names the entries is read: sides of megabytes behind every byte of a forged tail would take for ever.
    if (end !== null && decodeInventory(boundTo, await window.read(at, end + MAX_BATCH * MAX_LEAF)) !== null)
      throw new AuditError('LOG_CORRUPT', 'the journal is damaged before its end', { path: 'private/journal' });
    at++;
  }
}

import { equal, fromUtf8, readUint, sha256, sha256Public, utf8 } from '@wardseal/primitives';
import { AuditError } from '../errors.js';
import { MAX_LEAF } from '../leaf.js';
import { MAX_SEALED_SIDE } from '../side-record.js';
import { readUpTo, type StoreFile } from './file-system.js';
import type { StoredEntry } from './store.js';

type Bytes = Uint8Array<ArrayBuffer>;

// The journal (docs/spec/side-record.md, "The journal"): a header line, then batches, then zeros. A batch is written in
// one go and synced before the next one starts, so after a crash only the last can be torn.

/** Entries in the largest batch. */
export const MAX_BATCH = 256;
/** Bytes in front of a batch's rows: all that is needed to know its length. */
export const BATCH_HEAD = 34;

const HEADER = 'wardseal-audit journal v0';
const MAX_HEADER = 1024;
const MAGIC = utf8('WSB0');
/** The first byte of every batch. */
export const BATCH_START: number = MAGIC[0]!;
// Bytes of the head that the check covers; the check itself stands between them and the rows.
const HEAD = 18;
const CHECK = 16;
const ROW = 22;
const DIGEST = 8;
const NO_DIGEST: Bytes = new Uint8Array(DIGEST);
// Bytes of the largest batch: every entry with two compartments of full size.
const MAX_BATCH_BYTES: number = MAX_BATCH * (ROW + MAX_LEAF + 2 * MAX_SEALED_SIDE);
/** Bytes of head, rows and leaves of the largest batch. */
export const MAX_INVENTORY: number = BATCH_HEAD + MAX_BATCH * (ROW + MAX_LEAF);

/** What binds every batch of a journal, and every block of its index, to one log. */
export function journalSeed(origin: string): Bytes {
  return sha256(journalHeader(origin));
}

/** The first bytes of a log's journal. */
export function journalHeader(origin: string): Bytes {
  return utf8(`${HEADER}\n${origin}\n`);
}

/** The origin that a journal is for, and where its batches start; null when the header is malformed. */
export async function readHeader(file: StoreFile): Promise<{ origin: string; end: number } | null> {
  const bytes = await readUpTo(file, 0, MAX_HEADER);
  const end = bytes.indexOf(10, HEADER.length + 1);
  const lines = end < 0 ? undefined : fromUtf8(bytes.subarray(0, end))?.split('\n');
  return lines?.length === 2 && lines[0] === HEADER ? { origin: lines[1]!, end: end + 1 } : null;
}

/** What a journal without a good header means. */
export function malformedJournal(): AuditError {
  return new AuditError('LOG_CORRUPT', 'the journal is malformed', { path: 'private/journal' });
}

function digest(part: Uint8Array): Uint8Array {
  return part.length === 0 ? NO_DIGEST : sha256Public(part).subarray(0, DIGEST);
}

/** The check of a batch whose leaves end at `end`. */
function checkOf(seed: Uint8Array, data: Uint8Array, end: number): Bytes {
  const input = new Uint8Array(seed.length + end - CHECK);
  input.set(seed);
  input.set(data.subarray(0, HEAD), seed.length);
  input.set(data.subarray(BATCH_HEAD, end), seed.length + HEAD);
  return sha256Public(input).subarray(0, CHECK);
}

/**
 * One batch as bytes; `first` is the index of its first entry. Throws RangeError for what nobody could read again: more
 * than 256 entries, or a part above its limit.
 */
export function encodeBatch(seed: Uint8Array, first: number, entries: readonly StoredEntry[]): Bytes {
  if (entries.length > MAX_BATCH) throw new RangeError('a batch holds at most 256 entries');
  const rows = BATCH_HEAD + entries.length * ROW;
  let [leaves, total] = [rows, rows];
  for (const { leaf, subject, actor } of entries) {
    if (leaf.length > MAX_LEAF || subject.length > MAX_SEALED_SIDE || actor.length > MAX_SEALED_SIDE)
      throw new RangeError('an entry is too long');
    leaves += leaf.length;
    total += leaf.length + subject.length + actor.length;
  }
  const data = new Uint8Array(total);
  const view = new DataView(data.buffer);
  data.set(MAGIC);
  view.setUint32(4, total - BATCH_HEAD);
  view.setBigUint64(8, BigInt(first));
  view.setUint16(16, entries.length);
  let [row, leafAt, sideAt] = [BATCH_HEAD, rows, leaves];
  for (const { leaf, subject, actor } of entries) {
    view.setUint16(row, leaf.length);
    view.setUint16(row + 2, subject.length);
    view.setUint16(row + 4, actor.length);
    data.set(digest(subject), row + 6);
    data.set(digest(actor), row + 6 + DIGEST);
    data.set(leaf, leafAt);
    data.set(subject, sideAt);
    data.set(actor, sideAt + subject.length);
    row += ROW;
    leafAt += leaf.length;
    sideAt += subject.length + actor.length;
  }
  data.set(checkOf(seed, data, leaves), HEAD);
  return data;
}

/** Bytes of a whole batch by its first bytes, or null when they do not start one. */
export function batchLength(data: Uint8Array): number | null {
  const length = readUint(data, 4, 4);
  if (length === null || !equal(data.subarray(0, 4), MAGIC) || length > MAX_BATCH_BYTES) return null;
  return BATCH_HEAD + length;
}

/** Bytes up to the end of a batch's rows, or null when its first bytes cannot be a batch's. */
export function rowsEnd(data: Uint8Array): number | null {
  const count = readUint(data, 16, 2);
  return count && count <= MAX_BATCH ? BATCH_HEAD + count * ROW : null;
}

/** A batch whose head, rows and leaves are as they were written. */
export class Batch {
  /** Index of its first entry. */
  readonly first: number;
  readonly count: number;
  readonly #data: Uint8Array;
  readonly #view: DataView;
  // Where each entry's leaf and sides start.
  readonly #leaves: Uint32Array;
  readonly #sides: Uint32Array;

  private constructor(data: Uint8Array, first: number, count: number) {
    this.first = first;
    this.count = count;
    this.#data = data;
    this.#view = new DataView(data.buffer, data.byteOffset, data.byteLength);
    this.#leaves = new Uint32Array(count + 1);
    this.#sides = new Uint32Array(count + 1);
  }

  /**
   * Reads a batch from its bytes, or from those up to its last leaf, when nothing else is asked for; what follows it
   * is not looked at. Null when head, rows or leaves are not as they were written.
   */
  static read(seed: Uint8Array, data: Uint8Array): Batch | null {
    const total = batchLength(data);
    const first = readUint(data, 8, 8);
    const end = rowsEnd(data);
    if (total === null || first === null || end === null || end > data.length) return null;
    const batch = new Batch(data, first, (end - BATCH_HEAD) / ROW);
    const leaves = batch.#place(end, total);
    if (leaves === null || leaves > data.length) return null;
    return equal(checkOf(seed, data, leaves), data.subarray(HEAD, BATCH_HEAD)) ? batch : null;
  }

  /** Finds the parts by the lengths in the rows: where the leaves end, or null when they do not make up the batch. */
  #place(end: number, total: number): number | null {
    let at = end;
    for (let i = 0; i < this.count; i++) {
      const length = this.#length(i, 0);
      if (length > MAX_LEAF) return null;
      this.#leaves[i] = at;
      at += length;
    }
    const leaves = at;
    this.#leaves[this.count] = at;
    for (let i = 0; i < this.count; i++) {
      const [subject, actor] = [this.#length(i, 2), this.#length(i, 4)];
      if (subject > MAX_SEALED_SIDE || actor > MAX_SEALED_SIDE) return null;
      this.#sides[i] = at;
      at += subject + actor;
    }
    this.#sides[this.count] = at;
    return at === total ? leaves : null;
  }

  #length(i: number, part: 0 | 2 | 4): number {
    return this.#view.getUint16(BATCH_HEAD + i * ROW + part);
  }

  /** Bytes of the whole batch. */
  get length(): number {
    return this.#sides[this.count]!;
  }

  /** The leaf of the entry with this place in the batch; not a copy. */
  leaf(i: number): Uint8Array {
    return this.#data.subarray(this.#leaves[i], this.#leaves[i + 1]);
  }

  /** An entry, copied out, or null when a side is not as it was written. */
  entry(i: number): StoredEntry | null {
    const [leafAt, sideAt, sideEnd] = [this.#leaves[i]!, this.#sides[i]!, this.#sides[i + 1]!];
    const [leaf, subject] = [this.#leaves[i + 1]! - leafAt, this.#length(i, 2)];
    if (!this.#intact(i, 2, sideAt, sideAt + subject) || !this.#intact(i, 4, sideAt + subject, sideEnd)) return null;
    // One copy for all three: making an array costs more than filling it.
    const copy = new Uint8Array(leaf + sideEnd - sideAt);
    copy.set(this.#data.subarray(leafAt, leafAt + leaf));
    copy.set(this.#data.subarray(sideAt, sideEnd), leaf);
    return {
      leaf: copy.subarray(0, leaf),
      subject: copy.subarray(leaf, leaf + subject),
      actor: copy.subarray(leaf + subject),
    };
  }

  /** All entries, or null when a side is not as it was written. */
  entries(): StoredEntry[] | null {
    const entries: StoredEntry[] = [];
    for (let i = 0; i < this.count; i++) {
      const entry = this.entry(i);
      if (entry === null) return null;
      entries.push(entry);
    }
    return entries;
  }

  /** Whether a side is the one that its digest in the row is of. */
  #intact(i: number, part: 2 | 4, from: number, to: number): boolean {
    const stored = BATCH_HEAD + i * ROW + (part === 2 ? 6 : 6 + DIGEST);
    return equal(digest(this.#data.subarray(from, to)), this.#data.subarray(stored, stored + DIGEST));
  }
}

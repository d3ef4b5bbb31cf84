import { AuditError } from '../errors.js';
import { readUpTo, type StoreFile } from './file-system.js';
import { BATCH_HEAD, BATCH_START, Batch, batchLength, MAX_INVENTORY, rowsEnd } from './journal.js';
import type { StoredEntry } from './store.js';

type Bytes = Uint8Array<ArrayBuffer>;

// A journal is read front to back in windows, so that small batches do not cost a system call each; they grow from the
// first size to the second, so that whoever wants a little reads a little.
const FIRST_WINDOW = 1 << 16;
const WINDOW = 1 << 20;
// One batch somewhere is read with so many bytes first: a batch of a few entries then takes one system call.
const PEEK = 4096;

/** A journal and what binds its batches to it. */
export interface Journal {
  readonly file: StoreFile;
  readonly seed: Uint8Array;
}

/** Where a batch starts in a journal, and the index of its first entry. */
export interface BatchPlace {
  readonly offset: number;
  readonly first: number;
}

/** One batch as found in a journal, and what was taken of it. */
export interface FoundBatch<T> extends BatchPlace {
  readonly taken: T;
}

/** How the good part of a journal ends. */
export interface JournalEnd extends BatchPlace {
  /** Whether nothing but zeros follows: the journal is zeroed ahead of its end. */
  readonly clean: boolean;
}

class Window {
  readonly #file: StoreFile;
  #data: Bytes = new Uint8Array(0);
  #start = 0;
  #ahead = FIRST_WINDOW;

  constructor(file: StoreFile) {
    this.#file = file;
  }

  async read(position: number, length: number): Promise<Bytes> {
    if (!this.#holds(position, length)) {
      this.#data = await readUpTo(this.#file, position, Math.max(length, this.#ahead));
      this.#start = position;
      this.#ahead = Math.min(2 * this.#ahead, WINDOW);
    }
    return this.#data.subarray(position - this.#start, position - this.#start + length);
  }

  /** What the window holds from there, at least the head of a batch unless the file ends. */
  async from(position: number): Promise<Bytes> {
    await this.read(position, BATCH_HEAD);
    return this.#data.subarray(position - this.#start);
  }

  /** Drops what was read, to see what was written since. */
  forget(): void {
    this.#data = new Uint8Array(0);
  }

  #holds(position: number, length: number): boolean {
    return position >= this.#start && position + length <= this.#start + this.#data.length;
  }
}

/** The entries of a journal's batches from a place on; see `scanBatches`. */
export function scanJournal(
  journal: Journal,
  place: BatchPlace,
): AsyncGenerator<FoundBatch<readonly StoredEntry[]>, JournalEnd> {
  return scanBatches(journal, place, (batch) => batch.entries());
}

/**
 * Yields what `take` makes of each batch of a journal from a place on, and returns where the last good one ends. A batch
 * of which `take` makes null is bad as well.
 * Throws AuditError `LOG_CORRUPT` when a good batch follows a bad one: that is damage, not a torn tail.
 */
export async function* scanBatches<T>(
  { file, seed }: Journal,
  { offset, first }: BatchPlace,
  take: (batch: Batch) => T | null,
): AsyncGenerator<FoundBatch<T>, JournalEnd> {
  const window = new Window(file);
  let [at, index] = [offset, first];
  // Looks at what seems to be the end: whoever appends may have written on since the window was read.
  let looks = 0;
  for (;;) {
    const batch = await batchAt(window, seed, at);
    const taken = batch?.first === index ? take(batch) : null;
    if (batch !== null && taken !== null) {
      yield { offset: at, first: index, taken };
      index += batch.count;
      at += batch.length;
      looks = 0;
      continue;
    }
    if (looks++ > 0) {
      const { size } = await file.stat();
      if (!(await goodBatchAfter(window, seed, at, size)))
        return { offset: at, first: index, clean: await zeros(window, at, size) };
      // This batch and the next may have been finished between the two looks: only what is still bad is damage.
      if (looks > 2)
        throw new AuditError('LOG_CORRUPT', 'the journal is damaged before its end', { path: 'private/journal' });
    }
    window.forget();
  }
}

async function batchAt(window: Window, seed: Uint8Array, offset: number): Promise<Batch | null> {
  const length = batchLength(await window.read(offset, BATCH_HEAD));
  return length === null ? null : Batch.read(seed, await window.read(offset, length));
}

async function goodBatchAfter(window: Window, seed: Uint8Array, from: number, to: number): Promise<boolean> {
  for (let at = from + 1; at + BATCH_HEAD <= to; ) {
    const chunk = await window.from(at);
    if (chunk.length === 0) return false;
    const found = chunk.indexOf(BATCH_START);
    if (found !== 0) {
      at += found < 0 ? chunk.length : found;
      continue;
    }
    const rows = batchLength(chunk) === null ? null : rowsEnd(chunk);
    // Only what names the entries is read: sides of megabytes behind every byte of a forged tail would take for ever.
    if (rows !== null && Batch.read(seed, await window.read(at, MAX_INVENTORY)) !== null) return true;
    at++;
  }
  return false;
}

async function zeros(window: Window, from: number, to: number): Promise<boolean> {
  for (let at = from; at < to; ) {
    const chunk = (await window.read(at, Math.min(WINDOW, to - at))).subarray(0, to - at);
    if (chunk.length === 0) return true;
    for (let i = 0; i < chunk.length; i++) if (chunk[i] !== 0) return false;
    at += chunk.length;
  }
  return true;
}

/** Reads the one batch at a place, or null when there is no good one. Its sides are checked when they are asked for. */
export async function readBatch({ file, seed }: Journal, { offset, first }: BatchPlace): Promise<Batch | null> {
  let data = await readUpTo(file, offset, PEEK);
  const length = batchLength(data);
  if (length === null) return null;
  if (length > data.length) data = await readUpTo(file, offset, length);
  const batch = data.length < length ? null : Batch.read(seed, data);
  return batch?.first === first ? batch : null;
}

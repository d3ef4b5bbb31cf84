import { concat, equal, sha256, sha256Public, utf8 } from '@wardseal/primitives';
import { readUpTo, type StoreFile } from './file-system.js';
import { placeOf, ROW_BYTES, sameRow, writeRow } from './index-row.js';
import type { Batch } from './journal.js';
import { type BatchPlace, type Journal, readBatch } from './journal-scan.js';

type Bytes = Uint8Array<ArrayBuffer>;

// The index beside a journal (docs/spec/index-file.md): blocks of 256 rows, each with a check that covers the check of the
// block before it. It is written without sync and never believed before it was held against the journal.

/** Rows in a block. */
export const BLOCK_ROWS = 256;
const CHECK = 16;
const ROWS = BLOCK_ROWS * ROW_BYTES;
/** Bytes of a block. */
export const BLOCK_BYTES: number = ROWS + CHECK;
/** What stands for the check before the first block. */
export const NO_CHECK: Bytes = new Uint8Array(CHECK);
// Blocks read with one system call: some 900 kB.
const TOGETHER = 64;

/** The rows of one block, and the index of the first one's entry. */
export interface Block {
  readonly first: number;
  readonly rows: Uint8Array;
  readonly check: Uint8Array;
}

/** A row that was held against the journal: the batch that it points to, and the entry's place there. */
export interface PlacedRow extends BatchPlace {
  readonly batch: Batch;
  readonly place: number;
}

/** What binds an index to its log. */
export function indexSeed(journalSeed: Uint8Array): Bytes {
  return sha256(concat(utf8('wardseal-audit index v0\n'), journalSeed));
}

/** The check of a block's rows behind the check of the block before. */
export function blockCheck(seed: Uint8Array, before: Uint8Array, rows: Uint8Array): Bytes {
  return sha256Public(concat(seed, before, rows)).subarray(0, CHECK);
}

/** Reads an index. What cannot be read counts as not there: the journal has it all. */
export class IndexFile {
  readonly #file: StoreFile;
  readonly #journal: Journal;
  readonly #seed: Uint8Array;
  // The batch that was last looked at: entries that are asked for together lie together.
  #last: (BatchPlace & { readonly batch: Batch }) | undefined;

  constructor(file: StoreFile, journal: Journal) {
    this.#file = file;
    this.#journal = journal;
    this.#seed = indexSeed(journal.seed);
  }

  /** Whole blocks in the file, good or not. */
  async length(): Promise<number> {
    return Math.floor((await this.bytes()) / BLOCK_BYTES);
  }

  async bytes(): Promise<number> {
    return (await this.#file.stat().catch(() => ({ size: 0 }))).size;
  }

  /** The row of an entry as it stands there, unchecked; null when there is none. */
  row(index: number): Promise<Uint8Array | null> {
    return this.#stored(index);
  }

  // Apart from `row`, which a writer answers from its memory too: what fits is judged by the file.
  async #stored(index: number): Promise<Uint8Array | null> {
    const block = Math.floor(index / BLOCK_ROWS);
    const row = await this.#read(block * BLOCK_BYTES + (index % BLOCK_ROWS) * ROW_BYTES, ROW_BYTES);
    return row.length === ROW_BYTES ? row : null;
  }

  /** The first `count` blocks; stops before the first whose check is wrong. */
  async *blocks(count: number): AsyncGenerator<Block> {
    let before: Uint8Array = NO_CHECK;
    for (let start = 0; start < count; start += TOGETHER) {
      const data = await this.#read(start * BLOCK_BYTES, Math.min(TOGETHER, count - start) * BLOCK_BYTES);
      for (let at = 0; at + BLOCK_BYTES <= data.length; at += BLOCK_BYTES) {
        const rows = data.subarray(at, at + ROWS);
        const check = data.subarray(at + ROWS, at + BLOCK_BYTES);
        if (!equal(check, blockCheck(this.#seed, before, rows))) return;
        yield { first: (start + at / BLOCK_BYTES) * BLOCK_ROWS, rows, check };
        before = check;
      }
      if (data.length < BLOCK_BYTES) return;
    }
  }

  /**
   * How many of the first `count` blocks are of this journal: the last row of the last one is the row of the entry that
   * stands where it says. As every check covers the ones before, they are then all of one history.
   */
  async fitting(count: number): Promise<number> {
    let blocks = count;
    while (blocks > 0 && (await this.#lastPlace(blocks)) === null) blocks--;
    return blocks;
  }

  async #lastPlace(blocks: number): Promise<PlacedRow | null> {
    const index = blocks * BLOCK_ROWS - 1;
    const row = await this.#stored(index);
    return row && this.placed(index, row, 0);
  }

  /** The batch that a row points to, when the entry there has that very row. */
  async placed(index: number, rows: Uint8Array, at: number): Promise<PlacedRow | null> {
    const { offset, place } = placeOf(rows, at);
    const first = index - place;
    const batch = await this.#batch({ offset, first });
    if (batch === null || place >= batch.count) return null;
    const row = new Uint8Array(ROW_BYTES);
    writeRow(row, 0, batch.leaf(place), offset, place);
    return sameRow(row, 0, rows, at) ? { offset, first, batch, place } : null;
  }

  async #batch(place: BatchPlace): Promise<Batch | null> {
    if (this.#last?.offset === place.offset && this.#last.first === place.first) return this.#last.batch;
    // An error is told by whoever reads the journal next.
    const batch = await readBatch(this.#journal, place).catch(() => null);
    if (batch !== null) this.#last = { ...place, batch };
    return batch;
  }

  async #read(position: number, length: number): Promise<Bytes> {
    return readUpTo(this.#file, position, length).catch(() => new Uint8Array(0));
  }
}

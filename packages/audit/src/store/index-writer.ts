import { type FileSystem, failedWith, type StoreFile, writeAll } from './file-system.js';
import { BLOCK_BYTES, BLOCK_ROWS, type Block, blockCheck, IndexFile, indexSeed, NO_CHECK } from './index-file.js';
import { ROW_BYTES, writeRow } from './index-row.js';
import type { BatchPlace, Journal } from './journal-scan.js';

const ROWS = BLOCK_ROWS * ROW_BYTES;

// Stands for an index that cannot be opened: the rows then stay in memory, 55 bytes an entry, until the log is closed.
const NOTHING: StoreFile = {
  read: async () => ({ bytesRead: 0 }),
  write: async () => ({ bytesWritten: 0 }),
  truncate: async () => undefined,
  stat: async () => ({ size: 0 }),
  datasync: async () => undefined,
  sync: async () => undefined,
  close: async () => undefined,
};

/** Opens the index of a journal for writing, makes it when it is missing. A disk that refuses is no reason to stop. */
export async function openIndex(fs: FileSystem, path: string, journal: Journal): Promise<IndexWriter> {
  const file = await fs
    .open(path, 'r+')
    .catch((error: unknown) => {
      if (failedWith(error, 'ENOENT')) return fs.open(path, 'wx+', 0o600);
      throw error;
    })
    .catch(() => NOTHING);
  return new IndexWriter(file, journal);
}

/** The index as the store's only writer keeps it: whole blocks in the file, the rest in memory. Nothing is ever synced. */
export class IndexWriter extends IndexFile {
  readonly #file: StoreFile;
  readonly #seed: Uint8Array;
  // Blocks in the file, and the check of the last one.
  #saved = 0;
  #check: Uint8Array = NO_CHECK;
  // Blocks to be written, the last one unfinished.
  readonly #blocks: Uint8Array[] = [new Uint8Array(ROWS)];
  // Rows in the unfinished block.
  #count = 0;
  #saving: Promise<void> | undefined;

  constructor(file: StoreFile, journal: Journal) {
    super(file, journal);
    this.#file = file;
    this.#seed = indexSeed(journal.seed);
  }

  /**
   * Reads what the file holds, tells of every block that is good and fits the journal, and forgets the rest. Returns
   * the batch of the last row: from there on the journal has to be read.
   */
  async load(each: (block: Block) => void): Promise<BatchPlace | null> {
    let good = 0;
    for await (const _ of this.blocks(await this.length())) good++;
    this.#saved = await this.fitting(good);
    for await (const block of this.blocks(this.#saved)) {
      each(block);
      this.#check = block.check.slice();
    }
    const end = this.#saved * BLOCK_BYTES;
    if ((await this.bytes()) > end) await this.#file.truncate(end).catch(() => undefined);
    const last = this.#saved * BLOCK_ROWS - 1;
    const row = last < 0 ? null : await this.row(last);
    return row && this.placed(last, row, 0);
  }

  /** Entries that have a row. */
  get size(): number {
    return (this.#saved + this.#blocks.length - 1) * BLOCK_ROWS + this.#count;
  }

  /** Adds the row of the next entry. */
  add(leaf: Uint8Array, offset: number, place: number): void {
    writeRow(this.#blocks.at(-1)!, this.#count++ * ROW_BYTES, leaf, offset, place);
    if (this.#count < BLOCK_ROWS) return;
    this.#blocks.push(new Uint8Array(ROWS));
    this.#count = 0;
  }

  /** Writes the blocks that are full. Where the disk refuses they wait for the next time. */
  save(): Promise<void> {
    if (this.#blocks.length > 1)
      this.#saving ??= this.#write()
        .catch(() => undefined)
        .finally(() => {
          this.#saving = undefined;
        });
    return this.#saving ?? Promise.resolve();
  }

  async #write(): Promise<void> {
    while (this.#blocks.length > 1) {
      const rows = this.#blocks[0]!;
      const check = blockCheck(this.#seed, this.#check, rows);
      const block = new Uint8Array(BLOCK_BYTES);
      block.set(rows);
      block.set(check, ROWS);
      await writeAll(this.#file, block, this.#saved * BLOCK_BYTES);
      this.#blocks.shift();
      this.#saved++;
      this.#check = check;
    }
  }

  override async row(index: number): Promise<Uint8Array | null> {
    if (index >= this.size) return null;
    const block = this.#blocks[Math.floor(index / BLOCK_ROWS) - this.#saved];
    const at = (index % BLOCK_ROWS) * ROW_BYTES;
    return block?.subarray(at, at + ROW_BYTES) ?? super.row(index);
  }

  async close(): Promise<void> {
    await this.save();
    await this.#file.close();
  }
}

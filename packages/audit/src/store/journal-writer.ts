import { type StoreFile, writeAll, writeSmall } from './file-system.js';
import { encodeBatch } from './journal.js';
import { type BatchPlace, type Journal, scanJournal } from './journal-scan.js';
import type { StoredEntry } from './store.js';

// The journal is zeroed so far ahead of its end: a sync that changes no length writes no metadata, which is what most of
// the time of a small append goes to.
const AHEAD = 1 << 18;
// Larger batches just make the file longer: their own bytes take longer than the metadata.
const SMALL_BATCH = 1 << 16;

/** Appends batches to a journal, each durable before the next. */
export class JournalWriter {
  readonly journal: Journal;
  /** Durable entries. */
  size = 0;
  #end = 0;
  // Up to here the file is zeroed.
  #zeroed = 0;
  #torn = false;
  // Whether it was us who zeroed it.
  #roomMade = false;

  constructor(journal: Journal) {
    this.journal = journal;
  }

  get #file(): StoreFile {
    return this.journal.file;
  }

  /** Finds the end of the journal from a place on, and tells of every batch. */
  async recover(
    place: BatchPlace,
    each: (place: BatchPlace, entries: readonly StoredEntry[]) => Promise<void>,
  ): Promise<void> {
    const scan = scanJournal(this.journal, place);
    let step = await scan.next();
    for (; !step.done; step = await scan.next()) await each(step.value, step.value.taken);
    this.#end = step.value.offset;
    this.size = step.value.first;
    this.#torn = !step.value.clean;
    this.#zeroed = (await this.#file.stat()).size;
    // What we read may sit in the cache of a process that died before its sync.
    await this.#file.sync();
  }

  /** The next batch as bytes. Throws RangeError as `encodeBatch`. */
  encode(entries: readonly StoredEntry[]): Uint8Array {
    return encodeBatch(this.journal.seed, this.size, entries);
  }

  /** Appends an encoded batch of so many entries, and tells where it starts. */
  async append(data: Uint8Array, count: number): Promise<BatchPlace> {
    const place = { offset: this.#end, first: this.size };
    await this.#cut();
    await this.#write(data);
    await this.#file.datasync();
    this.#end += data.length;
    this.size += count;
    return place;
  }

  async #write(data: Uint8Array): Promise<void> {
    const end = this.#end + data.length;
    const zeros = end > this.#zeroed && data.length < SMALL_BATCH ? AHEAD : 0;
    if (zeros === 0) await (data.length < SMALL_BATCH ? writeSmall : writeAll)(this.#file, data, this.#end);
    else {
      const both = new Uint8Array(data.length + zeros);
      both.set(data);
      await writeAll(this.#file, both, this.#end);
      this.#roomMade = true;
    }
    this.#zeroed = Math.max(this.#zeroed, end + zeros);
  }

  /**
   * Cuts off a torn last batch. Not on opening: a batch that rotted looks the same, and whoever finds that the
   * checkpoint covers it must still find its other entries there.
   */
  async #cut(): Promise<void> {
    if (!this.#torn) return;
    await this.#file.truncate(this.#end);
    await this.#file.sync();
    this.#zeroed = this.#end;
    this.#torn = false;
  }

  /** Gives back the room ahead that it made, when nothing failed, and closes the file. */
  async close(sound: boolean): Promise<void> {
    try {
      if (sound && this.#roomMade) await this.#file.truncate(this.#end);
    } finally {
      await this.#file.close();
    }
  }
}

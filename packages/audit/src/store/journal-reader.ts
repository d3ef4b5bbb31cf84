import { AuditError } from '../errors.js';
import { BLOCK_ROWS, type IndexFile, type PlacedRow } from './index-file.js';
import { type Batch, MAX_BATCH } from './journal.js';
import { type BatchPlace, type Journal, readBatch, scanJournal } from './journal-scan.js';
import type { StoredEntry } from './store.js';

/** A journal, where its first batch starts, and its index where it has one. */
export interface IndexedJournal {
  readonly journal: Journal;
  readonly start: number;
  readonly index: IndexFile | null;
}

/** The entries from `start` to before `end`, some at a time; ends early where the journal does. */
export async function* readJournal(
  source: IndexedJournal,
  start: number,
  end: number,
): AsyncGenerator<readonly StoredEntry[]> {
  let { place, batch } = await locate(source, start);
  let index = start;
  // A few entries: one batch after the other, without reading ahead.
  while (batch !== null && index < end && end - index <= MAX_BATCH) {
    const next = { offset: place.offset + batch.length, first: place.first + batch.count };
    const entries: StoredEntry[] = [];
    for (; index < Math.min(end, next.first); index++) entries.push(sound(batch.entry(index - place.first), index));
    yield entries;
    place = next;
    batch = index < end ? await readBatch(source.journal, place) : null;
  }
  if (index >= end) return;
  for await (const { first, taken } of scanJournal(source.journal, place)) {
    if (first + taken.length > index) yield taken.slice(Math.max(0, index - first), end - first);
    if (first + taken.length >= end) return;
  }
}

/** The batch of an entry, or null with a place somewhere in front of it. */
async function locate(
  { start, index }: IndexedJournal,
  entry: number,
): Promise<{ place: BatchPlace; batch: Batch | null }> {
  const placed = await placedRow(index, entry);
  if (placed) return { place: placed, batch: placed.batch };
  const blocks = index === null ? 0 : Math.min(Math.floor(entry / BLOCK_ROWS), await index.length());
  return { place: (await placedRow(index, blocks * BLOCK_ROWS - 1)) ?? { offset: start, first: 0 }, batch: null };
}

async function placedRow(index: IndexFile | null, entry: number): Promise<PlacedRow | null> {
  const row = entry < 0 ? null : await index?.row(entry);
  return row && index ? index.placed(entry, row, 0) : null;
}

function sound(entry: StoredEntry | null, index: number): StoredEntry {
  if (entry !== null) return entry;
  throw new AuditError('LOG_CORRUPT', 'a side record in the journal is damaged', { path: 'private/journal', index });
}

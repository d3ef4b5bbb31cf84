import { decodeLeaf } from '../leaf.js';
import { matches } from '../log-source.js';
import { BLOCK_ROWS, type Block, type IndexFile } from './index-file.js';
import { placeOf, ROW_BYTES, rowMatcher } from './index-row.js';
import type { IndexedJournal } from './journal-reader.js';
import { readBatch, scanJournal } from './journal-scan.js';
import type { EntryQuery } from './store.js';

/**
 * The indices of exactly the entries below `size` that a query asks for, rising. Rows are asked first; an entry that
 * seems to match by a handle's first bytes is looked at in the journal. What has no good row is read from the journal.
 * Throws RangeError when a handle is not 32 bytes, AuditError `LEAF_INVALID` or `LOG_CORRUPT` when the journal is bad.
 */
export function selectEntries(source: IndexedJournal, query: EntryQuery, size: number): AsyncGenerator<number> {
  return select(source, query, size, rowMatcher(query));
}

async function* select(
  { journal, start, index }: IndexedJournal,
  query: EntryQuery,
  size: number,
  mayMatch: (rows: Uint8Array, at: number) => boolean,
): AsyncGenerator<number> {
  const decided =
    query.subject === undefined &&
    query.actor === undefined &&
    query.object === undefined &&
    query.objects === undefined;
  let from = { offset: start, first: 0 };
  // The first entry that is not judged yet.
  let next = 0;
  rows: for await (const { first, rows } of goodBlocks(index)) {
    for (let i = 0; i < BLOCK_ROWS; i++) {
      const at = i * ROW_BYTES;
      if (!mayMatch(rows, at)) continue;
      next = first + i;
      if (next >= size) return;
      const placed = decided ? null : await index!.placed(next, rows, at);
      // A row that is not its entry's: the journal decides from here on.
      if (!decided && placed === null) break rows;
      if (placed === null || matches(decodeLeaf(placed.batch.leaf(placed.place)), query)) yield next;
    }
    next = first + BLOCK_ROWS;
    const { offset, place } = placeOf(rows, (BLOCK_ROWS - 1) * ROW_BYTES);
    from = { offset, first: next - 1 - place };
  }
  if (next >= size) return;
  if ((await readBatch(journal, from)) === null) from = { offset: start, first: 0 };
  for await (const { first, taken } of scanJournal(journal, from))
    for (const [i, { leaf }] of taken.entries()) {
      if (first + i >= size) return;
      if (first + i >= next && matches(decodeLeaf(leaf), query)) yield first + i;
    }
}

async function* goodBlocks(index: IndexFile | null): AsyncGenerator<Block> {
  if (index !== null) yield* index.blocks(await index.fitting(await index.length()));
}

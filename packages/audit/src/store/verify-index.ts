import { BLOCK_ROWS, type Block } from './index-file.js';
import { ROW_BYTES, sameRow, writeRow } from './index-row.js';
import type { IndexedJournal } from './journal-reader.js';
import { scanBatches } from './journal-scan.js';
import type { IndexReport } from './store.js';

/** Wrong rows that are named one by one. */
const MAX_WRONG = 100;

/** Holds every row of an index against the journal. Throws AuditError `LOG_CORRUPT` when the journal is damaged. */
export async function verifyIndex({ journal, start, index }: IndexedJournal): Promise<IndexReport> {
  const length = (await index?.length()) ?? 0;
  const blocks = index?.blocks(await index.fitting(length));
  const wrong: number[] = [];
  const row = new Uint8Array(ROW_BYTES);
  let block = (await blocks?.next())?.value as Block | undefined;
  let [entries, indexed] = [0, 0];
  for await (const { offset, taken } of scanBatches(journal, { offset: start, first: 0 }, (batch) => batch)) {
    for (let place = 0; place < taken.count; place++, entries++) {
      if (block !== undefined && entries === block.first + BLOCK_ROWS)
        block = (await blocks?.next())?.value as Block | undefined;
      if (block === undefined) continue;
      indexed++;
      writeRow(row, 0, taken.leaf(place), offset, place);
      if (!sameRow(row, 0, block.rows, (entries - block.first) * ROW_BYTES) && wrong.length < MAX_WRONG)
        wrong.push(entries);
    }
  }
  return { entries, indexed, damaged: length * BLOCK_ROWS - indexed, wrong };
}

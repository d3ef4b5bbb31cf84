import { equal, hex } from '@wardseal/primitives';
import { EVENT_TYPES } from '../../event-codes.js';
import { decodeLeaf, leafId } from '../../leaf.js';
import type { IndexReport } from '../store.js';
import type { Row } from './pool.js';
import { bytesOf, numberOf } from './values.js';

/** Wrong rows that are named one by one. */
const MAX_WRONG = 100;

/**
 * Holds the columns that `select` goes by against the leaves that they repeat. Whether the database's own indexes fit
 * their table is for the database to say (`amcheck`).
 *
 * @param pages - the rows of `entries`, in order
 */
export async function verifyIndex(pages: AsyncIterable<readonly Row[]>): Promise<IndexReport> {
  const wrong: number[] = [];
  let entries = 0;
  for await (const rows of pages) {
    entries += rows.length;
    for (const row of rows) if (wrong.length < MAX_WRONG && !repeats(row)) wrong.push(numberOf(row, 'index'));
  }
  return { entries, indexed: entries, damaged: 0, wrong };
}

function repeats(row: Row): boolean {
  const bytes = bytesOf(row, 'leaf');
  const leaf = decodeLeaf(bytes);
  return (
    String(row['id']).replaceAll('-', '') === hex(leafId(bytes)) &&
    numberOf(row, 'recorded_at') === leaf.recordedAt &&
    numberOf(row, 'type') === EVENT_TYPES[leaf.type] &&
    same(row, 'subject_handle', leaf.subjectHandle) &&
    same(row, 'actor_handle', leaf.actorHandle) &&
    same(row, 'object_handle', leaf.objectHandle)
  );
}

function same(row: Row, column: string, handle: Uint8Array | undefined): boolean {
  if (row[column] === null || handle === undefined) return row[column] === null && handle === undefined;
  return equal(bytesOf(row, column), handle);
}

import { fromUtf8 } from '@wardseal/primitives';
import { EntryReceipts } from './entry-receipt.js';
import { AuditError } from './errors.js';
import type { KeyStore } from './key-store.js';
import { readingKeys } from './log-source.js';
import { EntryOpener } from './opened-entry.js';
import type { Opening } from './side-record.js';
import type { LogReader } from './store/store.js';
import { decodeBundle, fullTiles, partialWidth, readTile, TILE_WIDTH, tilePath } from './tiles.js';
import { formatProof } from './tlog-proof.js';
import { type Checkpoint, type VerifyPolicy, verifyCheckpoint } from './verify-checkpoint.js';
import { verifyProof } from './verify-proof.js';

/** A log's latest checkpoint, checked, with the note it was read from. */
export async function latestCheckpoint(
  reader: LogReader,
  policy: VerifyPolicy,
): Promise<{ readonly checkpoint: Checkpoint; readonly note: string }> {
  const stored = await reader.readCheckpoint();
  if (stored === null) throw new AuditError('CHECKPOINT_INVALID', 'the checkpoint is missing', { path: 'checkpoint' });
  return { checkpoint: await verifyCheckpoint(stored, policy), note: fromUtf8(stored)! };
}

/**
 * Writes the `.tlog-proof` of one entry from a log's files, without opening the log. The proof is checked before it is given.
 *
 * @param reader - the log's files
 * @param index - the entry's place
 * @param policy - the log's pinned key, and witnesses where they are demanded
 * @param keys - the log's secrets: the proof then also opens who did what. Without them it shows the leaf alone. Needs a
 *   reader that reaches the side records
 * @returns the proof as text; whoever checks it needs nothing but the pinned key
 * @throws AuditError `ENTRY_OUT_OF_RANGE` when no checkpoint covers the entry; `TILE_INVALID` when a tile is missing or
 *   malformed; `INCLUSION_INVALID` when the log's files do not fit its checkpoint; `SIDE_RECORD_INVALID` when the side record
 *   is not what the leaf commits to, or its secret was destroyed; `LOG_CORRUPT` when the reader reaches no side record; and
 *   every code of `verifyCheckpoint`
 * @example
 * const proof = await proveEntry(await folderReader('/srv/audit/2026'), 41, { logKey: vkey });
 */
export async function proveEntry(
  reader: LogReader,
  index: number,
  policy: VerifyPolicy,
  keys?: KeyStore,
): Promise<string> {
  const { checkpoint, note } = await latestCheckpoint(reader, policy);
  const { origin, size } = checkpoint;
  if (!Number.isSafeInteger(index) || index < 0 || index >= size)
    throw new AuditError('ENTRY_OUT_OF_RANGE', 'no checkpoint covers that entry', { index });
  const leaf = await leafAt(reader, index, size);
  const opening = keys ? await openingOf(reader, index, keys, origin) : null;
  const hashes = await new EntryReceipts(reader, note, size).path(index);
  const proof = formatProof({ index, hashes, checkpoint: note, leaf, opening });
  await verifyProof(proof, policy);
  return proof;
}

/** An entry's bytes from its bundle. */
async function leafAt(reader: LogReader, index: number, size: number): Promise<Uint8Array<ArrayBuffer>> {
  const bundle = Math.floor(index / TILE_WIDTH);
  const width = bundle < fullTiles(size, 0) ? TILE_WIDTH : partialWidth(size, 0);
  const id = { level: 'entries', index: bundle, width } as const;
  const data = await readTile((tile) => reader.readTile(tile), id);
  const leaf = data && decodeBundle(data, width)?.[index % TILE_WIDTH];
  if (!leaf) throw new AuditError('TILE_INVALID', 'a bundle is missing or malformed', { path: tilePath(id) });
  return leaf;
}

async function openingOf(reader: LogReader, index: number, keys: KeyStore, origin: string): Promise<Opening> {
  const opener = new EntryOpener(readingKeys(keys, origin), origin);
  for await (const stored of reader.readEntries?.(index, index + 1) ?? []) {
    const { opening } = await opener.open(index, stored);
    if (opening !== null) return opening;
    throw new AuditError('SIDE_RECORD_INVALID', "the secret of the entry's organisation is gone", { index });
  }
  throw new AuditError('LOG_CORRUPT', 'the side record is out of reach', { index });
}

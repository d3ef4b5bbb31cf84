import { consistencyPath } from '@wardseal/primitives';
import { AuditError } from './errors.js';
import { HashReader } from './hash-reader.js';
import type { LogReader } from './store/store.js';
import { type VerifyPolicy, verifyCheckpoint } from './verify-checkpoint.js';
import { verifyConsistency } from './verify-consistency.js';

/**
 * Shows from a log's files that it only grew between two of its checkpoints.
 *
 * @param reader - the log's files
 * @param older - the smaller signed checkpoint, kept from earlier
 * @param newer - the larger one
 * @param policy - the log's pinned key
 * @returns the consistency path (RFC 6962 section 2.1.2), checked: hashes of 32 bytes
 * @throws AuditError `CONSISTENCY_INVALID` when the newer tree does not extend the older one: both checkpoints together are
 *   then the evidence; `ENTRY_OUT_OF_RANGE` when `older` is the larger one; `TILE_INVALID` when a tile is missing or
 *   malformed; and every code of `verifyCheckpoint`
 * @example
 * const path = await proveConsistency(reader, keptCheckpoint, freshCheckpoint, { logKey: vkey });
 */
export async function proveConsistency(
  reader: LogReader,
  older: string,
  newer: string,
  policy: VerifyPolicy,
): Promise<readonly Uint8Array<ArrayBuffer>[]> {
  const [from, to] = [await verifyCheckpoint(older, policy), await verifyCheckpoint(newer, policy)];
  if (from.size > to.size) throw new AuditError('ENTRY_OUT_OF_RANGE', 'the older checkpoint is the larger one');
  const hashes = new HashReader((tile) => reader.readTile(tile));
  const path = await consistencyPath(from.size, to.size, hashes.at(to.size));
  await verifyConsistency(older, newer, path, policy);
  return path;
}

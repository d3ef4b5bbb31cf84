import { consistent } from '@wardseal/primitives';
import { AuditError } from './errors.js';
import { type Checkpoint, type VerifyPolicy, verifyCheckpoint } from './verify-checkpoint.js';

/**
 * Checks that a log only grew between two of its checkpoints.
 *
 * @param older - the smaller signed checkpoint
 * @param newer - the larger signed checkpoint
 * @param hashes - the consistency path (RFC 6962 section 2.1.2): 32-byte hashes; empty for equal sizes or from size 0
 * @param policy - the log's key
 * @returns the newer checkpoint
 * @throws AuditError `CONSISTENCY_INVALID` when the newer tree does not extend the older one, and every code of
 *   `verifyCheckpoint`
 * @example
 * await verifyConsistency(keptCheckpoint, freshCheckpoint, path, { logKey: vkey });
 */
export async function verifyConsistency(
  older: string,
  newer: string,
  hashes: readonly Uint8Array[],
  policy: VerifyPolicy,
): Promise<Checkpoint> {
  const before = await verifyCheckpoint(older, policy);
  const after = await verifyCheckpoint(newer, policy);
  if (!consistent(before.size, after.size, before.root, after.root, hashes))
    throw new AuditError('CONSISTENCY_INVALID', 'the newer checkpoint does not extend the older one');
  return after;
}

import { consistent } from '@wardseal/primitives';
import { AuditError } from './errors.js';
import { asText } from './note.js';
import { MAX_PROOF, PROOF_FIRST_LINE, parseProof } from './tlog-proof.js';
import { type Checkpoint, type VerifyPolicy, verifyCheckpoint } from './verify-checkpoint.js';

/**
 * Checks later what a receipt could not show when it was made: that outsiders have seen the log go on from it. The
 * browser that kept a receipt fetches a newer checkpoint with cosignatures and the path to it; how long it may take (60 s
 * in Wardseal) is the caller's rule.
 *
 * @param seen - the receipt (`.tlog-proof`) or checkpoint that was kept; the log's signatures are demanded, no quorum
 * @param newer - a checkpoint of the same or a larger size, for which the whole policy holds
 * @param path - RFC 6962 consistency path from the one size to the other: 32-byte hashes; empty for equal sizes
 * @param policy - the log's keys, and the witnesses whose quorum is wanted
 * @returns the newer checkpoint, with who signed it when
 * @throws AuditError `CONSISTENCY_INVALID` when the newer tree does not extend what was seen: the log showed two histories
 *   (`compareCheckpoints` makes the evidence); `RECEIPT_INVALID` when the receipt is malformed; every code of
 *   `verifyCheckpoint`, `QUORUM_MISSING` among them
 * @throws RangeError when the policy names no witnesses
 * @example
 * await verifyWitnessed(receipt, cosignedCheckpoint, path, { logKey: vkey, witnesses: parsePolicy(file) });
 */
export async function verifyWitnessed(
  seen: string | Uint8Array,
  newer: string | Uint8Array,
  path: readonly Uint8Array[],
  policy: VerifyPolicy & Required<Pick<VerifyPolicy, 'witnesses'>>,
): Promise<Checkpoint> {
  if (policy.witnesses === undefined) throw new RangeError('policy must name witnesses');
  const { logKey, pqLogKey } = policy;
  const before = await verifyCheckpoint(checkpointOf(seen), { logKey, ...(pqLogKey !== undefined && { pqLogKey }) });
  const after = await verifyCheckpoint(newer, policy);
  if (!consistent(before.size, after.size, before.root, after.root, path))
    throw new AuditError('CONSISTENCY_INVALID', 'the newer checkpoint does not extend the one that was seen');
  return after;
}

function checkpointOf(seen: string | Uint8Array): string | Uint8Array {
  const text = asText(seen, MAX_PROOF);
  return text?.startsWith(`${PROOF_FIRST_LINE}\n`) ? parseProof(text).checkpoint : seen;
}

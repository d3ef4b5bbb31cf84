import { entryOf, type ProofEntry } from './read-proof.js';
import { parseProof } from './tlog-proof.js';
import type { Checkpoint, VerifyPolicy } from './verify-checkpoint.js';
import { verifyInclusion } from './verify-inclusion.js';

/** An entry that stands in a log, as its proof shows. */
export interface VerifiedProof extends ProofEntry {
  readonly index: number;
  /** The checkpoint that covers it, with the cosignatures that the policy knows. */
  readonly checkpoint: Checkpoint;
}

/**
 * Checks a `.tlog-proof`: that the log of the pinned key holds this entry, and that what the proof says of the actor is
 * what the entry commits to. It does not say that the entry is of one particular request: for that there is `verifyReceipt`.
 *
 * @param proof - the proof, text or UTF-8 bytes
 * @param policy - the log's pinned key, and witnesses where they are demanded
 * @throws AuditError `RECEIPT_INVALID` when it is malformed; `LEAF_INVALID`, `SIDE_RECORD_INVALID` when what it holds is
 *   malformed; `COMMITMENT_MISMATCH` when the opening is not what the leaf commits to; and every code of `verifyInclusion`
 * @example
 * const { index, leaf, checkpoint } = await verifyProof(text, { logKey: vkey });
 */
export async function verifyProof(proof: string | Uint8Array, policy: VerifyPolicy): Promise<VerifiedProof> {
  const parts = parseProof(proof);
  const checkpoint = await verifyInclusion(parts.leaf, parts, policy);
  return { index: parts.index, checkpoint, ...entryOf(parts) };
}

import { equal, leafHash, rootFromInclusion } from '@wardseal/primitives';
import { AuditError } from './errors.js';
import { type Checkpoint, type VerifyPolicy, verifyCheckpoint } from './verify-checkpoint.js';

/** Proof that one entry stands at one place of a log. */
export interface InclusionProof {
  readonly index: number;
  /** Hashes of 32 bytes from the leaf's sibling up to the root's child (RFC 6962 section 2.1.1). */
  readonly hashes: readonly Uint8Array[];
  /** The signed checkpoint that the proof leads to. */
  readonly checkpoint: string;
}

/**
 * Checks that an entry is in a log.
 *
 * @param leaf - the entry's bytes
 * @param proof - its place, path and checkpoint
 * @param policy - the log's key
 * @returns the checkpoint
 * @throws AuditError `INCLUSION_INVALID` when the path does not lead from the leaf to the checkpoint's root, and every
 *   code of `verifyCheckpoint`
 * @example
 * const { origin, size } = await verifyInclusion(leaf, proof, { logKey: vkey });
 */
export async function verifyInclusion(
  leaf: Uint8Array,
  proof: InclusionProof,
  policy: VerifyPolicy,
): Promise<Checkpoint> {
  const checkpoint = await verifyCheckpoint(proof.checkpoint, policy);
  const root = rootFromInclusion(proof.index, checkpoint.size, leafHash(leaf), proof.hashes);
  if (root === null || !equal(root, checkpoint.root))
    throw new AuditError('INCLUSION_INVALID', 'the path does not lead to the root of the checkpoint', {
      index: proof.index,
    });
  return checkpoint;
}

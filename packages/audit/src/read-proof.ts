import { equal } from '@wardseal/primitives';
import { AuditError } from './errors.js';
import { decodeLeaf, type Leaf } from './leaf.js';
import { type ActorSide, commit, decodeActorSide } from './sides.js';
import { type ProofParts, parseProof } from './tlog-proof.js';

/** What an entry says. */
export interface ProofEntry {
  readonly leaf: Leaf;
  /** The actor's compartment, which the leaf commits to; null when the proof came without its opening. */
  readonly entry: ActorSide | null;
}

/** What a `.tlog-proof` says, taken apart. That its log holds such an entry is not checked. */
export interface UnverifiedProof extends ProofEntry {
  readonly index: number;
  /** Hashes of 32 bytes from the leaf up to the root. */
  readonly hashes: readonly Uint8Array[];
  /** The checkpoint's signed note, unchecked. */
  readonly checkpoint: string;
}

/** What the parts of a proof say. Throws as `readProof` does. */
export function entryOf({ index, leaf, opening }: ProofParts): ProofEntry {
  const decoded = decodeLeaf(leaf);
  if (opening === null) return { leaf: decoded, entry: null };
  if (!equal(commit(opening.r, opening.side), decoded.actorCommitment))
    throw new AuditError('COMMITMENT_MISMATCH', 'the opening is not what the leaf commits to', { index });
  return { leaf: decoded, entry: decodeActorSide(opening.side) };
}

/**
 * Takes a `.tlog-proof` apart to show it. Leaf and opening fit each other; **nothing says yet that any log holds this
 * entry**: for that there is `verifyProof`.
 *
 * @param proof - the proof, text or UTF-8 bytes
 * @throws AuditError `RECEIPT_INVALID`, `LEAF_INVALID`, `SIDE_RECORD_INVALID` when a part is malformed;
 *   `COMMITMENT_MISMATCH` when the opening is not what the leaf commits to
 * @example
 * const { leaf, entry } = readProof(text);
 */
export function readProof(proof: string | Uint8Array): UnverifiedProof {
  const parts = parseProof(proof);
  const { index, hashes, checkpoint } = parts;
  return { index, hashes, checkpoint, ...entryOf(parts) };
}

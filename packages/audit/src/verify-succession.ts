import { consistent } from '@wardseal/primitives';
import { decodeCheckpoint, wholeCheckpoint } from './checkpoint-evidence.js';
import { AuditError } from './errors.js';
import { type Checkpoint, type VerifyPolicy, verifyCheckpoint } from './verify-checkpoint.js';
import { type VerifiedProof, verifyProof } from './verify-proof.js';

/** One step from a log to the log that follows it, as an outsider gets it. */
export interface Succession {
  /** The `.tlog-proof` of the successor's entry 0, with its opening. */
  readonly receipt: string | Uint8Array;
  /** The successor's pinned key, and its witnesses. */
  readonly policy: VerifyPolicy;
  /** The predecessor's checkpoint whole, when the entry had no room for all of its signatures and the policy wants them. */
  readonly checkpoint?: string | Uint8Array;
  /** In a chain: the path that joins this step to the one before (`verifySuccessions`). */
  readonly hashes?: readonly Uint8Array[];
}

/** What a step shows. */
export interface VerifiedSuccession {
  /** The predecessor's checkpoint that the successor's entry 0 names, its signatures checked. */
  readonly predecessor: Checkpoint;
  /** The same as a signed note, to hold kept checkpoints against with `verifyConsistency`. */
  readonly checkpoint: string;
  readonly successor: Checkpoint;
  /** Entry 0 itself. */
  readonly entry: VerifiedProof;
}

/**
 * Checks that a log begins where another ended: that entry 0 of the successor is in its signed tree, says that it follows,
 * and holds a checkpoint that the predecessor's key (and witnesses) signed. Whoever kept a checkpoint of the predecessor
 * then asks for a consistency proof from theirs to `checkpoint`: **if theirs is larger, entries were left behind.**
 *
 * @param succession - the proof of entry 0, and the successor's policy
 * @param predecessor - the predecessor's policy
 * @throws AuditError `SUCCESSION_INVALID` when the proof is not of an entry 0 that follows a log, has no opening, the
 *   whole checkpoint brought along is not the one it names, or the log follows itself; every code of `verifyProof` and `verifyCheckpoint`
 * @example
 * const { checkpoint } = await verifySuccession({ receipt, policy: { logKey: key2027 } }, { logKey: key2026 });
 */
export async function verifySuccession(
  { receipt, policy, checkpoint: brought }: Omit<Succession, 'hashes'>,
  predecessor: VerifyPolicy,
): Promise<VerifiedSuccession> {
  const entry = await verifyProof(receipt, policy);
  const evidence = entry.entry?.evidence && decodeCheckpoint(entry.entry.evidence);
  if (entry.index !== 0 || entry.leaf.type !== 'log.succeed' || !evidence)
    throw new AuditError('SUCCESSION_INVALID', 'the proof is not of an entry that follows a log', {
      index: entry.index,
    });
  const checkpoint = wholeCheckpoint(evidence, brought);
  if (checkpoint === null)
    throw new AuditError('SUCCESSION_INVALID', 'the checkpoint brought along is not the one that the entry names');
  const head = await verifyCheckpoint(checkpoint, predecessor);
  if (head.origin === entry.checkpoint.origin)
    throw new AuditError('SUCCESSION_INVALID', 'a log cannot follow itself', { index: entry.index });
  return { predecessor: head, checkpoint, successor: entry.checkpoint, entry };
}

/**
 * Walks a chain of logs, such as one a year: each step is checked as by `verifySuccession`, and the checkpoint that a step
 * names must cover the entry 0 that was shown for the log before it.
 *
 * @param first - the policy of the oldest log
 * @param steps - one for each later log, oldest first. `hashes` of a step: consistency path between the checkpoint of the
 *   proof of the log before and the one that this step names, from the smaller to the larger; not needed where they are equal
 * @returns the steps' results
 * @throws AuditError `SUCCESSION_INVALID` with `index`, the step (from 0) that does not join the one before; and every code
 *   of `verifySuccession`
 * @example
 * const [to2027, to2028] = await verifySuccessions({ logKey: key2026 }, [step2027, step2028]);
 */
export async function verifySuccessions(
  first: VerifyPolicy,
  steps: readonly Succession[],
): Promise<readonly VerifiedSuccession[]> {
  const verified: VerifiedSuccession[] = [];
  let policy = first;
  for (const [index, step] of steps.entries()) {
    const result = await verifySuccession(step, policy);
    const before = verified.at(-1)?.successor;
    if (before && !joined(before, result.predecessor, step.hashes ?? []))
      throw new AuditError('SUCCESSION_INVALID', 'the step does not join the one before', { index });
    verified.push(result);
    policy = step.policy;
  }
  return verified;
}

/** Whether two checkpoints of one log are of one tree. */
function joined(a: Checkpoint, b: Checkpoint, hashes: readonly Uint8Array[]): boolean {
  const [small, large] = a.size <= b.size ? [a, b] : [b, a];
  return consistent(small.size, large.size, small.root, large.root, hashes);
}

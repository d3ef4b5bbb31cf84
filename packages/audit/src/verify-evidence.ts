import { consistent, equal } from '@wardseal/primitives';
import { AuditError } from './errors.js';
import { parseEvidence } from './evidence.js';
import { parseNote } from './note.js';
import { type Checkpoint, cosignaturesOf, type VerifyPolicy, verifyCheckpoint } from './verify-checkpoint.js';

/** What a bundle proves. */
export interface VerifiedEvidence {
  /** `same-size`: two roots for one size. `other-beginning`: the newer tree does not begin with the older one. */
  readonly kind: 'same-size' | 'other-beginning';
  /** With the policy's witnesses that signed each: one that signed both was deceived, or took part. */
  readonly older: Checkpoint;
  readonly newer: Checkpoint;
}

/**
 * Checks that a bundle proves that a log showed two histories. Needs nothing but the bundle and the log's pinned key, so
 * anybody can.
 *
 * @param bundle - what `compareCheckpoints`, a monitor or a witness gave, text or UTF-8 bytes
 * @param policy - the log's pinned keys; no quorum is demanded, because a log that splits its view may have none
 * @returns which two checkpoints cannot both be true
 * @throws AuditError `EVIDENCE_INVALID` when the bundle is malformed, or its checkpoints can both be true; and every code
 *   of `verifyCheckpoint` without witnesses, `ORIGIN_MISMATCH` and `SIGNATURE_INVALID` among them: then it says nothing
 *   about this log
 * @example
 * const { kind, older, newer } = await verifyEvidence(await readFile('split-view.json', 'utf8'), { logKey: vkey });
 */
export async function verifyEvidence(bundle: string | Uint8Array, policy: VerifyPolicy): Promise<VerifiedEvidence> {
  const parts = parseEvidence(bundle);
  if (parts === null) throw new AuditError('EVIDENCE_INVALID', 'the evidence is malformed');
  const older = await signedBy(parts.older, policy);
  const newer = await signedBy(parts.newer, policy);
  if (parts.beginning === null) {
    if (older.size !== newer.size || equal(older.root, newer.root)) throw both();
    return { kind: 'same-size', older, newer };
  }
  const { root, path } = parts.beginning;
  // The path shows which root the newer tree has at that size; it is not the one that was signed.
  if (older.size >= newer.size || equal(root, older.root)) throw both();
  if (!consistent(older.size, newer.size, root, newer.root, path)) throw both();
  return { kind: 'other-beginning', older, newer };
}

function both(): AuditError {
  return new AuditError('EVIDENCE_INVALID', 'both checkpoints can be true');
}

/** A checkpoint that the log signed, with whichever of the policy's witnesses signed it too. */
export async function signedBy(checkpoint: string, { logKey, pqLogKey, witnesses }: VerifyPolicy): Promise<Checkpoint> {
  const head = await verifyCheckpoint(checkpoint, { logKey, ...(pqLogKey !== undefined && { pqLogKey }) });
  if (!witnesses) return head;
  return { ...head, cosignatures: await cosignaturesOf(parseNote(checkpoint)!, witnesses) };
}

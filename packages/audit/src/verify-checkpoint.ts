import { parseCheckpointText, type TreeHead } from './checkpoint-text.js';
import { checkSignature } from './cosignature.js';
import { AuditError } from './errors.js';
import { asText, MAX_NOTE, type Note, parseNote } from './note.js';
import { type NoteKey, parseVkey, vkeyOf } from './note-key.js';
import type { WitnessPolicy } from './witness/policy.js';
import { type Cosignature, quorumMet, quorumTime } from './witness/quorum.js';

/** A witness's clock may be this far ahead of the verifier's, ms: NTP keeps servers within 1 s, phones within a minute. */
export const MAX_AHEAD = 60_000;

/** Whose signatures a verifier wants. */
export interface VerifyPolicy {
  /** The log's public key, pinned beforehand. Its name must be the log's origin. */
  readonly logKey: string;
  /** The log's ML-DSA-44 key; its signature is then demanded too. */
  readonly pqLogKey?: string;
  /** Of `parsePolicy`: the quorum is then demanded. A policy that lists logs must list this one. */
  readonly witnesses?: WitnessPolicy;
  /** The newest quorum of cosignatures may be this old, ms. Needs `witnesses` with a quorum. */
  readonly maxAge?: number;
  /** Milliseconds since 1970; default the computer's clock. Asked only for `maxAge`. */
  readonly now?: () => number;
}

/** A checkpoint whose signatures were checked. */
export interface Checkpoint extends TreeHead {
  /** The policy's witnesses that signed it; empty without a policy, because nobody else's word counts. */
  readonly cosignatures: readonly Cosignature[];
}

/**
 * Checks a checkpoint against the pinned key of its log, and against the quorum of witnesses where one is wanted.
 *
 * @param checkpoint - the signed note, text or UTF-8 bytes, at most 131,072 bytes
 * @param policy - the log's keys, the witnesses, and how old their word may be
 * @returns origin, size, root, and which of the policy's witnesses signed when
 * @throws AuditError `CHECKPOINT_INVALID` when it is not a checkpoint in the one accepted form (canonical base64, no
 *   leading zeros, no extension lines); `CHECKPOINT_UNSIGNED` when a key of the log has not signed it;
 *   `SIGNATURE_INVALID` when a signature of a known key is wrong; `ORIGIN_MISMATCH` when it speaks for another log;
 *   `QUORUM_MISSING` when too few witnesses signed; `CHECKPOINT_STALE` when their newest quorum is older than `maxAge`;
 *   `POLICY_INVALID` when the policy is for other logs; `KEY_INVALID` when a key is malformed or of the wrong kind
 * @throws RangeError when `maxAge` is not a number of milliseconds, or has no quorum to judge
 * @see https://c2sp.org/tlog-checkpoint
 * @example
 * const { size, root, cosignatures } = await verifyCheckpoint(text, { logKey: vkey, witnesses: parsePolicy(file) });
 */
export async function verifyCheckpoint(checkpoint: string | Uint8Array, policy: VerifyPolicy): Promise<Checkpoint> {
  const keys = logKeysOf(policy);
  const note = asText(checkpoint, MAX_NOTE);
  const parsed = note === null ? null : parseNote(note);
  const head = parsed && parseCheckpointText(parsed.text);
  if (!parsed || !head) throw new AuditError('CHECKPOINT_INVALID', 'the checkpoint is malformed');
  if (keys.some(({ name }) => name !== head.origin))
    throw new AuditError('ORIGIN_MISMATCH', 'the checkpoint speaks for another log');
  for (const key of keys) {
    const { state } = await checkSignature(parsed, key);
    if (state === 'missing') throw new AuditError('CHECKPOINT_UNSIGNED', 'a log key has not signed the checkpoint');
    if (state === 'invalid') throw wrongSignature('the log');
  }
  const cosignatures = policy.witnesses ? await cosignaturesOf(parsed, policy.witnesses) : [];
  if (policy.witnesses) judge(cosignatures, policy.witnesses, policy);
  return { ...head, cosignatures };
}

function logKeysOf({ logKey, pqLogKey, witnesses, maxAge }: VerifyPolicy): NoteKey[] {
  if (maxAge !== undefined && !(maxAge >= 0)) throw new RangeError('maxAge must be 0 ms or more');
  if (maxAge !== undefined && (witnesses?.quorum ?? 'none') === 'none')
    throw new RangeError('maxAge needs a quorum of witnesses');
  if (witnesses && witnesses.logs.length > 0 && !witnesses.logs.some(({ vkey }) => vkey === logKey))
    throw new AuditError('POLICY_INVALID', 'the witness policy is for other logs');
  // A log that signs with ML-DSA-44 alone is as good.
  const keys = [vkeyOf(logKey, 'note', 'cosignature-ml-dsa-44')];
  if (pqLogKey !== undefined) keys.push(vkeyOf(pqLogKey, 'cosignature-ml-dsa-44'));
  return keys;
}

function wrongSignature(of: string): AuditError {
  return new AuditError('SIGNATURE_INVALID', `the signature of ${of} on the checkpoint is wrong`);
}

/** The valid cosignatures of a policy's witnesses. A wrong one spoils the note (signed-note, "Signatures"). */
export async function cosignaturesOf(note: Note, policy: WitnessPolicy): Promise<Cosignature[]> {
  const cosignatures: Cosignature[] = [];
  for (const { name: witness, vkey } of policy.witnesses) {
    const key = parseVkey(vkey);
    const found = await checkSignature(note, key);
    if (found.state === 'invalid') throw wrongSignature('a witness');
    if (found.state === 'valid')
      cosignatures.push({ name: key.name, witness, timestamp: (found.timestamp ?? 0) * 1000 });
  }
  return cosignatures;
}

function judge(cosignatures: readonly Cosignature[], witnesses: WitnessPolicy, policy: VerifyPolicy): void {
  const names = cosignatures.map(({ witness }) => witness);
  if (!quorumMet(witnesses, names)) throw new AuditError('QUORUM_MISSING', 'too few witnesses signed the checkpoint');
  if (policy.maxAge === undefined) return;
  const now = (policy.now ?? Date.now)();
  const time = quorumTime(witnesses, cosignatures, now + MAX_AHEAD);
  if (time === null || now - time > policy.maxAge)
    throw new AuditError('CHECKPOINT_STALE', "the witnesses' word on the checkpoint is too old");
}

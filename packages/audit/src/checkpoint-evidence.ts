import { base64url, concat, equal, fromUtf8, sha256, utf8 } from '@wardseal/primitives';
import { AuditError } from './errors.js';
import type { AuditEvent } from './event.js';
import { asText, formatNote, MAX_NOTE, parseNote } from './note.js';
import { MAX_EVIDENCE } from './sides.js';

type Bytes = Uint8Array<ArrayBuffer>;
type Evidence = NonNullable<AuditEvent['evidence']>;

/** Kinds of evidence that hold a checkpoint: as it was, or without the signatures that had no room. */
export const CHECKPOINT = 'checkpoint';
export const CHECKPOINT_TRIMMED = 'checkpoint-trimmed';

const DIGEST = 32;

/** A checkpoint that an entry rests on. */
export interface CheckpointEvidence {
  /** The signed note; when it is not whole, without its largest signatures. */
  readonly checkpoint: string;
  readonly whole: boolean;
  /** SHA-256 of the whole note. */
  readonly digest: Bytes;
}

/**
 * A checkpoint as evidence (docs/spec/evidence.md): whole when it fits, else its digest and the note without its
 * longest signatures, which are the post-quantum ones.
 */
export function encodeCheckpoint(checkpoint: string): Evidence {
  const whole = utf8(checkpoint);
  if (whole.length <= MAX_EVIDENCE) return { kind: CHECKPOINT, data: base64url(whole) };
  const note = parseNote(checkpoint);
  if (note === null) throw new AuditError('CHECKPOINT_INVALID', 'the checkpoint is malformed');
  // The log's own Ed25519 signature is the shortest of all, so it stays.
  const signatures = [...note.signatures].sort((a, b) => a.signature.length - b.signature.length);
  let trimmed = whole;
  while (trimmed.length > MAX_EVIDENCE - DIGEST && signatures.pop() !== undefined)
    trimmed = utf8(formatNote({ text: note.text, signatures }));
  return { kind: CHECKPOINT_TRIMMED, data: base64url(concat(sha256(whole), trimmed)) };
}

/** Reads what `encodeCheckpoint` wrote; null when it is something else. Its signatures are not checked yet. */
export function decodeCheckpoint({
  kind,
  data,
}: {
  readonly kind: string;
  readonly data: Bytes;
}): CheckpointEvidence | null {
  if (kind !== CHECKPOINT && kind !== CHECKPOINT_TRIMMED) return null;
  const whole = kind === CHECKPOINT;
  const checkpoint = fromUtf8(whole ? data : data.subarray(DIGEST));
  if (!checkpoint) return null;
  return { checkpoint, whole, digest: whole ? sha256(data) : data.slice(0, DIGEST) };
}

/** The whole note that evidence stands for: its own, or the one brought along when its digest fits; null when it does not. */
export function wholeCheckpoint(evidence: CheckpointEvidence, brought: string | Uint8Array | undefined): string | null {
  if (brought === undefined) return evidence.checkpoint;
  const text = asText(brought, MAX_NOTE);
  return text !== null && equal(sha256(utf8(text)), evidence.digest) ? text : null;
}

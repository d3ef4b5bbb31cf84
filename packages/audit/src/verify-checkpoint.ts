import { base64, fromBase64 } from '@wardseal/primitives';
import { AuditError } from './errors.js';
import { asText, checkNote, MAX_NOTE, parseNote, parseVkey } from './note.js';

type Bytes = Uint8Array<ArrayBuffer>;

/** Whose signatures a verifier wants. */
export interface VerifyPolicy {
  /** The log's public key, pinned beforehand. Its name must be the log's origin. */
  readonly logKey: string;
}

/** A checkpoint whose signature was checked. */
export interface Checkpoint {
  readonly origin: string;
  /** Entries in the log. */
  readonly size: number;
  /** Root of the RFC 6962 tree over them, 32 bytes. */
  readonly root: Bytes;
}

/** The text that a log signs (C2SP tlog-checkpoint v1.0.0), without extension lines. */
export function formatCheckpoint({ origin, size, root }: Checkpoint): string {
  return `${origin}\n${size}\n${base64(root)}\n`;
}

/** A decimal without leading zeros up to 2^53 - 1, or null. */
export function parseDecimal(text: string): number | null {
  if (!/^(?:0|[1-9][0-9]{0,15})$/.test(text)) return null;
  const value = Number(text);
  return Number.isSafeInteger(value) ? value : null;
}

/** Reads the text of a checkpoint; null when it is not exactly origin, size and root. */
export function parseCheckpointText(text: string): Checkpoint | null {
  const lines = text.split('\n');
  if (lines.length !== 4 || lines[3] !== '' || lines[0] === '') return null;
  const size = parseDecimal(lines[1]!);
  const root = fromBase64(lines[2]!);
  return size === null || root?.length !== 32 ? null : { origin: lines[0]!, size, root };
}

/**
 * Checks a checkpoint against the pinned key of its log.
 *
 * @param checkpoint - the signed note, text or UTF-8 bytes, at most 131,072 bytes
 * @param policy - the log's key
 * @returns origin, size and root
 * @throws AuditError `CHECKPOINT_INVALID` when it is not a checkpoint in the one accepted form (canonical base64, no
 *   leading zeros, no extension lines); `CHECKPOINT_UNSIGNED` when the key has not signed it; `SIGNATURE_INVALID` when
 *   its signature is wrong; `ORIGIN_MISMATCH` when it speaks for another log; `KEY_INVALID` when the key is malformed
 * @see https://c2sp.org/tlog-checkpoint
 * @example
 * const { size, root } = await verifyCheckpoint(text, { logKey: vkey });
 */
export async function verifyCheckpoint(checkpoint: string | Uint8Array, policy: VerifyPolicy): Promise<Checkpoint> {
  const key = parseVkey(policy.logKey);
  const note = asText(checkpoint, MAX_NOTE);
  const parsed = note === null ? null : parseNote(note);
  const body = parsed && parseCheckpointText(parsed.text);
  if (!parsed || !body) throw new AuditError('CHECKPOINT_INVALID', 'the checkpoint is malformed');
  if (body.origin !== key.name) throw new AuditError('ORIGIN_MISMATCH', 'the checkpoint speaks for another log');
  const state = await checkNote(parsed, key);
  if (state === 'missing') throw new AuditError('CHECKPOINT_UNSIGNED', 'the log key has not signed the checkpoint');
  if (state === 'invalid') throw new AuditError('SIGNATURE_INVALID', "the log's signature on the checkpoint is wrong");
  return body;
}

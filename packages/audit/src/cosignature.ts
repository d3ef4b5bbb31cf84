import { concat, ed25519Verifier, mldsaVerifier, readUint, uint, utf8 } from '@wardseal/primitives';
import { formatCheckpoint, parseAnyCheckpointText, type TreeHead } from './checkpoint-text.js';
import { AuditError } from './errors.js';
import { formatNote, type Note, type NoteSignature, sameKey } from './note.js';
import { type LogSigner, type NoteKey, parseVkey } from './note-key.js';

type Bytes = Uint8Array<ArrayBuffer>;

// Signatures on checkpoints: plain ones (signed-note v1.0.0) and those with a time (tlog-cosignature v1.1.0-rc.1).

const TIMESTAMP_BYTES = 8;
/** The largest time in seconds whose milliseconds are a number. */
const MAX_TIMESTAMP = Math.floor(Number.MAX_SAFE_INTEGER / 1000);

/** How one key's signature on a note stands. `timestamp` is in seconds, null for a signature without a time. */
export type SignatureState =
  | { readonly state: 'valid'; readonly timestamp: number | null }
  | { readonly state: 'invalid' | 'missing' };

/** The bytes that a key of that kind signs; null when the text is not one that the kind can sign. */
function messageOf(key: NoteKey, text: string, timestamp: number): Bytes | null {
  if (key.kind === 'note') return utf8(text);
  if (key.kind === 'cosignature-ed25519') return utf8(`cosignature/v1\ntime ${timestamp}\n${text}`);
  const head = parseAnyCheckpointText(text);
  const [name, origin] = [utf8(key.name), utf8(head?.origin ?? '')];
  if (head === null || name.length > 255 || origin.length > 255) return null;
  // struct cosigned_message: extension lines are not in it, and start is 0 for a whole tree.
  return concat(
    utf8('subtree/v1\n\0'),
    uint(name.length, 1),
    name,
    uint(timestamp, 8),
    uint(origin.length, 1),
    origin,
    uint(0, 8),
    uint(head.size, 8),
    head.root,
  );
}

async function holds(key: NoteKey, message: Bytes, signature: Uint8Array): Promise<boolean> {
  const verifier = key.kind === 'cosignature-ml-dsa-44' ? mldsaVerifier : ed25519Verifier;
  return (await verifier(key.publicKey))(message, signature);
}

/** How the key's own signature on a note stands. */
export async function checkSignature(note: Note, key: NoteKey): Promise<SignatureState> {
  const own = note.signatures.find((signature) => sameKey(signature, key));
  if (own === undefined) return { state: 'missing' };
  const timed = key.kind !== 'note';
  const timestamp = timed ? readUint(own.signature, 0, TIMESTAMP_BYTES) : 0;
  if (timestamp === null || timestamp > MAX_TIMESTAMP) return { state: 'invalid' };
  const message = messageOf(key, note.text, timestamp);
  const signature = timed ? own.signature.subarray(TIMESTAMP_BYTES) : own.signature;
  if (message === null || !(await holds(key, message, signature))) return { state: 'invalid' };
  return { state: 'valid', timestamp: timed ? timestamp : null };
}

/**
 * Signs the text of a checkpoint with a key of any kind. Throws AuditError `KEY_INVALID` when the signer does not sign
 * for its public key: nobody would accept what it signs.
 *
 * @param now - milliseconds since 1970; a signature with a time holds whole seconds
 */
export async function signText(text: string, signer: LogSigner, now: number): Promise<NoteSignature> {
  const key = parseVkey(signer.vkey);
  const timestamp = Math.floor(now / 1000);
  const message = messageOf(key, text, timestamp);
  const signed = message && new Uint8Array(await signer.sign(message));
  if (!signed || !(await holds(key, message, signed)))
    throw new AuditError('KEY_INVALID', 'the signer does not sign for its public key');
  const signature = key.kind === 'note' ? signed : concat(uint(timestamp, TIMESTAMP_BYTES), signed);
  return { name: key.name, id: key.id, signature };
}

/** A log's checkpoint under all of its keys, the Ed25519 one first. */
export async function signCheckpoint(head: TreeHead, signers: readonly LogSigner[], now: number): Promise<string> {
  const text = formatCheckpoint(head);
  const signatures: NoteSignature[] = [];
  for (const signer of signers) signatures.push(await signText(text, signer, now));
  return formatNote({ text, signatures });
}

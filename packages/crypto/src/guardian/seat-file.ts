import { base64url, canonicalJson, fromBase64url, fromUtf8, utf8 } from '@wardseal/primitives';
import { bytes, oneOf, readCanonical, record, textUpTo } from '../checks.js';
import { SealError } from '../errors.js';
import { generateIdentity } from '../keys/identity.js';
import { protectKeys } from '../keys/protect.js';
import { recipientOf } from '../keys/recipient.js';
import { generateRecoveryCode } from '../keys/recovery-code.js';
import { generateSigningKey } from '../keys/signing-key.js';
import { unprotectKeys } from '../keys/unprotect.js';
import { MAX_PROTECTED_KEYS_BYTES } from '../limits.js';

/** A seat as it is used: never written anywhere so. */
export interface Seat {
  readonly identity: string;
  readonly recipient: string;
  /** Thumbprint of the one organisation root whose directory it believes. */
  readonly root: string;
}

// `v` 0 is the draft's version, as everywhere.
const isFile = record({ v: oneOf(0), root: bytes(32), protected: textUpTo(2 * MAX_PROTECTED_KEYS_BYTES) });
/** Far above a seat file's 1.5 kB; whatever is longer is another file. */
export const MAX_SEAT_FILE_BYTES = 65_536;

/** The root is bound into the wrap: a file whose root was changed does not open. */
const about = (root: string) => ({ person: 'guardian', credential: `seat ${root}` });

/** Whether a text can be the thumbprint of a root. */
export const isRoot = (text: string): boolean => bytes(32)(text);

/** A new seat for an organisation: the file, which the code opens, and the public key. */
export async function makeSeat(
  root: string,
): Promise<{ file: Uint8Array<ArrayBuffer>; code: string; recipient: string }> {
  const [{ identity, recipient }, signing] = await Promise.all([generateIdentity(), generateSigningKey()]);
  const code = generateRecoveryCode();
  const wrapped = await protectKeys({ identity, signing }, { recoveryCode: code }, about(root));
  return { file: utf8(canonicalJson({ v: 0, root, protected: base64url(wrapped) })), code, recipient };
}

/** Opens a seat file. Throws PROTECTED_KEYS_INVALID when it is none, was changed or the code is another's; CODE_INVALID. */
export async function openSeatFile(data: Uint8Array, recoveryCode: string): Promise<Seat> {
  const broken = new SealError('PROTECTED_KEYS_INVALID', 'not a seat file', { what: 'seat' });
  const text = data.length > MAX_SEAT_FILE_BYTES ? null : fromUtf8(data);
  const file = readCanonical(text, isFile) as { root: string; protected: string } | undefined;
  const wrapped = file && fromBase64url(file.protected);
  if (!wrapped) throw broken;
  const { root } = file;
  const { identity } = await unprotectKeys(wrapped, { recoveryCode }, about(root));
  return { identity, recipient: await recipientOf(identity), root };
}

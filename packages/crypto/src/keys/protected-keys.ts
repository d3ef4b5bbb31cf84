import { canonicalJson, fromUtf8, hkdfSha256, TAG_BYTES, utf8 } from '@wardseal/primitives';
import { bytes, type Check, lazy, oneOf, readCanonical, record, text, textUpTo } from '../checks.js';
import { SealError } from '../errors.js';
import { MAX_CREDENTIAL_LENGTH, MAX_PROTECTED_KEYS_BYTES } from '../limits.js';
import { OUTER_INFO_PREFIX } from '../names.js';
import { ENCAPSULATED_BYTES } from '../stanza/box.js';
import { parseRecipient, type RecipientKey } from './recipient.js';
import { recoveryCodeSecret } from './recovery-code.js';
import type { SigningKeyPair } from './signing-key.js';

/** A person's secret keys, as `generateIdentity` and `generateSigningKey` made them. */
export interface PersonalKeys {
  /** `AGE-SECRET-KEY-PQ-1...` or `AGE-SECRET-KEY-1...`. */
  readonly identity: string;
  readonly signing: SigningKeyPair;
}

/** For whom keys are wrapped and what opens them. Both are bound: the wrap opens for no other person and no other credential. */
export interface ProtectionSubject {
  /** Opaque id of the person, 1 to 256 UTF-16 units. */
  readonly person: string;
  /** Id of what opens the wrap: the passkey's credential id, a name for the code or the device; 1 to 1,364 UTF-16 units. */
  readonly credential: string;
}

/** Wrapped keys as they are carried, taken apart. Byte values are base64url. */
export interface Envelope {
  readonly v: 0;
  readonly method: ProtectionMethod;
  /** RFC 7638 thumbprint of the signing key. */
  readonly kid: string;
  /** Thumbprint of the identity's recipient. */
  readonly thumbprint: string;
  readonly salt: string;
  /** With `device` only: the encapsulated key and the secret sealed to the device. */
  readonly enc?: string;
  readonly sealed?: string;
  readonly ciphertext: string;
}

export type ProtectionMethod = 'passkey' | 'code' | 'device';

export const SALT_BYTES = 32;
/** Bytes of the random secret that is sealed to a device. */
export const DEVICE_SECRET_BYTES = 32;
const THUMBPRINT_BYTES = 32;
/** A WebAuthn PRF output is 32 bytes; two of them (`first` and `second`) may be joined. */
const PRF_BYTES = { least: 32, most: 64 } as const;

const about = /* @__PURE__ */ lazy(() => record({ person: text, credential: textUpTo(MAX_CREDENTIAL_LENGTH) }));
const common: Readonly<Record<string, Check>> = {
  v: oneOf(0),
  kid: bytes(THUMBPRINT_BYTES),
  thumbprint: bytes(THUMBPRINT_BYTES),
  salt: bytes(SALT_BYTES),
  ciphertext: textUpTo(MAX_PROTECTED_KEYS_BYTES),
};
const withSecret = /* @__PURE__ */ lazy(() => record({ ...common, method: oneOf('passkey', 'code') }));
const withDevice = /* @__PURE__ */ lazy(() =>
  record({
    ...common,
    method: oneOf('device'),
    enc: textUpTo(MAX_PROTECTED_KEYS_BYTES),
    sealed: bytes(DEVICE_SECRET_BYTES + TAG_BYTES),
  }),
);

/** Throws TypeError when person or credential is missing, too long, or no well-formed text. */
export function checkSubject({ person, credential }: ProtectionSubject): void {
  const wellFormed = [person, credential].every((one) => typeof one === 'string' && !/[\ud800-\udfff]/u.test(one));
  if (!wellFormed || !about({ person, credential })) throw new TypeError('about must name a person and a credential');
}

/** Throws TypeError unless `prf` is bytes, RangeError unless it can be what a passkey gave. */
function checkPrf(prf: Uint8Array): void {
  if (!(prf instanceof Uint8Array)) throw new TypeError('passkeyPrf must be a Uint8Array');
  if (prf.length < PRF_BYTES.least || prf.length > PRF_BYTES.most)
    throw new RangeError(`passkeyPrf must be ${PRF_BYTES.least} to ${PRF_BYTES.most} bytes`);
  // What a buffer holds that nobody filled. Keys wrapped under it would be open to everybody.
  if (prf.every((byte) => byte === 0)) throw new RangeError('passkeyPrf must not be all zeros');
}

/** Throws TypeError unless exactly one way is given, a known one. */
export function checkOneWay(by: object, device: string): void {
  const known = ['passkeyPrf', 'recoveryCode', device];
  const names = typeof by === 'object' && by !== null ? Object.keys(by) : [];
  if (names.length !== 1 || !known.includes(names[0]!)) throw new TypeError(`give one of ${known.join(', ')}`);
}

/** The secret of a passkey or a code, to be wiped after use. Throws CODE_INVALID, or as `checkPrf`. */
export function ownSecret(by: { readonly passkeyPrf: Uint8Array } | { readonly recoveryCode: string }): {
  readonly method: ProtectionMethod;
  readonly secret: Uint8Array<ArrayBuffer>;
} {
  if ('recoveryCode' in by) return { method: 'code', secret: recoveryCodeSecret(by.recoveryCode) };
  checkPrf(by.passkeyPrf);
  // A copy, and not `slice`: a Buffer's shares its memory, and the caller's would be wiped.
  return { method: 'passkey', secret: new Uint8Array(by.passkeyPrf) };
}

/** A device's recipient. A classic one would open post-quantum keys to whoever breaks X25519, so it is MIXED_MODE. */
export function parseDeviceRecipient(recipient: string): RecipientKey {
  const key = parseRecipient(recipient);
  if (key.kind !== 'pq')
    throw new SealError('MIXED_MODE', 'a device needs an `age1pq1...` recipient', { what: key.kind });
  return key;
}

/** The key that encrypts the personal keys: another one for every method and every wrap. */
export function wrappingKey(secret: Uint8Array, salt: Uint8Array, method: ProtectionMethod): Uint8Array<ArrayBuffer> {
  return hkdfSha256(secret, salt, utf8(`${OUTER_INFO_PREFIX.protectedKeys} ${method}`), 32);
}

/** Everything a wrap is bound to: its subject and every member but the ciphertext itself. */
export function associatedData(
  envelope: Omit<Envelope, 'ciphertext'>,
  { person, credential }: ProtectionSubject,
): Uint8Array<ArrayBuffer> {
  return utf8(canonicalJson({ ...envelope, person, credential }));
}

/** Reads wrapped keys, undefined when they are malformed. */
export function readEnvelope(data: Uint8Array): Envelope | undefined {
  return readCanonical(fromUtf8(data), (value) => withSecret(value) || withDevice(value)) as Envelope | undefined;
}

/** Bytes of a device's encapsulated key. */
export const DEVICE_ENC_BYTES: number = ENCAPSULATED_BYTES.pq;

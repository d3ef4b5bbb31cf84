import { aeadSeal, base64url, canonicalJson, utf8 } from '@wardseal/primitives';
import { OUTER_INFO_PREFIX, ZERO_NONCE } from '../names.js';
import { random } from '../random.js';
import { sealTo } from '../stanza/box.js';
import {
  associatedData,
  checkOneWay,
  checkSubject,
  DEVICE_SECRET_BYTES,
  type Envelope,
  ownSecret,
  type PersonalKeys,
  type ProtectionMethod,
  type ProtectionSubject,
  parseDeviceRecipient,
  SALT_BYTES,
  wrappingKey,
} from './protected-keys.js';
import { recipientOf, recipientThumbprint } from './recipient.js';
import { signerOf } from './signing-key.js';

/** What shall open the wrapped keys: exactly one of these. */
export type ProtectBy =
  /** The passkey's WebAuthn PRF output for this purpose, 32 bytes (or two joined, 64). */
  | { readonly passkeyPrf: Uint8Array }
  /** A code of `generateRecoveryCode`, however it is typed. */
  | { readonly recoveryCode: string }
  /** The `age1pq1...` recipient of a device whose `deviceFingerprint` was compared. */
  | { readonly deviceRecipient: string };

interface Protector {
  readonly method: ProtectionMethod;
  readonly secret: Uint8Array;
  readonly more: { readonly enc?: string; readonly sealed?: string };
}

async function protectorOf(by: ProtectBy): Promise<Protector> {
  checkOneWay(by, 'deviceRecipient');
  if (!('deviceRecipient' in by)) return { ...ownSecret(by), more: {} };
  const device = parseDeviceRecipient(by.deviceRecipient);
  const secret = random(DEVICE_SECRET_BYTES);
  const { enc, ciphertext } = await sealTo(device, utf8(OUTER_INFO_PREFIX.deviceSecret), secret);
  return { method: 'device', secret, more: { enc: base64url(enc), sealed: base64url(ciphertext) } };
}

/**
 * Wraps a person's keys, so that a server can keep them: one wrap for each passkey, recovery code or device. The wrap is
 * bound to the person, the credential, the method and the thumbprints of both keys, and opens with no other. Gives canonical
 * JSON in UTF-8, below 4 KiB, different each time. Person and credential are not in it; the thumbprints are.
 *
 * @throws SealError CODE_INVALID when the recovery code is mistyped, before anything else; KEY_INVALID when a key is not one
 * or the parts of the signing key do not belong together; MIXED_MODE when the device's recipient is a classic one;
 * RANDOM_UNAVAILABLE. TypeError or RangeError when `by` is not exactly one way, the PRF output is not 32 to 64 bytes or all
 * zeros, or `about` lacks a part.
 * @see docs/spec/protected-keys.md; Web Authentication level 3, section 10.1.4 (prf); RFC 5869; RFC 9180.
 *
 * @example
 * const wrapped = await protectKeys({ identity, signing }, { passkeyPrf }, { person: 'p-1', credential: credentialId });
 */
export async function protectKeys(
  keys: PersonalKeys,
  by: ProtectBy,
  about: ProtectionSubject,
): Promise<Uint8Array<ArrayBuffer>> {
  checkSubject(about);
  const { method, secret, more } = await protectorOf(by);
  const { identity, signing } = keys;
  await signerOf(signing);
  const salt = random(SALT_BYTES);
  const bound: Omit<Envelope, 'ciphertext'> = {
    v: 0,
    method,
    kid: signing.kid,
    thumbprint: recipientThumbprint(await recipientOf(identity)),
    salt: base64url(salt),
    ...more,
  };
  const plaintext = utf8(canonicalJson({ identity, signingKey: signing.secretKey }));
  const key = wrappingKey(secret, salt, method);
  const ciphertext = await aeadSeal(key, ZERO_NONCE, plaintext, associatedData(bound, about));
  for (const used of [secret, plaintext, key]) used.fill(0);
  return utf8(canonicalJson({ ...bound, ciphertext: base64url(ciphertext) }));
}

import { aeadOpen, fromBase64url, fromUtf8, utf8 } from '@wardseal/primitives';
import { lazy, readCanonical, record, textUpTo } from '../checks.js';
import { checkLimit, SealError } from '../errors.js';
import { MAX_KEY_LENGTH, MAX_PROTECTED_KEYS_BYTES } from '../limits.js';
import { NO_BYTES, OUTER_INFO_PREFIX, ZERO_NONCE } from '../names.js';
import { openBox, openerOf } from '../stanza/box.js';
import {
  associatedData,
  checkOneWay,
  checkSubject,
  DEVICE_ENC_BYTES,
  DEVICE_SECRET_BYTES,
  type Envelope,
  ownSecret,
  type PersonalKeys,
  type ProtectionMethod,
  type ProtectionSubject,
  readEnvelope,
  wrappingKey,
} from './protected-keys.js';
import { type Identity, recipientOf, recipientThumbprint } from './recipient.js';
import { signingKeyPairOf, signingKeyThumbprint } from './signing-key.js';

/** What opens wrapped keys: exactly one of these, of the method they were wrapped with. */
export type UnprotectBy =
  | { readonly passkeyPrf: Uint8Array }
  | { readonly recoveryCode: string }
  /** The device's own identity, whose recipient was approved. */
  | { readonly deviceIdentity: Identity };

/** Whose keys must come out. */
export interface UnprotectionSubject extends ProtectionSubject {
  /**
   * The public keys that the person's directory entry names; the keys that come out must be theirs. Needed with a device:
   * anybody can seal keys of their own to its recipient.
   */
  readonly entry?: { readonly recipient: string; readonly signingKey: string };
}

type SecretOf = (envelope: Envelope) => Promise<Uint8Array | null> | Uint8Array;

function secretOf(by: UnprotectBy, about: UnprotectionSubject): { method: ProtectionMethod; secret: SecretOf } {
  checkOneWay(by, 'deviceIdentity');
  if (!('deviceIdentity' in by)) {
    const { method, secret } = ownSecret(by);
    return { method, secret: () => secret };
  }
  if (!about.entry) throw new TypeError('about must name the directory entry when keys come from a device');
  const opener = openerOf(by.deviceIdentity);
  if (opener.kind !== 'pq')
    throw new SealError('MIXED_MODE', 'a device needs an `AGE-SECRET-KEY-PQ-1...` identity', { what: opener.kind });
  async function opened({ enc = '', sealed = '' }: Envelope): Promise<Uint8Array | null> {
    const encapsulated = fromBase64url(enc);
    if (encapsulated?.length !== DEVICE_ENC_BYTES) return null;
    const info = utf8(OUTER_INFO_PREFIX.deviceSecret);
    const secret = await openBox(opener, info, encapsulated, fromBase64url(sealed) ?? NO_BYTES);
    return secret?.length === DEVICE_SECRET_BYTES ? secret : null;
  }
  return { method: 'device', secret: opened };
}

const isContent = /* @__PURE__ */ lazy(() =>
  record({ identity: textUpTo(MAX_KEY_LENGTH), signingKey: textUpTo(MAX_KEY_LENGTH) }),
);

/** Null when the content is not what `protectKeys` would have wrapped under this envelope. */
async function keysOf(content: Uint8Array, envelope: Envelope): Promise<PersonalKeys | null> {
  const keys = readCanonical(fromUtf8(content), isContent) as { identity: string; signingKey: string } | undefined;
  if (keys === undefined) return null;
  try {
    const { identity, signingKey } = keys;
    const signing = await signingKeyPairOf(signingKey);
    const thumbprint = recipientThumbprint(await recipientOf(identity));
    return thumbprint === envelope.thumbprint && signing.kid === envelope.kid ? { identity, signing } : null;
  } catch (error) {
    if (error instanceof SealError && error.code === 'KEY_INVALID') return null;
    throw error;
  }
}

/**
 * Opens what `protectKeys` made, with the same way, person and credential.
 *
 * A server may hand out older wraps of the same credential: give `about.entry` (the person's directory entry) wherever it is
 * known, then only the keys it names come out. With a device it is needed.
 *
 * @throws SealError CODE_INVALID when the recovery code is mistyped, before anything else; PROTECTED_KEYS_INVALID when the
 * keys do not open or are not those of the entry: one code and message for a wrong secret, person, credential or method,
 * and for changed bytes; LIMIT above 4 KiB; KEY_INVALID when `deviceIdentity` or `about.entry` is not a key, MIXED_MODE when
 * it is a classic one. TypeError or RangeError as `protectKeys`, without `about.entry` for a device, and when it is null or
 * undefined, as directories answer for whoever they do not have.
 *
 * @example
 * const keys = await unprotectKeys(wrapped, { recoveryCode: typed }, { person: 'p-1', credential: 'code-1', entry });
 */
export async function unprotectKeys(
  wrapped: Uint8Array,
  by: UnprotectBy,
  about: UnprotectionSubject,
): Promise<PersonalKeys> {
  checkSubject(about);
  const { method, secret } = secretOf(by, about);
  const { entry } = about;
  // Given and empty is not the same as not given: a directory answers so for whoever it does not have.
  if (Object.hasOwn(about, 'entry') && (typeof entry !== 'object' || entry === null))
    throw new TypeError('entry must be a directory entry, or not be given');
  const expected = entry
    ? { thumbprint: recipientThumbprint(entry.recipient), kid: signingKeyThumbprint(entry.signingKey) }
    : undefined;
  if (!(wrapped instanceof Uint8Array)) throw new TypeError('wrapped keys must be a Uint8Array');
  checkLimit(wrapped.length, MAX_PROTECTED_KEYS_BYTES, 'MAX_PROTECTED_KEYS_BYTES', 'wrapped keys are too long');
  const envelope = readEnvelope(wrapped);
  const keys = envelope?.method === method ? await opened(envelope, secret, about) : null;
  const named =
    expected === undefined || (envelope?.thumbprint === expected.thumbprint && envelope.kid === expected.kid);
  if (keys === null || !named)
    throw new SealError('PROTECTED_KEYS_INVALID', 'wrapped keys do not open with what was given');
  return keys;
}

async function opened(envelope: Envelope, secretFor: SecretOf, about: ProtectionSubject): Promise<PersonalKeys | null> {
  const { ciphertext, ...bound } = envelope;
  const secret = await secretFor(envelope);
  const sealed = fromBase64url(ciphertext);
  if (secret === null || sealed === null) return null;
  const key = wrappingKey(secret, fromBase64url(envelope.salt)!, envelope.method);
  const content = await aeadOpen(key, ZERO_NONCE, sealed, associatedData(bound, about));
  const keys = content && (await keysOf(content, envelope));
  for (const used of [secret, key, content]) used?.fill(0);
  return keys;
}

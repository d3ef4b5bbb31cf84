import {
  asBytes,
  concat,
  ed25519PublicKey,
  ed25519Signer,
  ed25519Verifier,
  hmacSha256,
  readUint,
  sha256,
  utf8,
} from '@wardseal/primitives';
import { isIssuerName } from './claims.js';
import { type Envelope, envelope, KID_BYTES } from './codec/cose.js';

/** Signs grants: a key in memory (`createSigner`) or one in a hardware module. Its algorithm is Ed25519. */
export interface Signer {
  /** 32 bytes. */
  readonly publicKey: Uint8Array;
  /** 64 bytes over the message. */
  sign(message: Uint8Array): Promise<Uint8Array> | Uint8Array;
}

/** `active` mints and verifies, `verify-only` verifies what was minted before, `retired` refuses everything at once. */
export type KeyState = 'active' | 'verify-only' | 'retired';

/** A public key that may verify grants of one issuer. */
export interface VerificationKey {
  /** Ed25519, 32 bytes. */
  readonly publicKey: Uint8Array;
  /** The issuer it speaks for: a grant that names another one is refused. */
  readonly issuer: string;
  /** Default `active`. */
  readonly state?: KeyState;
}

/** Imported keys of issuers; made by `importKeySet`. */
export interface KeySet {
  /** The key of a key identifier read as a big-endian number. */
  find(kid: number): ImportedKey | undefined;
}

/** One imported verification key. */
export interface ImportedKey {
  readonly issuer: string;
  readonly state: KeyState;
  readonly envelope: Envelope;
  verify(message: Uint8Array, signature: Uint8Array): boolean | Promise<boolean>;
}

/** A secret key for the tags of handles, 32 random bytes. It stays with the issuer and never enters the database. */
export interface TagKey {
  readonly key: Uint8Array;
  /** Default `active`; exactly one key is active. Retire a key once its longest-lived link is dead, or at once if it leaked. */
  readonly state?: KeyState;
}

/** Imported tag keys; made by `importTagKeys`. */
export interface TagKeySet {
  /** The active key. */
  readonly active: ImportedTagKey;
  /** The key of a key identifier read as a big-endian number. */
  find(kid: number): ImportedTagKey | undefined;
}

/** One imported tag key. */
export interface ImportedTagKey {
  readonly kid: Uint8Array;
  readonly state: KeyState;
  readonly tagKey: Uint8Array;
  /** Peppers passcodes: without it a stolen database cannot be searched for them. */
  readonly passcodeKey: Uint8Array;
  /** Recognises the nonces that were given out for proofs. */
  readonly nonceKey: Uint8Array;
}

const GRANT_KID = utf8('wardseal.org/grant-kid v0');
const HANDLE_KID = utf8('wardseal.org/handle-kid v0');
const HANDLE_KEY = utf8('wardseal.org/handle-key v0');
const PASSCODE_KEY = utf8('wardseal.org/passcode-key v0');
const NONCE_KEY = utf8('wardseal.org/nonce-key v0');

/** The key identifier of a grant key: the first 4 bytes of SHA-256 over a domain and the public key. */
export function grantKid(publicKey: Uint8Array): Uint8Array<ArrayBuffer> {
  return sha256(concat(GRANT_KID, publicKey)).slice(0, KID_BYTES);
}

function checkLength(data: Uint8Array, name: string): void {
  if (!(data instanceof Uint8Array) || data.length !== 32) throw new RangeError(`${name} must be 32 bytes`);
}

/**
 * A signer that holds its key in memory.
 *
 * @param secretKey Ed25519 seed (RFC 8032), 32 bytes
 * @throws RangeError when it is not 32 bytes
 * @example const signer = await createSigner(crypto.getRandomValues(new Uint8Array(32)));
 */
export async function createSigner(secretKey: Uint8Array): Promise<Signer> {
  checkLength(secretKey, 'secret key');
  const sign = await ed25519Signer(secretKey);
  return { publicKey: await ed25519PublicKey(secretKey), sign: (message) => sign(message) };
}

/**
 * Imports the public keys that may verify grants, once, for many checks.
 *
 * @param keys each with the issuer it speaks for
 * @throws RangeError on a key that is not 32 bytes, an issuer that is not a lower-case DNS name, or two keys with one identifier
 * @example const keySet = await importKeySet([{ publicKey: signer.publicKey, issuer: 'img.trust.example' }]);
 */
export async function importKeySet(keys: readonly VerificationKey[]): Promise<KeySet> {
  const known = new Map<number, ImportedKey>();
  for (const { publicKey, issuer, state = 'active' } of keys) {
    checkLength(publicKey, 'public key');
    if (!isIssuerName(issuer)) throw new RangeError('issuer must be a lower-case DNS name');
    const kid = grantKid(publicKey);
    const number = readUint(kid, 0, KID_BYTES)!;
    if (known.has(number)) throw new RangeError('two keys have the same identifier');
    known.set(number, { issuer, state, envelope: envelope(kid), verify: await ed25519Verifier(asBytes(publicKey)) });
  }
  return { find: (kid) => known.get(kid) };
}

/**
 * Imports the secret keys that make and check the tags of handles.
 *
 * @param keys 32 random bytes each; exactly one in state `active`
 * @throws RangeError on a key that is not 32 bytes, on none or two active ones, or on two with one identifier
 * @example const tagKeys = importTagKeys([{ key: crypto.getRandomValues(new Uint8Array(32)) }]);
 */
export function importTagKeys(keys: readonly TagKey[]): TagKeySet {
  const known = new Map<number, ImportedTagKey>();
  let active: ImportedTagKey | undefined;
  for (const { key, state = 'active' } of keys) {
    checkLength(key, 'tag key');
    const kid = hmacSha256(key, HANDLE_KID).slice(0, KID_BYTES);
    const imported = {
      kid,
      state,
      tagKey: hmacSha256(key, HANDLE_KEY),
      passcodeKey: hmacSha256(key, PASSCODE_KEY),
      nonceKey: hmacSha256(key, NONCE_KEY),
    };
    const number = readUint(kid, 0, KID_BYTES)!;
    if (known.has(number)) throw new RangeError('two tag keys have the same identifier');
    known.set(number, imported);
    if (state === 'active') {
      if (active) throw new RangeError('only one tag key may be active');
      active = imported;
    }
  }
  if (!active) throw new RangeError('one tag key must be active');
  return { active, find: (kid) => known.get(kid) };
}

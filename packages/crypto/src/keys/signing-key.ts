import {
  base64url,
  ed25519Generate,
  ed25519PublicKey,
  ed25519Sign,
  ed25519Verify,
  fromBase64url,
  sha256,
  utf8,
} from '@wardseal/primitives';
import { bech32, fromUpperBech32 } from '../bech32.js';
import { SealError } from '../errors.js';
import { random } from '../random.js';

/** An Ed25519 key pair for signing what one sends. */
export interface SigningKeyPair {
  /** RFC 7638 thumbprint of the public key, base64url. */
  readonly kid: string;
  /** The 32-byte public key, base64url, as in a JWK's `x`. */
  readonly publicKey: string;
  /** `WARDSEAL-SIGNING-KEY-1...`: secret. */
  readonly secretKey: string;
}

/** A signing key held elsewhere (a non-extractable browser key, a smart card): only signs. */
export interface Signer {
  readonly kid: string;
  readonly publicKey: string;
  /** The 64-byte Ed25519 signature (RFC 8032) of a message. */
  sign(message: Uint8Array): Promise<Uint8Array> | Uint8Array;
}

const PREFIX = 'wardseal-signing-key-';

/** The 32 bytes of a public signing key. Throws KEY_INVALID. */
export function parseSigningPublicKey(text: string): Uint8Array<ArrayBuffer> {
  const key = typeof text === 'string' && text.length === 43 ? fromBase64url(text) : null;
  if (key?.length !== 32) throw new SealError('KEY_INVALID', 'signing key is not 32 bytes in base64url');
  return key;
}

/** The 32 bytes of a secret signing key. Throws KEY_INVALID. */
export function parseSigningSecretKey(text: string): Uint8Array<ArrayBuffer> {
  if (typeof text !== 'string') throw new TypeError('secretKey must be a string');
  const secret = fromUpperBech32(PREFIX, text);
  if (secret?.length !== 32)
    throw new SealError('KEY_INVALID', 'secret signing key is not a valid `WARDSEAL-SIGNING-KEY-1...` string');
  return secret;
}

/**
 * The thumbprint of a public signing key (RFC 7638 over the JWK of RFC 8037), base64url.
 *
 * @throws SealError KEY_INVALID when `publicKey` is not 32 bytes in base64url.
 *
 * @example
 * assert.equal(signingKeyThumbprint(keys.publicKey), keys.kid);
 */
export function signingKeyThumbprint(publicKey: string): string {
  parseSigningPublicKey(publicKey);
  return base64url(sha256(utf8(`{"crv":"Ed25519","kty":"OKP","x":"${publicKey}"}`)));
}

/**
 * Makes an Ed25519 key pair (RFC 8032) for `seal`'s `sender.keys`. The public half belongs in the sender's directory entry.
 *
 * @throws SealError RANDOM_UNAVAILABLE where there is no secure random source.
 *
 * @example
 * const keys = await generateSigningKey();
 */
export async function generateSigningKey(): Promise<SigningKeyPair> {
  const { secretKey, publicKey } = await ed25519Generate(random);
  const text = base64url(publicKey);
  return {
    kid: signingKeyThumbprint(text),
    publicKey: text,
    secretKey: bech32(PREFIX, secretKey).toUpperCase(),
  };
}

/**
 * The key pair that belongs to a secret signing key: for a key kept as one line of text.
 *
 * @throws SealError KEY_INVALID when `secretKey` is not a `WARDSEAL-SIGNING-KEY-1...` string.
 *
 * @example
 * assert.deepEqual(await signingKeyPairOf(keys.secretKey), keys);
 */
export async function signingKeyPairOf(secretKey: string): Promise<SigningKeyPair> {
  const publicKey = base64url(await ed25519PublicKey(parseSigningSecretKey(secretKey)));
  return { kid: signingKeyThumbprint(publicKey), publicKey, secretKey };
}

/** A signer of the caller's whose every signature is checked: with a wrong one the file would open for nobody. */
function checking(keys: Signer): Signer {
  const { kid, publicKey } = keys;
  const sign = async (message: Uint8Array): Promise<Uint8Array> => {
    const signature = await keys.sign(message);
    if (signature.length !== 64) throw new TypeError('signer must give 64 bytes');
    if (!(await ed25519Verify(parseSigningPublicKey(publicKey), message, signature)))
      throw new SealError('SIGNATURE_INVALID', 'signer gave a signature that is not of its key');
    return signature;
  };
  return { kid, publicKey, sign };
}

/** A signer for either kind of key. Throws KEY_INVALID when the parts of a pair do not belong together. */
export async function signerOf(keys: SigningKeyPair | Signer): Promise<Signer> {
  const { kid, publicKey } = keys;
  if (kid !== signingKeyThumbprint(publicKey))
    throw new SealError('KEY_INVALID', 'signing key and its thumbprint do not belong together');
  if ('sign' in keys) return checking(keys);
  const secret = typeof keys.secretKey === 'string' ? fromUpperBech32(PREFIX, keys.secretKey) : null;
  if (secret?.length !== 32 || base64url(await ed25519PublicKey(secret)) !== publicKey)
    throw new SealError('KEY_INVALID', 'secret signing key is not the one of its public key');
  return { kid, publicKey, sign: (message) => ed25519Sign(secret, message) };
}

import { type Awaitable, pickLazily } from './backend.js';
import { base64url } from './base64.js';
import type { Bytes } from './bytes.js';
import type { VerifyFunction } from './ed25519.js';
import { nodeCrypto, subtle } from './platform.js';

/** What each back end does; lengths are checked before. Throws when the key is no point of the curve. */
export interface P256 {
  verifier(publicKey: Uint8Array): Awaitable<VerifyFunction>;
}

const jwk = (publicKey: Uint8Array): { kty: string; crv: string; x: string; y: string } => ({
  kty: 'EC',
  crv: 'P-256',
  x: base64url(publicKey.subarray(0, 32)),
  y: base64url(publicKey.subarray(32)),
});

const node: P256 | undefined = nodeCrypto && {
  verifier(publicKey) {
    const key = nodeCrypto!.createPublicKey({ key: jwk(publicKey), format: 'jwk' });
    return (message, signature) => nodeCrypto!.verify('sha256', message, { key, dsaEncoding: 'ieee-p1363' }, signature);
  },
};

const ECDSA = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };

const webcrypto: P256 | undefined = subtle && {
  async verifier(publicKey) {
    const key = await subtle!.importKey('jwk', jwk(publicKey), ECDSA, false, ['verify']);
    return (message, signature) => subtle!.verify(ECDSA, key, signature as Bytes, message as Bytes);
  },
};

const implementation = pickLazily<P256>({
  node,
  webcrypto,
  native: async () => true, // every WebCrypto there is has P-256
  noble: async () => (await import('./noble/p256.js')).p256,
});

/**
 * Imports a P-256 public key (x and y, 64 bytes together) for checks of ECDSA with SHA-256 (FIPS 186-5; ES256 of RFC
 * 7518): signatures are r and s side by side, 64 bytes. Every signature has a twin with the order less s, and both are right. A
 * key that is no point of the curve gives a verifier that refuses everything. Throws RangeError when it is not 64 bytes.
 */
export async function p256Verifier(publicKey: Uint8Array): Promise<VerifyFunction> {
  if (publicKey.length !== 64) throw new RangeError('public key must be 64 bytes');
  const chosen = await implementation();
  let check: VerifyFunction;
  try {
    check = await chosen.verifier(publicKey);
  } catch {
    return () => false;
  }
  return (message, signature) => signature.length === 64 && check(message, signature);
}

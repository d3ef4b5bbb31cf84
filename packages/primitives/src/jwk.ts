import { fromBase64url } from './base64.js';
import type { Bytes } from './bytes.js';
import { subtle } from './platform.js';

/**
 * The public half of an extractable private WebCrypto key. WebCrypto derives it on import and hands it out in no other
 * form that all browsers have: `x` in RFC 8037's JWK, `pub` in the AKP form of ML-KEM.
 */
export async function publicHalf(key: CryptoKey): Promise<Bytes> {
  const { x, pub } = (await subtle!.exportKey('jwk', key)) as JsonWebKey & { pub?: string };
  const half = fromBase64url(pub ?? x ?? '');
  if (half === null || half.length === 0) throw new Error('WebCrypto gave no public key');
  return half;
}

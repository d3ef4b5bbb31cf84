import { thumbprintOf } from './codec/cose-key.js';
import type { HolderPublicKey } from './holder-key.js';

/**
 * The thumbprint of a recipient's key, as a grant names it: SHA-256 over the COSE_Key of its required members in
 * deterministic CBOR (RFC 9679).
 *
 * @param key of a `HolderKey`
 * @returns 32 bytes
 * @throws RangeError when a coordinate is not 32 bytes, or the algorithm unknown
 * @example const recipientKey = keyThumbprint(key.publicKey);
 */
export function keyThumbprint(key: HolderPublicKey): Uint8Array<ArrayBuffer> {
  const parts = key.algorithm === 'ES256' ? [key.x, key.y] : [key.x];
  if (!['ES256', 'EdDSA'].includes(key.algorithm) || parts.some((part) => part.length !== 32))
    throw new RangeError('key must be ES256 or EdDSA with coordinates of 32 bytes');
  return thumbprintOf(key);
}

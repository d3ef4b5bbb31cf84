import { sha256 } from '@wardseal/primitives';
import type { HolderPublicKey } from '../holder-key.js';
import { type CborMap, type CborValue, encodeCbor } from './cbor.js';

// Labels and values of COSE keys (RFC 9052 section 7, RFC 9053 section 7).
export const KTY = 1;
export const CRV = -1;
export const X = -2;
export const Y = -3;
export const OKP = 1;
export const EC2 = 2;
export const P256 = 1;
export const ED25519 = 6;

/** A public key as a COSE_Key of its required members alone, `y` never compressed. */
export function toCoseKey(key: HolderPublicKey): CborMap {
  const okp = key.algorithm === 'EdDSA';
  const map: CborMap = new Map<number, CborValue>([[KTY, okp ? OKP : EC2], [CRV, okp ? ED25519 : P256], [X, key.x]]); // biome-ignore format: one key
  if (!okp) map.set(Y, key.y);
  return map;
}

/** The thumbprint of a public key (RFC 9679 section 3): SHA-256 over the COSE_Key of its required members. */
export function thumbprintOf(key: HolderPublicKey): Uint8Array<ArrayBuffer> {
  return sha256(encodeCbor(toCoseKey(key)));
}

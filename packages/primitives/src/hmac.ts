import { hmac as nobleHmac } from '@noble/hashes/hmac.js';
import { sha256 as nobleSha256 } from '@noble/hashes/sha2.js';
import { pick } from './backend.js';
import { type Bytes, concat } from './bytes.js';
import { nodeCrypto } from './platform.js';

type Mac = (key: Uint8Array, data: Uint8Array) => Bytes;

const mac = pick<Mac>({
  node: nodeCrypto && ((key, data) => new Uint8Array(nodeCrypto!.createHmac('sha256', key).update(data).digest())),
  noble: (key, data) => nobleHmac(nobleSha256, key, data) as Bytes,
});

/** HMAC-SHA-256 (RFC 2104): 32 bytes. */
export function hmacSha256(key: Uint8Array, data: Uint8Array): Bytes {
  return mac()(key, data);
}

const NO_SALT = new Uint8Array(32);

/**
 * HKDF-SHA-256 (RFC 5869): `length` bytes, at most 8160. An empty salt means 32 zero bytes, as the RFC says.
 * Throws RangeError when `length` is not an integer from 1 to 8160.
 */
export function hkdfSha256(ikm: Uint8Array, salt: Uint8Array, info: Uint8Array, length: number): Bytes {
  if (!Number.isInteger(length) || length < 1 || length > 8160) throw new RangeError('length must be 1 to 8160 bytes');
  return hkdfExpand(hkdfExtract(ikm, salt), info, length);
}

/** The extract half of HKDF-SHA-256: a 32-byte pseudo-random key. */
export function hkdfExtract(ikm: Uint8Array, salt: Uint8Array): Bytes {
  return hmacSha256(salt.length === 0 ? NO_SALT : salt, ikm);
}

/** The expand half of HKDF-SHA-256. */
export function hkdfExpand(prk: Uint8Array, info: Uint8Array, length: number): Bytes {
  const out = new Uint8Array(length);
  let block: Bytes = new Uint8Array(0);
  for (let at = 0, counter = 1; at < length; at += 32, counter++) {
    block = hmacSha256(prk, concat(block, info, Uint8Array.of(counter)));
    out.set(block.subarray(0, Math.min(32, length - at)), at);
  }
  return out;
}

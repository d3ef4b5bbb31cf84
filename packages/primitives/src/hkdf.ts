import { type Bytes, concat } from './bytes.js';
import { hmacSha256 } from './hmac.js';

const HASH_BYTES = 32;
/** RFC 5869 section 2.3: the block counter is one byte. */
const MAX_OUTPUT_BYTES = 255 * HASH_BYTES;
const NO_SALT = new Uint8Array(HASH_BYTES);

/**
 * HKDF-SHA-256 (RFC 5869): `length` bytes, at most 8160, from key material, a salt (public, may be empty: 32 zero bytes
 * then) and an info that says what the key is for. Throws RangeError when `length` is not an integer from 1 to 8160.
 */
export function hkdfSha256(ikm: Uint8Array, salt: Uint8Array, info: Uint8Array, length: number): Bytes {
  return hkdfExpand(hkdfExtract(ikm, salt), info, length);
}

/** The extract half of HKDF-SHA-256 (RFC 5869 section 2.2): a 32-byte pseudo-random key. Note the order: key material first. */
export function hkdfExtract(ikm: Uint8Array, salt: Uint8Array): Bytes {
  return hmacSha256(salt.length === 0 ? NO_SALT : salt, ikm);
}

/**
 * The expand half of HKDF-SHA-256 (RFC 5869 section 2.3): `length` bytes.
 * Throws RangeError when `length` is not an integer from 1 to 8160.
 */
export function hkdfExpand(prk: Uint8Array, info: Uint8Array, length: number): Bytes {
  if (!Number.isInteger(length) || length < 1 || length > MAX_OUTPUT_BYTES)
    throw new RangeError(`length must be 1 to ${MAX_OUTPUT_BYTES} bytes`);
  const out = new Uint8Array(length);
  let block: Bytes = new Uint8Array(0);
  for (let at = 0, counter = 1; at < length; at += HASH_BYTES, counter++) {
    block = hmacSha256(prk, concat(block, info, Uint8Array.of(counter)));
    out.set(block.subarray(0, Math.min(HASH_BYTES, length - at)), at);
  }
  return out;
}

import { concat, sha256, utf8 } from '@wardseal/primitives';

const DOMAIN = utf8('wardseal.org/link-object v0\0');

/**
 * The object that a grant is about: SHA-256 over a domain, the sealed file's manifest id and its payload nonce. It names
 * one sealing of one picture, and says nothing about it.
 *
 * @param sealed - `manifestId`, 22 characters; `payloadNonce`, the 16 bytes with which the payload begins
 * @returns 32 bytes, for `object` of a grant
 * @throws RangeError when either has another length
 * @example
 * const object = objectDigest({ manifestId: sealed.manifestId, payloadNonce: sealed.payload.subarray(0, 16) });
 */
export function objectDigest(sealed: {
  readonly manifestId: string;
  readonly payloadNonce: Uint8Array;
}): Uint8Array<ArrayBuffer> {
  if (sealed.manifestId.length !== 22) throw new RangeError('manifest id must be 22 characters');
  if (sealed.payloadNonce.length !== 16) throw new RangeError('payload nonce must be 16 bytes');
  return sha256(concat(DOMAIN, utf8(sealed.manifestId), sealed.payloadNonce));
}

import { base64url, concat, sha256, utf8 } from '@wardseal/primitives';
import { parseHandle } from '../handle.js';

const DOMAIN = utf8('wardseal.org/link-proof v0');

/** The token of an opening whose handle was read before. */
export function tokenOf(id: Uint8Array, ephemeralKey: Uint8Array): string {
  return base64url(sha256(concat(DOMAIN, id, ephemeralKey)));
}

/**
 * What a proof of an opening must cover: a text that stands for this link and this one-opening key. A proof has it as its
 * access token's hash (`ath`, RFC 9449 section 4.2), so that any DPoP library can make one: give it this as the access token.
 * It is no secret and is never sent.
 *
 * @param handle 76 characters
 * @param ephemeralKey the opener's public key, from `createRedeemer`
 * @returns 43 characters
 * @throws LinkError `HANDLE_INVALID` when the handle is not in its one spelling
 * @example const token = openingToken(handle, redeemer.publicKey);
 */
export function openingToken(handle: string, ephemeralKey: Uint8Array): string {
  return tokenOf(parseHandle(handle).id, ephemeralKey);
}

/** The `ath` of a token: base64url of SHA-256 of its ASCII characters. */
export function accessTokenHash(token: string): string {
  return base64url(sha256(utf8(token)));
}

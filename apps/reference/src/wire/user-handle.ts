import { base64url, fromBase64url, fromUtf8, utf8 } from '@wardseal/primitives';

/** Who a passkey belongs to, and which organisation root they were told to trust when they enrolled. */
export interface Pin {
  readonly organisation: string;
  readonly person: string;
  /** SHA-256 of the root's public key, base64url. */
  readonly rootThumbprint: string;
}

/** A user handle has at most 64 bytes (WebAuthn level 3, section 5.4.3); the thumbprint takes 32 and the `#` one. */
const MAX_HANDLE_BYTES = 64;
const THUMBPRINT_BYTES = 32;
const PART = /^[A-Za-z0-9._-]+$/;

/**
 * The user handle of a passkey: `ORGANISATION/person#` in UTF-8, then the 32 bytes of the root's thumbprint. The
 * authenticator keeps it, so that a browser that was never used before learns from the person's own device, and not from
 * the server, which root to trust (docs/decisions/0073).
 *
 * @throws RangeError when a part holds anything but letters, digits, `.`, `_` and `-`, or all of it is too long
 * @example
 * const userID = makeUserHandle({ organisation: 'ZZZ01', person: 'p-okafor', rootThumbprint });
 */
export function makeUserHandle({ organisation, person, rootThumbprint }: Pin): Uint8Array<ArrayBuffer> {
  const thumbprint = fromBase64url(rootThumbprint);
  if (![organisation, person].every((part) => PART.test(part))) throw new RangeError('a part is no plain id');
  if (thumbprint?.length !== THUMBPRINT_BYTES) throw new RangeError('rootThumbprint must be 32 bytes in base64url');
  const handle = Uint8Array.of(...utf8(`${organisation}/${person}#`), ...thumbprint);
  if (handle.length > MAX_HANDLE_BYTES) throw new RangeError(`a user handle has at most ${MAX_HANDLE_BYTES} bytes`);
  return handle;
}

/** What a user handle says; null when {@link makeUserHandle} would not have made it. */
export function readUserHandle(handle: Uint8Array): Pin | null {
  const split = handle.length - THUMBPRINT_BYTES;
  if (handle.length > MAX_HANDLE_BYTES || split < 1) return null;
  const names = /^([^/]+)\/([^/#]+)#$/.exec(fromUtf8(handle.subarray(0, split)) ?? '');
  const [organisation = '', person = ''] = names?.slice(1) ?? [];
  if (![organisation, person].every((part) => PART.test(part))) return null;
  return { organisation, person, rootThumbprint: base64url(handle.subarray(split)) };
}

import { base64url, concat, equal, fromBase64url, hmacSha256Public, readUint, uint, utf8 } from '@wardseal/primitives';
import { KID_BYTES } from './codec/cose.js';
import { gone, LinkError } from './errors.js';
import { checkNow } from './grant.js';
import type { ImportedTagKey, TagKeySet } from './keys.js';

const DOMAIN = utf8('wardseal.org/handle v0');
const VERSION = 0;
const ID_AT = 9;
const ID_BYTES = 32;
const TAG_AT = 41;
const BYTES = 57;
// 57 bytes are 76 characters without spare bits.
const TEXT = /^[A-Za-z0-9_-]{75}[A-Za-z0-9]$/;

/** What a handle says about itself. */
export interface HandleFacts {
  /** SHA-256 of the grant, 32 bytes; safe to log, useless without the tag. */
  id: Uint8Array<ArrayBuffer>;
  /** Whole seconds since 1970. */
  expires: number;
}

/** The handle's parts, unchecked but for their spelling. */
export interface ParsedHandle extends HandleFacts {
  kid: number;
  header: Uint8Array;
  tag: Uint8Array;
}

/** Whether a tag's text ends in a dash or an underscore: the last six bits are one character of base64url. */
function endsBadly(tag: Uint8Array): boolean {
  return (tag[15]! & 63) >= 62;
}

// By one-shot hashes: what they leave in memory is a tag that its holder has anyway, or one that was guessed wrong.
// One tag in 32 would end in a dash or an underscore, which programs that make text clickable leave out: the next is taken.
function tagOf(header: Uint8Array, key: ImportedTagKey): Uint8Array<ArrayBuffer> {
  let tag = hmacSha256Public(key.tagKey, concat(DOMAIN, header));
  for (let draw = 1; endsBadly(tag); draw++)
    tag = hmacSha256Public(key.tagKey, concat(DOMAIN, header, Uint8Array.of(draw)));
  return tag.slice(0, 16);
}

/** Reads a handle. Throws LinkError `HANDLE_INVALID` on anything but its one spelling. */
export function parseHandle(handle: string): ParsedHandle {
  const data = typeof handle === 'string' && TEXT.test(handle) ? fromBase64url(handle) : null;
  if (data === null || data.length !== BYTES || data[0] !== VERSION)
    throw new LinkError('HANDLE_INVALID', 'handle is not 76 characters of its one spelling');
  return {
    kid: readUint(data, 1, KID_BYTES)!,
    expires: readUint(data, 5, 4)!,
    id: data.slice(ID_AT, TAG_AT),
    header: data.subarray(0, TAG_AT),
    tag: data.subarray(TAG_AT),
  };
}

/** The tag alone, whatever the time: the key it was made with. Throws LinkError `LINK_GONE`. */
export function authenticate(handle: ParsedHandle, keys: TagKeySet): ImportedTagKey {
  const key = keys.find(handle.kid);
  if (!key || key.state === 'retired') throw gone('unknown-key');
  if (!equal(tagOf(handle.header, key), handle.tag)) throw gone('forged');
  return key;
}

/**
 * Makes the handle of a grant: again after the tag key it was made with was retired, or when it was lost. It opens only what
 * the issuer has stored and not revoked.
 *
 * @param of the grant's id and expiry, as `verifyGrant` gives them
 * @param keys from `importTagKeys`: the active one makes the tag
 * @returns 76 characters
 * @throws RangeError when the id is not 32 bytes or the expiry no time
 * @example const handle = mintHandle({ id, expires: claims.expires }, tagKeys);
 */
export function mintHandle({ id, expires }: HandleFacts, { active }: TagKeySet): string {
  if (id.length !== ID_BYTES) throw new RangeError(`id must be ${ID_BYTES} bytes`);
  checkNow(expires);
  const header = concat(Uint8Array.of(VERSION), active.kid, uint(expires, 4), id);
  return base64url(concat(header, tagOf(header, active)));
}

/**
 * Checks a handle's spelling, tag and expiry without touching a database: guesses and expired links end here.
 *
 * @param handle 76 characters
 * @param keys from `importTagKeys`
 * @param now whole seconds since 1970, not milliseconds
 * @returns the grant's id and the expiry
 * @throws LinkError `HANDLE_INVALID` when it is not in its one spelling
 * @throws LinkError `LINK_GONE` with reason `unknown-key`, `forged` or `expired`
 * @throws RangeError when `now` is out of range
 * @example const { id } = verifyHandle(handle, tagKeys, Math.floor(Date.now() / 1000));
 */
export function verifyHandle(handle: string, keys: TagKeySet, now: number): HandleFacts {
  checkNow(now);
  const parsed = parseHandle(handle);
  authenticate(parsed, keys);
  if (now >= parsed.expires) throw gone('expired');
  return { id: parsed.id, expires: parsed.expires };
}

import { aeadOpen, aeadSeal, concat, hkdfSha256, utf8 } from '@wardseal/primitives';
import { encodeStanza, type Stanza } from '../header.js';
import { MAX_NAME_LENGTH } from '../limits.js';
import { FORMAT_VERSION, INFO_PREFIX, STANZA, ZERO_NONCE } from '../names.js';
import { random } from '../random.js';
import { WRAPPED_KEY_BYTES } from './native.js';

/** The secret half of a link: a file sealed with it opens for whoever holds `key`. */
export interface LinkKey {
  /** Names the link in the header, in the clear: letters, digits, `-` and `_`. */
  readonly id: string;
  /** 32 random bytes. */
  readonly key: Uint8Array;
}

const SALT_BYTES = 16;
const LINK_ID = /^[A-Za-z0-9_-]+$/;

/** Throws TypeError or RangeError when a link key is not one. */
export function checkLinkKey(link: LinkKey): void {
  if (typeof link?.id !== 'string' || !LINK_ID.test(link.id) || link.id.length > MAX_NAME_LENGTH)
    throw new TypeError('link id must be letters, digits, `-` and `_`');
  if (!(link.key instanceof Uint8Array) || link.key.length !== 32) throw new RangeError('link key must be 32 bytes');
}

// The salt makes each wrapping key new, so one link key may serve many files with the fixed nonce.
function wrappingKey(link: LinkKey, salt: Uint8Array): Uint8Array<ArrayBuffer> {
  return hkdfSha256(link.key, salt, utf8(`${INFO_PREFIX.link} ${link.id}`), 32);
}

/** Wraps the file key under a link's key: salt (16 bytes), then 32 bytes of ciphertext. */
export async function wrapForLink(link: LinkKey, fileKey: Uint8Array): Promise<Stanza> {
  checkLinkKey(link);
  const salt = random(SALT_BYTES);
  const body = concat(salt, await aeadSeal(wrappingKey(link, salt), ZERO_NONCE, fileKey));
  return encodeStanza(STANZA.link, [FORMAT_VERSION, link.id], body);
}

/** The file key, or null when the stanza is not this link's. */
export async function unwrapLink(stanza: Stanza, link: LinkKey): Promise<Uint8Array<ArrayBuffer> | null> {
  if (stanza.type !== STANZA.link || stanza.args.length !== 2) return null;
  if (stanza.args[0] !== FORMAT_VERSION || stanza.args[1] !== link.id) return null;
  if (stanza.body.length !== SALT_BYTES + WRAPPED_KEY_BYTES) return null;
  const key = wrappingKey(link, stanza.body.subarray(0, SALT_BYTES));
  return aeadOpen(key, ZERO_NONCE, stanza.body.subarray(SALT_BYTES));
}

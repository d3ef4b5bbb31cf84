import { base64url, fromBase64url } from '@wardseal/primitives/base64';
import { concat, equal } from '@wardseal/primitives/bytes';
import { hmacSha256 } from '@wardseal/primitives/hmac';
import { utf8 } from '@wardseal/primitives/text';
import { type CborValue, type Cursor, decodeCbor, encodeCbor, readBytes, writeHead } from '../codec/cbor.js';
import { LinkError } from '../errors.js';

/** How long a location works: long enough to start a film over hospital Wi-Fi, short enough that a log of paths is soon worthless. */
export const LOCATION_SECONDS = 300;

// COSE_Mac0 (RFC 9052 section 6.2) with HMAC 256/256, written out like the signed message: one key, one possible header.
const ALGORITHM_HEADER = 1;
const HMAC_256 = 5;
const EXPIRES = 4;
const PRIVATE = -65537;
const OBJECT = 10;
const MAC_BYTES = 32;
const OBJECT_BYTES = 32;
const HEADER = byteString(encodeCbor(new Map([[ALGORITHM_HEADER, HMAC_256]])));
const PREFIX = concat(Uint8Array.of(0xd1, 0x84), HEADER, Uint8Array.of(0xa0));
// The external data is a domain: no other MAC under the same key can pass as a location.
const CONTEXT = concat(
  Uint8Array.of(0x84, 0x64),
  utf8('MAC0'),
  HEADER,
  byteString(utf8('wardseal.org/link-location v0')),
);
const KEY_DOMAIN = utf8('wardseal.org/link-location-key v0');
/** Characters of a location: a digest, a time and a MAC are 144. */
const MAX_CHARACTERS = 200;

function byteString(data: Uint8Array): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(data.length + 9);
  const start = writeHead(out, 0, 2, data.length);
  out.set(data, start);
  return out.slice(0, start + data.length);
}

function macOf(payload: Uint8Array, key: Uint8Array): Uint8Array<ArrayBuffer> {
  return hmacSha256(key, concat(CONTEXT, byteString(payload)));
}

/** Keys of locations as they are used; throws RangeError unless there is one and each is 32 bytes. */
export function locationKeys(keys: readonly Uint8Array[]): readonly Uint8Array[] {
  if (keys.length === 0 || !keys.every((key) => key instanceof Uint8Array && key.length === 32))
    throw new RangeError('content keys must be 32 bytes each, at least one');
  return keys.map((key) => hmacSha256(key, KEY_DOMAIN));
}

/** A token that names an object until a time, for whoever has it. */
export function formatLocation(object: Uint8Array, expires: number, key: Uint8Array): string {
  const own = new Map<number, CborValue>([[OBJECT, object]]);
  const payload = encodeCbor(new Map<number, CborValue>([[EXPIRES, expires], [PRIVATE, own]])); // biome-ignore format: two claims
  return base64url(concat(PREFIX, byteString(payload), byteString(macOf(payload, key))));
}

/** The object that a token names; null when it is forged, over, or not in its one spelling. Needs no database. */
export function readLocation(token: string, keys: readonly Uint8Array[], now: number): Uint8Array<ArrayBuffer> | null {
  const data = token.length <= MAX_CHARACTERS ? fromBase64url(token) : null;
  if (data === null || !equal(data.subarray(0, PREFIX.length), PREFIX)) return null;
  try {
    const from: Cursor = { data, at: PREFIX.length };
    const payload = readBytes(from);
    const mac = readBytes(from);
    if (from.at !== data.length || mac.length !== MAC_BYTES) return null;
    if (!keys.some((key) => equal(macOf(payload, key), mac))) return null;
    const claims = decodeCbor(payload);
    const own = claims.get(PRIVATE);
    const object = own instanceof Map ? own.get(OBJECT) : undefined;
    const expires = claims.get(EXPIRES);
    if (claims.size !== 2 || !(own instanceof Map) || own.size !== 1) return null;
    if (!(object instanceof Uint8Array) || object.length !== OBJECT_BYTES) return null;
    if (typeof expires !== 'number' || now >= expires) return null;
    return new Uint8Array(object);
  } catch (error) {
    if (error instanceof LinkError) return null;
    throw error;
  }
}

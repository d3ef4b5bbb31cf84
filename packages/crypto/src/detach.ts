import { concat, sha256 } from '@wardseal/primitives';
import { SealError } from './errors.js';
import { type Header, parseHeader } from './header.js';
import { type SealedSource, sealedParts } from './source.js';

/** A sealed file in two parts. Without its header a payload can never be read again: erasing it erases every copy. */
export interface DetachedFile {
  /** The age header, up to and including its MAC line. */
  readonly header: Uint8Array<ArrayBuffer>;
  /** Payload nonce and encrypted chunks. */
  readonly payload: Uint8Array<ArrayBuffer>;
  /** SHA-256 of `header`, 32 bytes: what logs and certificates name. */
  readonly headerDigest: Uint8Array<ArrayBuffer>;
}

/** A header that must be alone in its bytes. */
export function parseDetached(header: Uint8Array): Header {
  const parsed = parseHeader(header);
  if (parsed.length !== header.length)
    throw new SealError('HEADER_INVALID', 'bytes follow the header', { what: 'length', found: header.length });
  return parsed;
}

/** Takes a file in either form apart. */
export async function takeApart(file: SealedSource): Promise<{
  parsed: Header;
  header: Uint8Array<ArrayBuffer>;
  payload: Uint8Array<ArrayBuffer>;
}> {
  const parts = await sealedParts(file);
  if ('header' in parts) return { parsed: parseDetached(parts.header), ...parts };
  const parsed = parseHeader(parts.whole);
  return { parsed, header: parts.whole.subarray(0, parsed.length), payload: parts.whole.subarray(parsed.length) };
}

/**
 * Splits a sealed file into header and payload, to be stored apart. Both are copies.
 *
 * @throws SealError HEADER_INVALID when the file does not begin with an age header, LIMIT when that is too long.
 *
 * @example
 * const { header, payload } = await detachHeader(file);
 */
export async function detachHeader(file: SealedSource): Promise<DetachedFile> {
  const { header, payload } = await takeApart(file);
  return { header: header.slice(), payload: payload.slice(), headerDigest: sha256(header) };
}

/**
 * Joins header and payload into one age file again. The parts are not checked against each other: `open` does that.
 *
 * @throws SealError HEADER_INVALID or LIMIT when `header` is not exactly one age header; TypeError when `payload` is no bytes.
 *
 * @example
 * await writeFile('picture.jpg.age', attachHeader(header, payload));
 */
export function attachHeader(header: Uint8Array, payload: Uint8Array): Uint8Array<ArrayBuffer> {
  if (!(header instanceof Uint8Array) || !(payload instanceof Uint8Array))
    throw new TypeError('header and payload must be Uint8Arrays');
  parseDetached(header);
  return concat(header, payload);
}

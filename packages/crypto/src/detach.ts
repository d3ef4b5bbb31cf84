import { asBytes, concat, sha256 } from '@wardseal/primitives';
import { SealError } from './errors.js';
import { type Header, parseHeader } from './header.js';
import { MAX_HEADER_BYTES } from './limits.js';
import { PAYLOAD_NONCE_BYTES, type PayloadStart } from './payload.js';
import { detachedParts, type SealedSource, sealedReader } from './source.js';

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

/** A file's header, and its payload, which is not read before somebody asks. */
export interface Apart {
  readonly parsed: Header;
  readonly header: Uint8Array<ArrayBuffer>;
  readonly payloadBytes: number;
  start(): Promise<PayloadStart>;
  payload(): Promise<Uint8Array<ArrayBuffer>>;
}

/** Takes a file in either form apart. Of a Blob no more is read than a header may be long, whatever its size. */
export async function takeApart(file: SealedSource): Promise<Apart> {
  const parts = detachedParts<Uint8Array | Blob>(file);
  const source = sealedReader(parts === null ? (file as Uint8Array | Blob) : parts.payload, parts ? 'payload' : 'file');
  const bytesOf = async (from: number, to: number) => asBytes(await source.read(from, to));
  const head = parts?.header ?? (await bytesOf(0, Math.min(source.size, MAX_HEADER_BYTES + 1)));
  const parsed = parts ? parseDetached(head) : parseHeader(head);
  const from = parts ? 0 : parsed.length;
  return {
    parsed,
    header: head.subarray(0, parsed.length),
    payloadBytes: source.size - from,
    start: async () => ({
      nonce: await bytesOf(from, Math.min(from + PAYLOAD_NONCE_BYTES, source.size)),
      length: source.size - from,
    }),
    payload: () => bytesOf(from, source.size),
  };
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
  return { header: header.slice(), payload: (await payload()).slice(), headerDigest: sha256(header) };
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

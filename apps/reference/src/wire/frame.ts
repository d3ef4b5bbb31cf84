import { WireError } from './errors.js';

/** The JSON of a frame: labels, ids and a header of at most 2 MiB as base64url fit. */
export const MAX_FRAME_JSON_BYTES: number = 4 * 1024 * 1024;
const LENGTH_BYTES = 4;

/** A frame: the JSON's length as four bytes big endian, the JSON, and the rest as bytes. */
export function encodeFrame(json: unknown, bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const head = new TextEncoder().encode(JSON.stringify(json));
  if (head.length > MAX_FRAME_JSON_BYTES) throw new WireError('TOO_LARGE', 'frame');
  const frame = new Uint8Array(LENGTH_BYTES + head.length + bytes.length);
  new DataView(frame.buffer).setUint32(0, head.length);
  frame.set(head, LENGTH_BYTES);
  frame.set(bytes, LENGTH_BYTES + head.length);
  return frame;
}

/** What `encodeFrame` joined: the bytes are a view of the body. WireError BAD_REQUEST or TOO_LARGE when it is no frame. */
export function decodeFrame(body: Uint8Array<ArrayBuffer>): { json: unknown; bytes: Uint8Array<ArrayBuffer> } {
  if (body.length < LENGTH_BYTES) throw new WireError('BAD_REQUEST', 'frame');
  const length = new DataView(body.buffer, body.byteOffset).getUint32(0);
  if (length > MAX_FRAME_JSON_BYTES) throw new WireError('TOO_LARGE', 'frame');
  if (length > body.length - LENGTH_BYTES) throw new WireError('BAD_REQUEST', 'frame');
  const end = LENGTH_BYTES + length;
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body.subarray(LENGTH_BYTES, end));
    return { json: JSON.parse(text), bytes: body.subarray(end) };
  } catch (cause) {
    throw new WireError('BAD_REQUEST', 'frame', { cause });
  }
}

import { utf8 } from '@wardseal/primitives';
import { MAX_HEADER_BYTES } from '../limits.js';
import { AGE_VERSION_LINE } from '../names.js';
import type { ByteFeed } from './byte-feed.js';

const NEWLINE = 10;
const VERSION = utf8(`${AGE_VERSION_LINE}\n`);
// No other line of a header can begin so: a stanza's begins with `->`, a body's with base64.
const MAC = utf8('---');

function beginsWith(bytes: Uint8Array, start: Uint8Array): boolean {
  return start.subarray(0, bytes.length).every((byte, i) => byte === bytes[i]);
}

/**
 * Takes a header off the beginning of a file and leaves the rest. It need not be a valid one: what is no header, or one
 * that is cut or too long, gives bytes that `parseHeader` refuses as it would refuse the whole file. Holds no more than
 * MAX_HEADER_BYTES and a byte.
 */
export async function readHeader(feed: ByteFeed): Promise<Uint8Array<ArrayBuffer>> {
  let buffer = new Uint8Array(4_096);
  let length = 0;
  let line = 0;
  let scanned = 0;
  while (length <= MAX_HEADER_BYTES && beginsWith(buffer.subarray(0, Math.min(length, VERSION.length)), VERSION)) {
    const piece = await feed.take();
    if (piece === null) break;
    const before = length;
    length = Math.min(before + piece.length, MAX_HEADER_BYTES + 1);
    if (length > buffer.length) {
      const larger = new Uint8Array(Math.min(Math.max(length, 2 * buffer.length), MAX_HEADER_BYTES + 1));
      larger.set(buffer.subarray(0, before));
      buffer = larger;
    }
    buffer.set(piece.subarray(0, length - before), before);
    const held = buffer.subarray(0, length);
    for (let end = held.indexOf(NEWLINE, scanned); end >= 0; end = held.indexOf(NEWLINE, line)) {
      if (end - line >= MAC.length && beginsWith(held.subarray(line, line + MAC.length), MAC)) {
        feed.putBack(piece.subarray(end + 1 - before));
        return held.slice(0, end + 1);
      }
      line = end + 1;
    }
    scanned = length;
  }
  return buffer.slice(0, length);
}

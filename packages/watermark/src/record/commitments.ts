import { hex, hmacSha256, sha256Stream, utf8 } from '@wardseal/primitives';
import { RECORD_FORMAT } from './record.js';

/**
 * SHA-256 over the different ids as UTF-8, in the order of their bytes, each followed by a line feed: `LC_ALL=C sort -u | sha256sum`
 * of a file with one id a line says the same. No id holds a line feed.
 */
export function listDigest(ids: Iterable<Uint8Array>): string {
  const stream = sha256Stream();
  for (const bytes of [...ids].sort(byBytes)) stream.update(bytes).update(LINE_FEED);
  return hex(stream.digest());
}

const LINE_FEED = Uint8Array.of(10);

function byBytes(a: Uint8Array, b: Uint8Array): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) if (a[i] !== b[i]) return a[i]! - b[i]!;
  return a.length - b.length;
}

/** The first 16 bytes of HMAC-SHA-256 under the image's key, in a domain that no mark uses. */
export function keyCommitment(key: Uint8Array): string {
  return hex(hmacSha256(key, utf8(`${RECORD_FORMAT}/key`)).subarray(0, 16));
}

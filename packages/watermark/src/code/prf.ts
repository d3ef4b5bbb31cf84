import { concat, hmacSha256, uint, utf8 } from '@wardseal/primitives';
import { MARK_VERSION } from '../version.js';

/** What a stream of pseudo-random bytes is for. Each purpose has its own domain, so that no stream repeats another. */
export type Purpose = 'layout' | 'sync' | 'mask' | 'trace' | 'decoy';

/**
 * HMAC-SHA-256 in counter mode (NIST SP 800-108): block i = HMAC(key, label || 0 || length of context || context || i),
 * length and i as four bytes, big endian.
 */
export function prf(
  key: Uint8Array,
  layer: string,
  purpose: Purpose,
  context: Uint8Array,
  bytes: number,
): Uint8Array<ArrayBuffer> {
  const message = concat(
    utf8(`${MARK_VERSION}/${layer}/${purpose}`),
    Uint8Array.of(0),
    uint(context.length, 4),
    context,
    uint(0, 4),
  );
  const out = new Uint8Array(bytes);
  for (let at = 0, block = 0; at < bytes; at += 32, block++) {
    message.set(uint(block, 4), message.length - 4);
    out.set(hmacSha256(key, message).subarray(0, Math.min(32, bytes - at)), at);
  }
  return out;
}

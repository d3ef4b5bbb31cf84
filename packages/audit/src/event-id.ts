import { hex, randomBytes, uint } from '@wardseal/primitives';
import { type Clock, systemClock } from './clock.js';

/**
 * A fresh event id: UUIDv7 (RFC 9562 section 5.7), the time in its first 48 bits, the rest random.
 *
 * @param options - `clock` (default the computer's) and `random`, secret random bytes (default the platform's)
 * @returns 36 lower-case characters
 * @throws Error when there is no secure random source and none was given
 * @example
 * const id = createEventId();
 */
export function createEventId(
  options: { readonly clock?: Clock; readonly random?: (length: number) => Uint8Array } = {},
): string {
  const { clock = systemClock, random = randomBytes } = options;
  const bytes = new Uint8Array(16);
  bytes.set(random(10), 6);
  bytes.set(uint(Math.floor(clock.now()), 6));
  bytes[6] = 0x70 | (bytes[6]! & 0x0f);
  bytes[8] = 0x80 | (bytes[8]! & 0x3f);
  const text = hex(bytes);
  return [text.slice(0, 8), text.slice(8, 12), text.slice(12, 16), text.slice(16, 20), text.slice(20)].join('-');
}

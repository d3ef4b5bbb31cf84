import { randomBytes } from 'node:crypto';

/** Secret random bytes in an ordinary array, as the packages take them. */
export function secretBytes(length: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(randomBytes(length));
}

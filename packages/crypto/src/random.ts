import { equal, injectRandom, platformHasRandom, randomBytes } from '@wardseal/primitives';
import { SealError } from './errors.js';

/** Random bytes, or RANDOM_UNAVAILABLE where there is no source. */
export function random(length: number): Uint8Array<ArrayBuffer> {
  try {
    return randomBytes(length);
  } catch (cause) {
    throw new SealError('RANDOM_UNAVAILABLE', 'no secure random source here', {}, { cause });
  }
}

/**
 * Gives this package a source of randomness in a realm that has none (React Native without `crypto`, a bare engine).
 * `source(length)` must return that many bytes of a cryptographically secure generator.
 *
 * @throws TypeError where the platform has a generator of its own: nothing may weaken it; RangeError when the source gives the
 * same 32 bytes twice, such as zeros that nobody filled; SealError RANDOM_UNAVAILABLE when it gives no bytes or throws.
 *
 * @example
 * import { getRandomBytes } from 'some-native-module';
 * provideRandomness((length) => getRandomBytes(length));
 */
export function provideRandomness(source: (length: number) => Uint8Array): void {
  if (platformHasRandom()) throw new TypeError('the platform has a random generator of its own');
  injectRandom(source);
  try {
    if (equal(random(32), random(32))) throw new RangeError('the random source repeats itself');
  } catch (error) {
    injectRandom();
    throw error;
  }
}

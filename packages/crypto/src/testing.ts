import { forceBackend as force, injectRandom } from '@wardseal/primitives';

// For known-answer tests. Not for production: a seeded source makes every key guessable.

/**
 * Runs everything on one back end; without an argument the choice is free again. `noble` uses injected randomness
 * throughout, so that sealing replays from a seed.
 *
 * @example
 * forceBackend('noble');
 */
export function forceBackend(backend?: 'node' | 'webcrypto' | 'noble'): void {
  force(backend);
}

/**
 * Replaces the random source, also where the platform has one; without an argument the platform's counts again.
 *
 * @example
 * forceRandomness((length) => new Uint8Array(length));
 */
export function forceRandomness(source?: (length: number) => Uint8Array): void {
  injectRandom(source);
}

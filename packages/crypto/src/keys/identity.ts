import { bech32 } from '../bech32.js';
import { random } from '../random.js';
import { type Mode, PREFIX, recipientOf } from './recipient.js';

/** A pair of age strings: the secret `identity` opens what was sealed to `recipient`. */
export interface GeneratedIdentity {
  readonly identity: string;
  readonly recipient: string;
}

/**
 * Makes a key pair for receiving sealed files. `kind` is `pq` unless `classic` is asked for: `classic` is for people whose
 * age client predates post-quantum keys, and cannot share a file with `pq` keys.
 *
 * @returns age strings: `AGE-SECRET-KEY-PQ-1...` with `age1pq1...`, or `AGE-SECRET-KEY-1...` with `age1...`.
 * @throws SealError RANDOM_UNAVAILABLE where there is no secure random source; TypeError on another `kind`.
 * @see age v1 specification (C2SP), recipient types mlkem768x25519 and X25519.
 *
 * @example
 * const { identity, recipient } = await generateIdentity();
 */
export async function generateIdentity(options: { readonly kind?: Mode } = {}): Promise<GeneratedIdentity> {
  const kind = options.kind ?? 'pq';
  if (kind !== 'pq' && kind !== 'classic') throw new TypeError('kind must be `pq` or `classic`');
  const identity = bech32(PREFIX.identity[kind], random(32)).toUpperCase();
  return { identity, recipient: await recipientOf(identity) };
}

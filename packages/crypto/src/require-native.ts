import { type Capabilities, capabilities } from './capabilities.js';
import { SealError } from './errors.js';

/** A kind of operation that can run in the platform's own code. */
export type NativeKind = Exclude<keyof Capabilities, 'backend'>;

const KINDS: readonly NativeKind[] = ['hash', 'aead', 'kem', 'sign'];

/**
 * Refuses to go on where an operation would run in JavaScript, which is slower and does not promise constant time. Call it
 * once, before keys are made or unlocked. `kinds` defaults to all.
 *
 * @throws SealError UNSUPPORTED, `what` names the first kind that is not native; TypeError for a kind that does not exist.
 *
 * @example
 * await requireNative(['aead', 'sign']);
 */
export async function requireNative(kinds: readonly NativeKind[] = KINDS): Promise<void> {
  const unknown = kinds.find((kind) => !KINDS.includes(kind));
  if (unknown !== undefined) throw new TypeError('kinds must be of `hash`, `aead`, `kem`, `sign`');
  const here = await capabilities();
  const missing = kinds.find((kind) => here[kind] !== 'native');
  if (missing !== undefined)
    throw new SealError('UNSUPPORTED', 'an operation would not run natively here', { what: missing });
}

import { checkRegister } from './check-register.js';
import type { Register, RegisteredVersion } from './register.js';
import { everInForce, inForceAt } from './required-version.js';

/**
 * The version that is, or was, in force at a moment. It began at its activation and ended when it was superseded or withdrawn;
 * at that very moment it is over. The whole register is checked: ask when it changes, not for every decision.
 *
 * @param register - its texts are not read here: give `document` to `loadPolicy` and compare the digest before deciding by it.
 * @param now - milliseconds since 1970, as of `Date.now()`; `Date.parse(at)` for a moment in the past.
 * @returns the version, or null: nothing is in force, everything is to be refused.
 * @throws PolicyError `REGISTER_INVALID`. RangeError when `now` is not a finite number.
 * @example
 * ```ts
 * const version = inForce(register, Date.now());
 * ```
 */
export function inForce(register: Register, now: number): RegisteredVersion | null {
  checkRegister(register);
  if (!Number.isFinite(now)) throw new RangeError('now must be milliseconds since 1970');
  return inForceAt(everInForce(register, now), now)?.entry ?? null;
}

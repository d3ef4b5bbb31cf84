import type { Register } from './register.js';
import { policyName } from './shapes.js';

/**
 * A register without versions, to begin with. A register is plain JSON: keep it in any store, and give it back to the next
 * step; each step gives a new one and never changes the old.
 *
 * @param id - the policy's id, as in its document.
 * @throws TypeError when `id` is no id of a policy.
 * @example
 * ```ts
 * const register = newRegister('default-nhs');
 * ```
 */
export function newRegister(id: string): Register {
  try {
    policyName(id, '');
  } catch {
    throw new TypeError('id must be 1 to 64 letters, digits and hyphens that begin with a letter');
  }
  return { format: 'policy-register/0', id, versions: [] };
}

import { moment, type Shape } from '../check/shape.js';
import { identifier, policyName, reason } from './shapes.js';

const PARTS: Readonly<Record<'at' | 'by' | 'secondApprover' | 'role' | 'reason', readonly [Shape, string]>> = {
  at: [moment, 'an RFC 3339 moment in UTC'],
  by: [identifier, '1 to 128 characters U+0021 to U+007E'],
  secondApprover: [identifier, '1 to 128 characters U+0021 to U+007E'],
  role: [policyName, '1 to 64 letters, digits and hyphens that begin with a letter'],
  reason: [reason, '1 to 1,000 characters without control characters'],
};

/** What the caller's own program says of a step. Throws TypeError. */
export function checkInput(given: Readonly<Partial<Record<keyof typeof PARTS, unknown>>>): void {
  for (const name of Object.keys(given) as (keyof typeof PARTS)[]) {
    const [shape, expected] = PARTS[name];
    try {
      shape(given[name], '');
    } catch {
      throw new TypeError(`${name} must be ${expected}`);
    }
  }
}

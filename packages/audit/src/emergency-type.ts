import type { Leaf } from './leaf.js';

/** What an emergency journal takes, and its receipts may be about: breaking the glass, which cannot wait for the log. */
export const EMERGENCY_TYPE = 'breakglass.open';

/** Emergency access: the act itself, or anything done for that purpose. */
export function isBreakGlass({ type, purpose }: Pick<Leaf, 'type' | 'purpose'>): boolean {
  return purpose === 'BTG' || type === EMERGENCY_TYPE;
}

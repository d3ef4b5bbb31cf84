import { stored } from './guard.js';
import type { IssuerState } from './issuer.js';
import { ANSWER_SECONDS } from './limits.js';

/** See `Issuer.sweep`. */
export async function sweepLinks(state: IssuerState): Promise<void> {
  const now = state.clock();
  await stored(() => state.shares.expire(now));
  await stored(() => state.store.sweep(now, ANSWER_SECONDS, (ctis) => state.shares.destroy(ctis)));
}

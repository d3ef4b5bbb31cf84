import type { Decision } from '../decision.js';
import type { Pack } from '../document.js';
import { instant } from '../engine/time.js';
import type { Witness } from '../errors.js';
import { createPdp } from '../evaluate.js';

/** What a policy decides on a witness: the engine's own answer, at the witness's moment. */
export function decider(pack: Pack): (witness: Witness) => Decision {
  let at = Number.NaN;
  const pdp = createPdp(pack, { clock: { now: () => at } });
  return ({ request, now }) => {
    at = now === null ? Number.NaN : instant(now)!;
    return pdp.evaluate(request);
  };
}

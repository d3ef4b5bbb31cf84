import type { Decision, Request } from '../decision.js';
import type { Pdp } from '../evaluate.js';
import { afterStep } from './fact.js';
import type { Bearing } from './rules.js';

/** Most steps of one remedy: whoever has to change five things needs a person to ask, not a list. */
export const MAX_STEPS = 4;
/** Most decisions tried for one refusal, some 10 ms of work; and once more as many to see whether the glass may be broken. */
export const MAX_TRIALS = 2_000;

/** Changes that were tried, and what came of them. */
export interface Trial {
  readonly changes: ReadonlyMap<string, unknown>;
  readonly request: Request;
  readonly decision: Decision;
}

/** How many more decisions may be tried. */
export interface Budget {
  left: number;
}

/**
 * Smallest sets of changes with which the request is permitted, breadth first: no set is offered of which a part would
 * do. Each set is found by taking, at every refusal, a fact that the refusal hangs on; so none is missed within the limits.
 */
export function smallestChanges(
  pdp: Pdp,
  request: Request,
  { lever }: Bearing,
  values: ReadonlyMap<string, readonly unknown[]>,
  max: number,
  budget: Budget,
): readonly Trial[] {
  const found: Trial[] = [];
  const seen = new Set<string>();
  let level: Trial[] = [{ changes: new Map(), request, decision: pdp.evaluate(request) }];
  for (let size = 0; size <= MAX_STEPS && level.length > 0; size += 1) {
    const next: Trial[] = [];
    for (const trial of level) {
      if (found.some(({ changes }) => isWithin(changes, trial.changes))) continue;
      if (trial.decision.decision) {
        found.push(trial);
        if (found.length === max) return found;
        continue;
      }
      if (size === MAX_STEPS) continue;
      for (const attribute of lever(trial.decision)) {
        if (trial.changes.has(attribute)) continue;
        for (const to of values.get(attribute) ?? []) {
          const changes = new Map([...trial.changes, [attribute, to]]);
          const key = JSON.stringify([...changes].sort(([a], [b]) => (a < b ? -1 : 1)));
          if (seen.has(key)) continue;
          if (budget.left === 0) return found;
          budget.left -= 1;
          seen.add(key);
          const changed = afterStep(trial.request, { attribute, to });
          next.push({ changes, request: changed, decision: pdp.evaluate(changed) });
        }
      }
    }
    level = next;
  }
  return found;
}

const isWithin = (part: ReadonlyMap<string, unknown>, whole: ReadonlyMap<string, unknown>): boolean =>
  [...part.keys()].every((attribute) => whole.has(attribute));

import * as z from 'zod/mini';
import type { Act } from './act.js';
import { parametersOf, restored } from './parameters.js';
import type { Finding, FlagRule, Plain, Watch } from './rule.js';

/** Minutes after which work that was announced should have ended: the longest filing of a video. */
export const INTENT_MINUTES = 15;

/** What the rule may be run with; every default is a constant of its own. */
export interface DanglingIntentParameters {
  /** Default `INTENT_MINUTES`. */
  readonly minutes: number;
}

const DEFAULTS: DanglingIntentParameters = { minutes: INTENT_MINUTES };

const schema = z.array(z.tuple([z.number(), z.number(), z.string()]));

/** An act was announced, and its outcome never came. */
export function danglingIntentRule(given: Partial<DanglingIntentParameters> = {}): FlagRule {
  const parameters = parametersOf('dangling-intent', DEFAULTS, given);
  return {
    id: 'dangling-intent',
    title: 'Intent without an outcome',
    why: 'A program broke off between an act and its outcome, or somebody stopped it: the act counts as happened.',
    parameters: { ...parameters },
    watch: (saved) => new DanglingIntent(parameters.minutes * 60_000, saved),
  };
}

class DanglingIntent implements Watch {
  readonly #patience: number;
  readonly #waiting: Map<number, [recordedAt: number, person: string]>;

  constructor(patience: number, saved: Plain | undefined) {
    this.#patience = patience;
    const waiting = saved === undefined ? [] : restored('dangling-intent', schema, saved);
    this.#waiting = new Map(waiting.map(([index, recordedAt, person]) => [index, [recordedAt, person]]));
  }

  see({ outcomeOf, person, entry: { index, leaf } }: Act): readonly Finding[] {
    if (leaf.outcome === 'intent') this.#waiting.set(index, [leaf.recordedAt, person]);
    if (outcomeOf !== undefined) this.#waiting.delete(outcomeOf);
    return [];
  }

  due(now: number): readonly Finding[] {
    const findings: Finding[] = [];
    for (const [index, [recordedAt, person]] of this.#waiting) {
      if (recordedAt + this.#patience >= now) continue;
      this.#waiting.delete(index);
      const reason = `no outcome was written within ${this.#patience / 60_000} min: the act counts as happened`;
      findings.push({
        key: `dangling-intent:${index}`,
        since: recordedAt,
        at: recordedAt,
        person,
        entries: [index],
        reason,
      });
    }
    return findings;
  }

  save(): Plain {
    return [...this.#waiting].map(([index, [recordedAt, person]]) => [index, recordedAt, person]);
  }
}

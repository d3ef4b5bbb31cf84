import * as z from 'zod/mini';
import { type BreakGlassCase, BreakGlassCases } from '../break-glass/case.js';
import type { Act } from './act.js';
import { parametersOf, restored } from './parameters.js';
import { type Finding, type FlagRule, MAX_EVIDENCE_ENTRIES, type Plain, type Watch } from './rule.js';

/** Hours within which a use of break-glass is reviewed. */
export const REVIEW_HOURS = 24;

/** What the rule may be run with; every default is a constant of its own. */
export interface BreakGlassParameters {
  /** Default `REVIEW_HOURS`. */
  readonly hours: number;
}

const DEFAULTS: BreakGlassParameters = { hours: REVIEW_HOURS };

const HOUR = 3_600_000;
// A case that nobody ever reviews is remembered this long: then its later entries are a case of their own.
const REMEMBERED = 30 * 24 * HOUR;

const schema = z.array(
  z.object({
    root: z.number(),
    recordedAt: z.number(),
    members: z.array(z.number()),
    people: z.array(z.string()),
    told: z.boolean(),
  }),
);

/** Break-glass was used and nobody else has reviewed it in time, or the one who used it reviewed it. */
export function breakGlassRule(given: Partial<BreakGlassParameters> = {}): FlagRule {
  const parameters = parametersOf('break-glass', DEFAULTS, given);
  return {
    id: 'break-glass',
    title: 'Break-glass without a review',
    why: 'Break-glass is trusted because every use is looked at by somebody else.',
    parameters: { ...parameters },
    watch: (saved) => new UnreviewedBreakGlass(parameters.hours * HOUR, saved),
  };
}

class UnreviewedBreakGlass implements Watch {
  readonly #within: number;
  readonly #cases = new BreakGlassCases();
  readonly #told = new Set<number>();

  constructor(within: number, saved: Plain | undefined) {
    this.#within = within;
    for (const { told, ...kept } of saved === undefined ? [] : restored('break-glass', schema, saved)) {
      this.#cases.restore(kept);
      if (told) this.#told.add(kept.root);
    }
  }

  see({ at, person, entry }: Act): readonly Finding[] {
    const step = this.#cases.see(entry);
    if (step?.kind !== 'review') return [];
    if (step.valid) {
      this.#told.delete(step.case.root);
      return [];
    }
    const entries = [...step.case.members.slice(0, MAX_EVIDENCE_ENTRIES - 1), entry.index];
    const reason = 'reviewed a use of break-glass that was their own: it does not count';
    return [{ key: `break-glass:self:${entry.index}`, since: entry.leaf.recordedAt, at, person, entries, reason }];
  }

  due(now: number): readonly Finding[] {
    const findings: Finding[] = [];
    for (const waiting of this.#cases.waiting) {
      const { root, recordedAt } = waiting;
      if (recordedAt + this.#within >= now) continue;
      if (!this.#told.has(root)) findings.push(this.#overdue(waiting));
      this.#told.add(root);
      if (recordedAt + this.#within + REMEMBERED >= now) continue;
      this.#cases.forget(waiting);
      this.#told.delete(root);
    }
    return findings;
  }

  #overdue({ root, recordedAt, members, people }: BreakGlassCase): Finding {
    return {
      key: `break-glass:overdue:${root}`,
      since: recordedAt,
      at: recordedAt,
      // The first of a case's people is the handle of whoever opened it.
      person: people[0]!,
      entries: members.slice(0, MAX_EVIDENCE_ENTRIES),
      reason: `a use of break-glass was not reviewed within ${this.#within / HOUR} h`,
    };
  }

  save(): Plain {
    return [...this.#cases.waiting].map(({ root, recordedAt, members, people }) => ({
      root,
      recordedAt,
      members: [...members],
      people: [...people],
      told: this.#told.has(root),
    }));
  }
}

import { addDays, addYears, lastOf } from './dates.js';
import type { RetentionClock, RetentionFact } from './rule.js';

type Facts = Readonly<Partial<Record<RetentionFact, string>>>;

/** The age from which the care of a child ends a year later, and the age from which it was the care of an adult. */
const NEARLY_ADULT = 17;
const ADULT = 18;

/** Where a record ends up by some clocks: a day, or the facts without which there is none. */
export interface Latest {
  readonly on: string | null;
  readonly missing: readonly RetentionFact[];
}

/** One clock's day; null where it does not run because what it runs from is `none`. */
function dayOf(clock: RetentionClock, facts: Facts, missing: Set<RetentionFact>): string | null {
  const start = facts[clock.from];
  if (start === undefined) missing.add(clock.from);
  if (start === undefined || start === 'none') return null;
  if ('years' in clock) return addYears(start, clock.years);
  if ('days' in clock) return addDays(start, clock.days);
  const treated = facts[clock.lastTreated];
  if (treated === undefined) missing.add(clock.lastTreated);
  const nearlyAdult = treated !== undefined && treated !== 'none' && treated >= addYears(start, NEARLY_ADULT);
  return addYears(start, nearlyAdult ? clock.age + 1 : clock.age);
}

/**
 * The latest day of all clocks: "20 years, or 10 years after death" is read as whichever is later. A fact that is not known
 * could make it later still, so then there is no day at all.
 */
export function latest(clocks: readonly RetentionClock[], facts: Facts): Latest {
  const missing = new Set<RetentionFact>();
  const days = clocks.map((clock) => dayOf(clock, facts, missing)).filter((day) => day !== null);
  // Every clock runs from something there is none of: then the kind of record does not fit its facts.
  if (days.length === 0 && missing.size === 0) for (const { from } of clocks) missing.add(from);
  return { on: missing.size > 0 ? null : lastOf(days), missing: [...missing] };
}

/** Whether clocks for children meet somebody who was treated as an adult, whose record is then an adult's as well. */
export function isAdultToo(clocks: readonly RetentionClock[], facts: Facts): boolean {
  return clocks.some((clock) => {
    if (!('lastTreated' in clock) || clock.from !== 'dateOfBirth') return false;
    const { [clock.from]: birth, [clock.lastTreated]: treated } = facts;
    return birth !== undefined && treated !== undefined && treated >= addYears(birth, ADULT);
  });
}

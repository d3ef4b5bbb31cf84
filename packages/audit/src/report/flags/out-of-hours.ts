import { clockTime, type WallClock } from '../time-zone.js';
import { parametersOf } from './parameters.js';
import { entryRule, type FlagRule } from './rule.js';

/** A turn of duty: from an instant to before another, ms since 1970. */
export interface Shift {
  readonly from: number;
  readonly until: number;
}

/** The earliest clinics open their doors at seven, minutes after midnight. */
export const DAY_BEGINS = 420;
/** The latest evening clinics are over at eight, minutes after midnight. */
export const DAY_ENDS = 1200;
/** Minutes before and after a shift that still count as on duty: handover runs over. */
export const SHIFT_GRACE = 30;

/** What the rule may be run with; every default is a constant of its own. */
export interface OutOfHoursParameters {
  /** Default `DAY_BEGINS`. */
  readonly dayBegins: number;
  /** Default `DAY_ENDS`. */
  readonly dayEnds: number;
  /** Default `SHIFT_GRACE`. */
  readonly shiftGrace: number;
}

const DEFAULTS: OutOfHoursParameters = { dayBegins: DAY_BEGINS, dayEnds: DAY_ENDS, shiftGrace: SHIFT_GRACE };

/**
 * Somebody looks at content off their rota, or, where they have none, outside the working day.
 *
 * @param clock - the trust's wall clock
 * @param rota - actor id to shifts
 * @param bankHolidays - dates such as `2026-12-25`, on that clock
 */
export function outOfHoursRule(
  clock: WallClock,
  rota: ReadonlyMap<string, readonly Shift[]> = new Map(),
  bankHolidays: ReadonlySet<string> = new Set(),
  given: Partial<OutOfHoursParameters> = {},
): FlagRule {
  const parameters = parametersOf('out-of-hours', DEFAULTS, given);
  const { dayBegins, dayEnds } = parameters;
  const grace = parameters.shiftGrace * 60_000;

  const offRota = (shifts: readonly Shift[], at: number): string | null =>
    shifts.some(({ from, until }) => at >= from - grace && at < until + grace)
      ? null
      : 'looked at content while off duty by the rota';
  const offDay = (at: number, day: string): string | null => {
    const weekday = clock.weekday(at);
    const minutes = clock.minutes(at);
    const when = `looked at content at ${clockTime(minutes)}`;
    if (bankHolidays.has(day)) return `${when} on a bank holiday`;
    if (weekday === 0 || weekday === 6) return `${when} on a ${weekday === 0 ? 'Sunday' : 'Saturday'}`;
    return minutes < dayBegins || minutes >= dayEnds ? `${when}, outside the working day` : null;
  };

  return entryRule(
    {
      id: 'out-of-hours',
      title: 'Out of hours',
      why: 'A quiet hour is when nobody looks over a shoulder. A swapped shift or a call from home is a good answer.',
      parameters: { ...parameters, timeZone: clock.timeZone, rotas: rota.size, bankHolidays: [...bankHolidays].sort() },
    },
    ({ seen, at, day, entry: { actor } }) => {
      if (!seen || actor === null) return null;
      const shifts = rota.get(actor.actor.id);
      const reason = shifts === undefined ? offDay(at, day) : offRota(shifts, at);
      return reason === null ? null : { reason };
    },
  );
}

import { DEFAULT_TIME_ZONE, wallClock } from '../time-zone.js';
import { moment } from '../words.js';

/** Hours to tell the regulator, from becoming aware of a breach (UK GDPR Article 33(1)). */
export const NOTIFY_HOURS = 72;
/** Hours from becoming aware at which the clock shows the next stage, so that somebody is called in time. */
export const STAGES: readonly number[] = [24, 48, 66];

const HOUR = 3_600_000;
const WEEKDAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];

/** Where a breach stands against the clock. Times are ISO 8601. */
export interface BreachClock {
  readonly awareAt: string;
  /** 72 hours later, as time passes: a clock that is put forward or back on the way changes nothing. */
  readonly dueAt: string;
  /** Whole hours that are left; 0 when none is. */
  readonly hoursLeft: number;
  readonly overdue: boolean;
  /** How many of the stages have passed: 0 to 3. */
  readonly stage: number;
  /** The same in plain words, on the trust's wall clock. */
  readonly words: string;
}

/**
 * The 72-hour clock of Article 33(1). It runs over nights, weekends and holidays.
 *
 * @param awareAt - when the trust became aware, ms since 1970
 * @param now - ms since 1970
 * @param timeZone - IANA name, for the words; default `Europe/London`
 * @throws RangeError when a time is no time, `awareAt` is after `now`, or the zone is unknown
 * @example
 * breachClock(Date.parse('2026-03-28T09:00:00Z'), Date.now()).words;
 */
export function breachClock(awareAt: number, now: number, timeZone: string = DEFAULT_TIME_ZONE): BreachClock {
  if (!(Number.isFinite(awareAt) && awareAt >= 0 && awareAt <= now))
    throw new RangeError('awareAt must be a time that is not after now');
  const dueAt = awareAt + NOTIFY_HOURS * HOUR;
  const overdue = now > dueAt;
  const hoursLeft = Math.max(0, Math.floor((dueAt - now) / HOUR));
  const clock = wallClock(timeZone);
  const until = `${WEEKDAYS[clock.weekday(dueAt)]} ${moment(new Date(dueAt).toISOString(), clock)}`;
  return {
    awareAt: new Date(awareAt).toISOString(),
    dueAt: new Date(dueAt).toISOString(),
    hoursLeft,
    overdue,
    stage: STAGES.filter((hours) => now >= awareAt + hours * HOUR).length,
    words: overdue
      ? `Overdue by ${hoursAndMinutes(now - dueAt)}: the 72 hours ended on ${until}. Notify now, and give the reasons for the delay.`
      : `${hoursAndMinutes(dueAt - now)} left, until ${until}.`,
  };
}

function hoursAndMinutes(ms: number): string {
  const minutes = Math.floor(ms / 60_000);
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

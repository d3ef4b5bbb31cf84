/** A wall clock: what the time is at a place, by the time zone rules that the platform knows (`Intl`). */
export interface WallClock {
  /** The zone's IANA name, such as `Europe/London`. */
  readonly timeZone: string;
  /** `2026-03-29`. */
  date(time: number): string;
  /** 0 is Sunday. */
  weekday(time: number): number;
  /** Minutes since midnight as the clock on the wall shows them: 90 is 01:30, and in October it comes twice. */
  minutes(time: number): number;
}

/** Where the NHS is. */
export const DEFAULT_TIME_ZONE = 'Europe/London';

const MINUTE = 60_000;
// Every zone's clock changes fall on a quarter of an hour of UTC.
const QUARTER = 15 * MINUTE;
// Offsets remembered: a year of quarters, some 2 MB.
const REMEMBERED = 35_136;

/**
 * The wall clock of a time zone, daylight saving included.
 *
 * @param timeZone - IANA name; default `Europe/London`
 * @throws RangeError when the platform does not know the zone
 * @example
 * wallClock().minutes(Date.parse('2026-07-01T08:30:00Z')); // 570: half past nine in London
 */
export function wallClock(timeZone: string = DEFAULT_TIME_ZONE): WallClock {
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    calendar: 'gregory',
    numberingSystem: 'latn',
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
  });
  const offsets = new Map<number, number>();

  const shown = (time: number): number => {
    const parts: Record<string, number> = {};
    for (const { type, value } of format.formatToParts(time)) parts[type] = Number(value);
    return Date.UTC(parts['year']!, parts['month']! - 1, parts['day'], parts['hour'], parts['minute']);
  };
  const offset = (time: number): number => {
    const quarter = Math.floor(time / QUARTER);
    let found = offsets.get(quarter);
    if (found === undefined) {
      found = shown(quarter * QUARTER) - quarter * QUARTER;
      if (offsets.size >= REMEMBERED) offsets.clear();
      offsets.set(quarter, found);
    }
    return found;
  };
  /** A date whose UTC fields read as the wall clock does. */
  const local = (time: number): Date => new Date(time + offset(time));
  return {
    timeZone,
    date: (time) => local(time).toISOString().slice(0, 10),
    weekday: (time) => local(time).getUTCDay(),
    minutes: (time) => local(time).getUTCHours() * 60 + local(time).getUTCMinutes(),
  };
}

/** `09:05` for 545. */
export function clockTime(minutes: number): string {
  return `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;
}

import { instant } from '../engine/time.js';

export const DAY_MS = 86_400_000;

/** How far ahead a record may be dated: the same two minutes between two honest clocks that the NHS pack allows. */
export const MAX_CLOCK_SKEW_MS = 120_000;

/** The furthest moment a Date can hold. */
const LAST_MOMENT = 8.64e15;

/** The present moment as the calling program gave it; RangeError when it is none. */
export function presentOf(now: number): number {
  if (typeof now !== 'number' || !(Math.abs(now) <= LAST_MOMENT))
    throw new RangeError('`now` is not a moment in milliseconds since 1970');
  return now;
}

/** A moment that the calling program gave as text; RangeError when it is none. */
export function momentOf(text: string, argument: string): number {
  const ms = typeof text === 'string' ? instant(text) : null;
  if (ms === null) throw new RangeError(`\`${argument}\` is not an RFC 3339 moment in UTC`);
  return ms;
}

/** A moment of a record whose shape was checked. */
export function recorded(text: string): number {
  return instant(text)!;
}

export function toText(ms: number): string {
  return new Date(ms).toISOString();
}

/** Whole days from one moment to a later one, the begun day not counted; 0 if it is not later. */
export function daysSince(from: number, now: number): number {
  return Math.max(0, Math.floor((now - from) / DAY_MS));
}

/** `3 days`, `1 day`. */
export function inDays(count: number): string {
  return `${count} ${count === 1 ? 'day' : 'days'}`;
}

/** The date of a moment as a person reads it, in UTC: `2 March 2026`. */
export function dateInWords(text: string): string {
  const date = new Date(recorded(text));
  return `${date.getUTCDate()} ${MONTHS[date.getUTCMonth()]} ${date.getUTCFullYear()}`;
}

// Not from Intl: the same words in every realm.
const MONTHS = 'January February March April May June July August September October November December'.split(' ');

import { UsageError } from '@wardseal/primitives/cli';

const DAY = 86_400;

/** Whole seconds since 1970. */
export function nowSeconds(): number {
  return Math.floor(Date.now() / 1000);
}

/** A count in an option. */
export function whole(text: string, option: string): number {
  const value = Number(text);
  if (!/^\d{1,15}$/.test(text)) throw new UsageError(`--${option} takes a whole number of at most 15 digits`);
  return value;
}

/** Seconds of so many days. */
export function days(text: string): number {
  return whole(text, 'days') * DAY;
}

/** A time in an option: seconds since 1970, or a date and time in ISO 8601 with its zone. */
export function time(text: string, option: string): number {
  if (/^\d+$/.test(text)) return whole(text, option);
  const zoned = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d)?(Z|[+-]\d\d:\d\d))?$/.test(text);
  const value = zoned ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(value))
    throw new UsageError(`--${option} takes seconds since 1970, or a time such as 2026-11-22T12:00Z`);
  return Math.floor(value / 1000);
}

/** A time for people. */
export function inWords(seconds: number): string {
  return `${new Date(seconds * 1000).toISOString().slice(0, 19)}Z`;
}

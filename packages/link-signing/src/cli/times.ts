import { UsageError } from '@wardseal/primitives/cli';

const UNITS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };

/** Whole seconds since 1970. */
export function nowSeconds(): number {
  return Math.floor(Date.now() / 1000);
}

/** A length of time in an option, in seconds: a number with its unit. */
export function duration(text: string, option: string): number {
  const [, count, unit] = /^(\d{1,9})([smhd])$/.exec(text) ?? [];
  if (count === undefined || unit === undefined)
    throw new UsageError(`--${option} takes a time with its unit, as 90s, 15m, 24h or 7d`);
  return Number(count) * UNITS[unit]!;
}

/** A moment in an option, in seconds: seconds since 1970, or a date and time in ISO 8601 with its zone. */
export function moment(text: string, option: string): number {
  if (/^\d+$/.test(text)) return whole(text, option);
  const zoned = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?(Z|[+-]\d\d:\d\d)$/.test(text);
  const value = zoned ? Date.parse(text) : Number.NaN;
  // Date.parse rolls 30 February over into March.
  const rolled = zoned && new Date(`${text.slice(0, 10)}T00:00Z`).getUTCDate() !== Number(text.slice(8, 10));
  if (Number.isNaN(value) || rolled)
    throw new UsageError(`--${option} takes seconds since 1970, or a time such as 2026-11-22T12:00Z`);
  return Math.floor(value / 1000);
}

/** A count in an option. */
export function whole(text: string, option: string): number {
  if (!/^(?:0|[1-9]\d{0,9})$/.test(text)) throw new UsageError(`--${option} takes a whole number`);
  return Number(text);
}

/** A moment for people. */
export function inWords(seconds: number): string {
  return `${new Date(seconds * 1000).toISOString().slice(0, 19)}Z`;
}

import { UsageError } from '@wardseal/primitives/cli';

const UNITS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** A length of time in an option, ms: a number with its unit. */
export function duration(text: string, option: string): number {
  const [, count, unit] = /^(\d{1,9})([smhd])$/.exec(text) ?? [];
  if (count === undefined || unit === undefined)
    throw new UsageError(`--${option} takes a time with its unit, as 90s, 15m, 24h or 7d`);
  return Number(count) * UNITS[unit]!;
}

/** A moment in an option, ms since 1970: a date, or a date and time in ISO 8601 with its zone. */
export function moment(text: string, option: string): number {
  const zoned = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,3})?)?(Z|[+-]\d\d:\d\d))?$/.test(text);
  const value = zoned ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(value)) throw new UsageError(`--${option} takes a date, or a time such as 2026-11-22T12:00Z`);
  return value;
}

/** A count in an option or an operand. */
export function whole(text: string, what: string): number {
  if (!/^(?:0|[1-9]\d{0,14})$/.test(text)) throw new UsageError(`${what} must be a whole number`);
  return Number(text);
}

/** A moment for people and programs. */
export function iso(time: number): string {
  return new Date(time).toISOString();
}

import { UsageError } from '@wardseal/primitives/cli';

/** A moment in an option, ms: a date, or a time with its zone. */
export function moment(text: string, option: string): number {
  const zoned = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,3})?)?(Z|[+-]\d\d:\d\d))?$/.test(text);
  const value = zoned ? Date.parse(text) : Number.NaN;
  // Date.parse rolls 30 February over into March.
  const rolled = zoned && new Date(`${text.slice(0, 10)}T00:00Z`).getUTCDate() !== Number(text.slice(8, 10));
  if (Number.isNaN(value) || rolled)
    throw new UsageError(`--${option} takes a date, or a time such as 2026-11-22T12:00Z`);
  return value;
}

/** The moment that is asked for, or now. */
export function momentOr(text: string | undefined, option: string): number {
  return text === undefined ? Date.now() : moment(text, option);
}

/** A moment for people and programs. */
export function iso(time: number): string {
  return new Date(time).toISOString();
}

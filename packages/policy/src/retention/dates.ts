/** Years outside of which a date is a slip: nobody alive was born before, and no period reaches beyond. */
const FIRST_YEAR = 1850;
const LAST_YEAR = 2500;

const DAY_MS = 86_400_000;

const pad = (value: number, digits: number): string => String(value).padStart(digits, '0');

const isLeap = (year: number): boolean => (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;

/** A calendar date as `YYYY-MM-DD`, of no time zone. Dates of this form compare as text. */
export function isDate(value: unknown): value is string {
  if (typeof value !== 'string' || !/^[0-9]{4}-[0-9]{2}-[0-9]{2}$/.test(value)) return false;
  const year = Number(value.slice(0, 4));
  return year >= FIRST_YEAR && year <= LAST_YEAR && new Date(`${value}T00:00:00Z`).toJSON()?.slice(0, 10) === value;
}

/** The same day so many years later. 29 February becomes 1 March in a common year: the later of the two neighbours. */
export function addYears(date: string, years: number): string {
  const year = Number(date.slice(0, 4)) + years;
  const day = date.slice(4) === '-02-29' && !isLeap(year) ? '-03-01' : date.slice(4);
  return pad(year, 4) + day;
}

export function addDays(date: string, days: number): string {
  return new Date(Date.parse(`${date}T00:00:00Z`) + days * DAY_MS).toJSON().slice(0, 10);
}

/** The last of some dates; null of none. */
export function lastOf(dates: readonly string[]): string | null {
  return [...dates].sort().at(-1) ?? null;
}

/**
 * The name of the log of a year.
 *
 * @param base - what every origin begins with
 * @param time - milliseconds since 1970; the year is that of UTC
 * @example
 * originOfYear('audit.trust.example', Date.now()); // audit.trust.example/2026
 */
export function originOfYear(base: string, time: number): string {
  return `${base}/${yearOf(time)}`;
}

/** The calendar year of a time, in UTC. */
export function yearOf(time: number): number {
  return new Date(time).getUTCFullYear();
}

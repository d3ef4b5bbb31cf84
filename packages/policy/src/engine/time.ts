const INSTANT = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d{1,3}))?Z$/;

/** An RFC 3339 moment in UTC (`Z` only, at most milliseconds, no leap second) as ms since 1970; null if it is not one. */
export function instant(text: string): number | null {
  if (text.length > 24) return null;
  const part = INSTANT.exec(text);
  if (part === null) return null;
  const [year, month, day, hour, minute, second] = part.slice(1, 7).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  if (hour > 23 || minute > 59 || second > 59) return null;
  const ms = Date.UTC(year, month - 1, day, hour, minute, second, Number((part[7] ?? '').padEnd(3, '0')));
  // Date.UTC rolls 30 February over into March and takes years below 100 for the 1900s: both must be refused.
  const back = new Date(ms);
  return back.getUTCMonth() === month - 1 && back.getUTCDate() === day && back.getUTCFullYear() === year ? ms : null;
}

/** Milliseconds in one of each unit a duration may use. */
export const UNIT_MS: ReadonlyMap<string, number> = new Map([
  ['seconds', 1_000],
  ['minutes', 60_000],
  ['hours', 3_600_000],
  ['days', 86_400_000],
]);

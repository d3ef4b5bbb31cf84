const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const CLOCK = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' });
const DATE = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric' });

/** "22 Nov 2026, 14:05" in the reader's time zone. */
export const when = (iso: string): string => `${DATE.format(new Date(iso))}, ${CLOCK.format(new Date(iso))}`;

/** How long ago, in the largest unit that is honest: "4 minutes ago", "2 days ago". */
export function ago(iso: string, now: Date): string {
  const past = now.getTime() - Date.parse(iso);
  if (past < MINUTE) return 'just now';
  const [count, unit] =
    past < HOUR
      ? [Math.floor(past / MINUTE), 'minute']
      : past < DAY
        ? [Math.floor(past / HOUR), 'hour']
        : [Math.floor(past / DAY), 'day'];
  return `${count} ${unit}${count === 1 ? '' : 's'} ago`;
}

/** Whether a picture is so old that it may not show the patient as they are (H7): from a day on. */
export const isOld = (iso: string, now: Date): boolean => now.getTime() - Date.parse(iso) >= DAY;

/** "27 Mar 1985" of a day as the record writes it: no time zone can move it. */
export const dayInWords = (day: string): string =>
  new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric', timeZone: 'UTC' }).format(
    new Date(`${day}T00:00:00Z`),
  );

/** A day as people write it (27/3/1985, 27.03.1985, 1985-03-27) as YYYY-MM-DD; null when it is in no calendar. */
export function parseDay(text: string): string | null {
  const iso = /^(\d{4})-(\d{1,2})-(\d{1,2})$/.exec(text.trim());
  const british = /^(\d{1,2})[/. -](\d{1,2})[/. -](\d{4})$/.exec(text.trim());
  const [year, month, day] = (iso?.slice(1) ?? british?.slice(1).reverse() ?? []).map(Number);
  if (year === undefined || month === undefined || day === undefined) return null;
  const date = new Date(Date.UTC(year, month - 1, day));
  const real = date.getUTCFullYear() === year && date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
  return real ? date.toISOString().slice(0, 10) : null;
}

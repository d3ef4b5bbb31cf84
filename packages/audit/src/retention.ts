/** How long one record must be kept, as the organisation's own schedule says. This package knows no period. */
export interface RetentionRecord {
  /** The rule in the organisation's schedule, such as `en.adult`. */
  readonly rule: string;
  /** The last day on which the record must be kept, `YYYY-MM-DD`; null while that is open, as during care. */
  readonly keepUntil: string | null;
  /** Where the figure comes from, and who stands by it. */
  readonly source: string;
  /** Whether the organisation confirmed the rule. An unconfirmed one never allows destruction. */
  readonly confirmed: boolean;
}

/** What the rules say together. */
export interface RetentionAnswer {
  /** Whether nothing has to be kept any longer. */
  readonly elapsed: boolean;
  /** The last day of the longest rule, `YYYY-MM-DD`; null when a rule is open or there is none. */
  readonly keepUntil: string | null;
  /** Rules that decide nothing: not confirmed, open, or not a date. Any of them means: keep. */
  readonly unsettled: readonly string[];
}

const DAY = 86_400_000;

/**
 * Whether a log entry may go: not before every record that it protects may. Several rules: the longest counts. A rule
 * that is open, unconfirmed or malformed keeps everything, and so does having no rule.
 *
 * @param records - the rules of the records that the entries are about
 * @param now - milliseconds since 1970; the last day is kept to its end in UTC
 * @returns whether all have elapsed, until when to keep, and what is unsettled
 * @example
 * const { elapsed } = retentionElapsed([{ rule: 'en.adult', keepUntil: '2034-05-01', source, confirmed: true }], Date.now());
 */
export function retentionElapsed(records: readonly RetentionRecord[], now: number): RetentionAnswer {
  const unsettled: string[] = [];
  const days: string[] = [];
  for (const { rule, keepUntil, confirmed } of records) {
    const settled = keepUntil !== null && isDay(keepUntil);
    if (settled) days.push(keepUntil);
    if (!settled || confirmed !== true) unsettled.push(rule);
  }
  // Days in this one form sort as text.
  const keepUntil = days.length === records.length ? (days.sort().at(-1) ?? null) : null;
  const elapsed = unsettled.length === 0 && keepUntil !== null && now >= Date.parse(keepUntil) + DAY;
  return { elapsed, keepUntil, unsettled };
}

function isDay(text: string): boolean {
  const time = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(text) : Number.NaN;
  // Date.parse rolls 30 February over.
  return Number.isFinite(time) && new Date(time).toISOString().slice(0, 10) === text;
}

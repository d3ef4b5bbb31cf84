import { type Clock, systemClock } from '../clock.js';
import type { LogSource } from '../log-source.js';
import type { OpenedEntry } from '../opened-entry.js';
import { flaggedEntries } from './flags/flag-event.js';
import { RULE_SET } from './flags/flag-id.js';
import { type Flag, flagger } from './flags/flagger.js';
import { type FlagRule, MAX_EVIDENCE_ENTRIES, type Plain } from './flags/rule.js';
import { flagTables } from './flags/tables.js';
import type { Report, Row } from './row.js';
import { aboutLogs, openSources, type ReportSource, showEverybody } from './source.js';

/** Lines of a report: who reads more than that reads none. What is left out is counted, and the flags stay whole. */
export const MAX_FLAG_ROWS = 10_000;

/** What `flagReport` needs. */
export interface FlagReportOptions {
  readonly sources: LogSource | readonly LogSource[];
  /** Such as `flagRules(facts)` gives. */
  readonly rules: readonly FlagRule[];
  /** Flags of acts that happened at or after, and before: ms. Entries before `from` are read all the same: rules learn from them. */
  readonly from?: number;
  readonly until?: number;
  /** IANA name of the zone in which days begin; default `Europe/London`. */
  readonly timeZone?: string;
  /** Names for the caller's own readers. */
  readonly nameOf?: (actorId: string, org: string) => string | undefined;
  /** Says what is overdue; default the computer's. */
  readonly clock?: Clock;
}

/** A flag as a report shows it. */
export interface ReportedFlag {
  readonly id: string;
  /** A rule's id, or `raised` for a flag that somebody else raised, such as the custodian. */
  readonly rule: string;
  readonly title: string;
  readonly origin: string;
  /** ISO 8601. */
  readonly at: string;
  readonly reason: string;
  /** Indices, rising, the first 500. */
  readonly entries: readonly number[];
  /** The flagged person's handle in the leaves of that log, hex. */
  readonly person?: string;
  /** Where it stands in the log as a `flag.raise` entry. */
  readonly loggedAt?: number;
}

/** What the rules found. */
export interface FlagReport extends Report {
  readonly kind: 'flags';
  readonly ruleSet: string;
  readonly rules: readonly {
    readonly id: string;
    readonly title: string;
    readonly why: string;
    readonly parameters: { readonly [name: string]: Plain };
    /** Why it did not run. */
    readonly idle?: string;
    readonly flags: number;
  }[];
  readonly flags: readonly ReportedFlag[];
}

/** Title of flags that others raised. */
const RAISED = 'Raised by others';

/**
 * Runs the rules over whole logs and shows what they found, with the entries behind each flag. Flags that others raised
 * in the log, such as the custodian's on surnames and addresses, are shown beside them.
 *
 * @param options - logs, rules, time range
 * @returns the report, for `render`
 * @throws AuditError `CHECKPOINT_INVALID` and every code of `verifyCheckpoint` when a log's checkpoint is not good;
 *   `LOG_CORRUPT`, `TILE_INVALID`, `INCLUSION_INVALID`, `SIDE_RECORD_INVALID` when a log is damaged;
 *   `KEY_STORE_FAILED`, `KEY_STORE_CORRUPT`; `STORE_FAILED`
 * @throws RangeError when two rules have one id, the zone is unknown, or no log or one log twice is given
 * @example
 * const { flags } = await flagReport({ sources, rules: flagRules({ bankHolidays }) });
 */
export async function flagReport(options: FlagReportOptions): Promise<FlagReport> {
  const now = (options.clock ?? systemClock).now();
  const sources = await openSources(options.sources);
  const flags: ReportedFlag[] = [];
  const rows: Row[] = [];
  let leftOut = 0;
  for (const source of sources) {
    const found = await flagsOf(source, options, now);
    flags.push(...found);
    leftOut += await evidenceRows(source, found, options, rows);
  }
  const { log, entries } = aboutLogs(sources);
  const rules = options.rules.map(({ id, title, why, parameters, idle }) => {
    const count = flags.filter(({ rule }) => rule === id).length;
    return { id, title, why, parameters, ...(idle !== undefined && { idle }), flags: count };
  });
  return {
    kind: 'flags',
    tablesFirst: true,
    madeAt: new Date(now).toISOString(),
    log,
    ruleSet: RULE_SET,
    summary: [
      { label: 'Flags', value: String(flags.length) },
      { label: 'Rules that ran', value: String(rules.filter(({ idle }) => idle === undefined).length) },
      { label: 'Rules that could not run', value: String(rules.filter(({ idle }) => idle !== undefined).length) },
      { label: 'Rule set', value: RULE_SET },
    ],
    rules,
    flags,
    rows,
    tables: flagTables(rules, flags, rows),
    completeness: { searched: 'replay', entries, matching: rows.length + leftOut },
    notes: notes(leftOut),
  };
}

/** All flags of one log, those of one id put together. */
async function flagsOf(source: ReportSource, options: FlagReportOptions, now: number): Promise<ReportedFlag[]> {
  const { rules, timeZone, from = 0, until = Number.POSITIVE_INFINITY } = options;
  const { origin } = source.head;
  const running = flagger(rules, { origin, ...(timeZone !== undefined && { timeZone }) });
  const titles = new Map(rules.map(({ id, title }) => [id, title]));
  const found = new Map<string, ReportedFlag>();
  const raised: { readonly id: string; readonly entry: OpenedEntry }[] = [];
  const take = (flags: readonly Flag[]): void => {
    for (const flag of flags) {
      if (flag.at < from || flag.at >= until) continue;
      const known = found.get(flag.id);
      found.set(flag.id, known ? joined(known, flag) : reported(flag, titles.get(flag.rule)!));
    }
  };
  for await (const entry of source.replay(() => true)) {
    take(running.push(entry));
    if (entry.leaf.type === 'flag.raise' && entry.actor?.object) raised.push({ id: entry.actor.object.id, entry });
  }
  take(running.settle(now));
  for (const { id, entry } of raised) {
    const known = found.get(id);
    if (known) found.set(id, { ...known, loggedAt: entry.index });
    else if (entry.actor!.occurredAt >= from && entry.actor!.occurredAt < until)
      found.set(id, raisedBefore(id, entry, origin, titles));
  }
  return [...found.values()];
}

function reported({ id, rule, origin, at, reason, entries, person }: Flag, title: string): ReportedFlag {
  return { id, rule, title, origin, at: iso(at), reason, entries, ...(person !== undefined && { person }) };
}

/** The last reason counts: it knows most. */
function joined(known: ReportedFlag, { entries, reason }: Flag): ReportedFlag {
  const all = [...new Set([...known.entries, ...entries])].sort((a, b) => a - b);
  return { ...known, reason, entries: all.slice(0, MAX_EVIDENCE_ENTRIES) };
}

function raisedBefore(
  id: string,
  { index, actor }: OpenedEntry,
  origin: string,
  titles: ReadonlyMap<string, string>,
): ReportedFlag {
  const rule = id.split('.')[0]!;
  const entries = (flaggedEntries(actor?.evidence) ?? []).filter((flagged) => flagged < index);
  return {
    id,
    rule: 'raised',
    title: `${RAISED}: ${titles.get(rule) ?? rule}`,
    origin,
    at: iso(actor!.occurredAt),
    reason: actor?.reason ?? '',
    entries,
    loggedAt: index,
  };
}

/** Adds the entries behind flags to `rows`; returns how many there was no room for. */
async function evidenceRows(
  source: ReportSource,
  flags: readonly ReportedFlag[],
  { nameOf }: FlagReportOptions,
  rows: Row[],
): Promise<number> {
  const marks = new Map<number, Set<string>>();
  for (const { entries, title } of flags)
    for (const index of entries) marks.set(index, (marks.get(index) ?? new Set()).add(title));
  if (marks.size === 0) return 0;
  let leftOut = 0;
  for await (const entry of source.places(marks.keys())) {
    if (rows.length >= MAX_FLAG_ROWS) leftOut++;
    else {
      const row = await source.row(entry, showEverybody(nameOf), { opening: true });
      rows.push({ ...row, marks: [...marks.get(entry.index)!] });
    }
  }
  return leftOut;
}

function notes(leftOut: number): string[] {
  return [
    'A flag says that somebody should look. It accuses nobody, and there is no score: each rule either fires or does not.',
    'An act that was announced counts as done, though its outcome may have failed. The clocks of those who wrote the entries are believed up to the log’s own.',
    'No flag does not mean no misuse: the rules see what was logged, and a patient reader may stay below every limit.',
    ...(leftOut > 0
      ? [`${leftOut} further entries stand behind these flags; they are named by their places only.`]
      : []),
  ];
}

function iso(time: number): string {
  return new Date(time).toISOString();
}

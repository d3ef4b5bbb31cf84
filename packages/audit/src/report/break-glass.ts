import { type Clock, systemClock } from '../clock.js';
import type { LogSource } from '../log-source.js';
import { decodeMergedFrom } from '../merge-evidence.js';
import type { OpenedEntry } from '../opened-entry.js';
import { type BreakGlassCase, BreakGlassCases } from './break-glass/case.js';
import { type ReviewOutcome, reviewOutcome } from './break-glass/review-event.js';
import { reviewTables } from './break-glass/tables.js';
import type { Report, Row, RowActor } from './row.js';
import { aboutLogs, openSources, type ReportSource, type ShowActor, showEverybody } from './source.js';

/** Hours within which a use of break-glass is to be reviewed: the next working day's start is within them. */
export const REVIEW_WITHIN_HOURS = 24;

/** What `breakGlassReport` needs. */
export interface BreakGlassOptions {
  readonly sources: LogSource | readonly LogSource[];
  /** Uses recorded at or after, and before: milliseconds since 1970. */
  readonly from?: number;
  readonly until?: number;
  /** Hours until a review is overdue, counted from when the log recorded the use. Default 24. */
  readonly withinHours?: number;
  /** Names for the caller's own readers. */
  readonly nameOf?: (actorId: string, org: string) => string | undefined;
  /** Says what is overdue; default the computer's. */
  readonly clock?: Clock;
}

/** A use of break-glass and its review. Times are ISO 8601. */
export interface ReviewedUse {
  readonly origin: string;
  /** Of its first entry; a review names it as its parent. */
  readonly index: number;
  readonly recordedAt: string;
  readonly due: string;
  readonly state: 'waiting' | 'overdue' | 'reviewed' | 'reviewed-late';
  readonly org: string;
  readonly people: readonly { readonly id?: string; readonly name?: string; readonly role?: string }[];
  /** Entries of the use: the opening and what was done under it. */
  readonly entries: readonly number[];
  readonly reason?: string;
  /** Where it stood first, when it came from an emergency journal. */
  readonly emergency?: { readonly origin: string; readonly index: number };
  readonly review?: {
    readonly index: number;
    readonly recordedAt: string;
    /** Null: the review does not say. */
    readonly outcome: ReviewOutcome | null;
    readonly reviewer: RowActor | undefined;
    readonly reason?: string;
  };
  /** Reviews by those who used it: they do not count, and each is a finding. */
  readonly selfReviews: readonly number[];
}

/** Uses of break-glass and their reviews. */
export interface BreakGlassReport extends Report {
  readonly kind: 'break-glass';
  /** In the order of their logs. */
  readonly uses: readonly ReviewedUse[];
  /** Reviews that belong to no use that waited for one. */
  readonly strayReviews: readonly { readonly origin: string; readonly index: number }[];
}

/**
 * The queue of break-glass reviews: each use, its review by somebody else, what waits and what is overdue. A review by
 * one of those who used it does not count. Use after the review is a use of its own. Purposes stand in no index, so the
 * whole log is read.
 *
 * @param options - logs, time range, hours until a review is due
 * @returns the report, for `render`
 * @throws AuditError `CHECKPOINT_INVALID` and every code of `verifyCheckpoint` when a log's checkpoint is not good;
 *   `LOG_CORRUPT`, `TILE_INVALID`, `INCLUSION_INVALID`, `SIDE_RECORD_INVALID` when a log is damaged;
 *   `KEY_STORE_FAILED`, `KEY_STORE_CORRUPT`; `STORE_FAILED`
 * @throws RangeError when `withinHours` is no number above 0, or no log or one log twice is given
 * @example
 * const { uses } = await breakGlassReport({ sources: { reader, keys, policy } });
 */
export async function breakGlassReport(options: BreakGlassOptions): Promise<BreakGlassReport> {
  const { withinHours = REVIEW_WITHIN_HOURS, from = 0, until = Number.POSITIVE_INFINITY } = options;
  if (!(withinHours > 0 && Number.isFinite(withinHours))) throw new RangeError('withinHours must be above 0');
  const now = (options.clock ?? systemClock).now();
  const sources = await openSources(options.sources);
  const found: Found = { uses: [], strayReviews: [], rows: [], matching: 0 };
  for (const source of sources) {
    const queue = new Queue(source, showEverybody(options.nameOf), withinHours * 3_600_000);
    const wanted = ({ type, purpose }: OpenedEntry['leaf']): boolean =>
      type === 'breakglass.open' || type === 'breakglass.review' || purpose === 'BTG';
    for await (const entry of source.replay(wanted)) await queue.see(entry);
    queue.close(found, now, ({ recordedAt }) => recordedAt >= from && recordedAt < until);
  }
  const { log, entries } = aboutLogs(sources);
  return {
    kind: 'break-glass',
    tablesFirst: true,
    madeAt: new Date(now).toISOString(),
    log,
    summary: summary(found),
    uses: found.uses,
    strayReviews: found.strayReviews,
    rows: found.rows,
    tables: reviewTables(found),
    completeness: { searched: 'replay', entries, matching: found.matching },
    notes: [
      `A review is due ${withinHours} h after the log recorded the use; for a use from an emergency journal, after the merge.`,
      'A review by one of those who used break-glass does not count. An intent without an outcome counts as a use.',
      'What was said to the patient or done about a use that was not justified is not in the log.',
    ],
  };
}

interface Found {
  readonly uses: ReviewedUse[];
  readonly strayReviews: { readonly origin: string; readonly index: number }[];
  readonly rows: Row[];
  matching: number;
}

interface Draft {
  readonly of: BreakGlassCase;
  readonly first: OpenedEntry;
  readonly rows: Row[];
  readonly selfReviews: number[];
  review?: NonNullable<ReviewedUse['review']>;
}

/** Collects the uses of one log. */
class Queue {
  readonly #cases = new BreakGlassCases();
  readonly #drafts = new Map<BreakGlassCase, Draft>();
  readonly #strays: Row[] = [];
  readonly #source: ReportSource;
  readonly #show: ShowActor;
  readonly #within: number;
  #matching = 0;

  /** `within`: ms until a review is due. */
  constructor(source: ReportSource, show: ShowActor, within: number) {
    this.#source = source;
    this.#show = show;
    this.#within = within;
  }

  async see(entry: OpenedEntry): Promise<void> {
    const step = this.#cases.see(entry);
    if (step === null) return;
    this.#matching++;
    const row = await this.#source.row(entry, this.#show, { opening: true });
    if (step.kind === 'stray-review') {
      this.#strays.push({ ...row, marks: ['a review of nothing that waits for one'] });
      return;
    }
    const draft = this.#drafts.get(step.case) ?? { of: step.case, first: entry, rows: [], selfReviews: [] };
    this.#drafts.set(step.case, draft);
    if (step.kind !== 'review') draft.rows.push(row);
    else if (step.valid) {
      draft.rows.push({ ...row, marks: ['the review'] });
      draft.review = reviewOf(entry, row);
    } else {
      draft.rows.push({ ...row, marks: ['a review of their own use: it does not count'] });
      draft.selfReviews.push(entry.index);
    }
  }

  close(found: Found, now: number, inRange: (of: BreakGlassCase) => boolean): void {
    const { origin } = this.#source.head;
    const drafts = [...this.#drafts.values()].filter(({ of }) => inRange(of));
    for (const draft of drafts) found.uses.push(this.#finish(draft, now));
    found.strayReviews.push(...this.#strays.map(({ index }) => ({ origin, index })));
    const rows = [...drafts.flatMap((draft) => draft.rows), ...this.#strays];
    found.rows.push(...rows.sort((a, b) => a.index - b.index));
    found.matching += this.#matching;
  }

  #finish({ of, first, rows, review, selfReviews }: Draft, now: number): ReviewedUse {
    const due = of.recordedAt + this.#within;
    const late = (review === undefined ? now : Date.parse(review.recordedAt)) > due;
    const states = { waiting: ['waiting', 'overdue'], done: ['reviewed', 'reviewed-late'] } as const;
    const merged = decodeMergedFrom(first.actor?.evidence);
    const used = rows.filter(({ index }) => of.members.includes(index));
    return {
      origin: this.#source.head.origin,
      index: of.root,
      recordedAt: new Date(of.recordedAt).toISOString(),
      due: new Date(due).toISOString(),
      state: states[review === undefined ? 'waiting' : 'done'][late ? 1 : 0],
      org: first.leaf.org,
      people: peopleIn(used),
      entries: of.members,
      ...(first.actor?.reason !== undefined && { reason: first.actor.reason }),
      ...(merged && { emergency: { origin: merged.origin, index: merged.index } }),
      ...(review && { review }),
      selfReviews,
    };
  }
}

function reviewOf({ index, actor }: OpenedEntry, row: Row): NonNullable<ReviewedUse['review']> {
  return {
    index,
    recordedAt: row.recordedAt,
    outcome: reviewOutcome(actor?.evidence),
    reviewer: row.actor,
    ...(row.reason !== undefined && { reason: row.reason }),
  };
}

function peopleIn(rows: readonly Row[]): ReviewedUse['people'] {
  const people = new Map<string, ReviewedUse['people'][number]>();
  for (const { actor } of rows) {
    if (actor === undefined || 'withheld' in actor) people.set('', {});
    else {
      const { id, name, role } = actor;
      people.set(id, { id, ...(name !== undefined && { name }), ...(role !== undefined && { role }) });
    }
  }
  return [...people.values()];
}

function summary({ uses, strayReviews }: Found): NonNullable<Report['summary']> {
  const count = (...states: readonly ReviewedUse['state'][]): string =>
    String(uses.filter(({ state }) => states.includes(state)).length);
  return [
    { label: 'Overdue', value: count('overdue') },
    { label: 'Waiting', value: count('waiting') },
    { label: 'Reviewed', value: count('reviewed', 'reviewed-late') },
    { label: 'of these late', value: count('reviewed-late') },
    { label: 'Reviews of their own use', value: String(uses.reduce((sum, use) => sum + use.selfReviews.length, 0)) },
    { label: 'Reviews of nothing that waits', value: String(strayReviews.length) },
  ];
}

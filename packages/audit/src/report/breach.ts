import { fromHex, hex } from '@wardseal/primitives';
import { type Clock, systemClock } from '../clock.js';
import type { EventType } from '../event-codes.js';
import type { LogSource } from '../log-source.js';
import type { OpenedEntry } from '../opened-entry.js';
import { Affected } from './breach/affected.js';
import { type Article33, article33, type BreachForm } from './breach/article-33.js';
import { type BreachClock, breachClock } from './breach/clock.js';
import { contains } from './breach/containment.js';
import { breachNotes } from './breach/notes.js';
import { Outcomes } from './breach/outcomes.js';
import { mergeOwners, noteOwner, type Owners, ownersElsewhere } from './breach/owners.js';
import { type BreachQuestion, checkQuestion, entriesAbout } from './breach/question.js';
import { type BreachSubject, breachSubjects, type LogCounts } from './breach/subjects.js';
import { breachTables, nameIn } from './breach/tables.js';
import { keyOf } from './breach/tally.js';
import { CONTAINMENT_TYPES, isSeen } from './entry-kinds.js';
import type { Report, Row } from './row.js';
import { aboutLogs, openSources, type ReportSource, type ShowActor, showEverybody } from './source.js';
import { wallClock } from './time-zone.js';
import { act, itemOf, moment } from './words.js';

/** Lines of a pack, some 2 kB each: what is left out is counted, and every number stays exact. */
export const MAX_BREACH_ROWS = 20_000;

// Rows whose proofs are made at once: their tiles come from a disk that answers several as fast as one.
const AT_ONCE = 32;

/** What `breachPack` needs. */
export interface BreachOptions {
  readonly sources: LogSource | readonly LogSource[];
  /** What the breach is about. */
  readonly about: BreachQuestion;
  /** When the trust became aware, ms since 1970: the 72 hours run from then. */
  readonly awareAt: number;
  /** What only people know. */
  readonly form?: BreachForm;
  /** Whether the people affected run a high risk and must be told (Article 34): the controller's decision, and why. */
  readonly highRisk?: { readonly decision: boolean; readonly reason: string };
  /** Names for the caller's own readers. */
  readonly nameOf?: (actorId: string, org: string) => string | undefined;
  /** IANA name; default `Europe/London`. */
  readonly timeZone?: string;
  /** Default the computer's. */
  readonly clock?: Clock;
}

/** A breach as the log shows it. */
export interface BreachReport extends Report {
  readonly kind: 'breach';
  readonly clock: BreachClock;
  readonly article33: Article33;
  readonly highRisk?: NonNullable<BreachOptions['highRisk']>;
  /** People who can be named, by their first disclosure. */
  readonly subjects: readonly BreachSubject[];
  /** What was done against it, as the log shows. */
  readonly containment: readonly Row[];
  /** Entries for which there was no line left. */
  readonly rowsLeftOut: number;
}

/**
 * Whom a breach touched and what to tell the regulator: given a person, items, a time or entries, the patients affected,
 * what of theirs was shown or made available, first, last and how often, what was done against it, the fields of UK GDPR
 * Article 33(3) and the 72-hour clock. Attempts that were refused or failed are lines and count for nothing; an act
 * that was announced and has no outcome counts as done.
 *
 * @param options - logs, what it is about, when the trust became aware, what people know
 * @returns the report, for `render`. It names patients by handle only; the custodian knows the names. What people still have
 *   to tell is in `article33.missing`
 * @throws AuditError `CHECKPOINT_INVALID` and every code of `verifyCheckpoint` when a log's checkpoint is not good;
 *   `LOG_CORRUPT`, `TILE_INVALID`, `INCLUSION_INVALID`, `SIDE_RECORD_INVALID` when a log is damaged;
 *   `KEY_STORE_FAILED`, `KEY_STORE_CORRUPT`; `STORE_FAILED`
 * @throws RangeError when the question asks for nothing or cannot be, `awareAt` is in the future, the zone is unknown, or
 *   no log or one log twice is given
 * @example
 * const pack = await breachPack({ sources, about: { actor: { id: 'person-17', org: 'RX1' } }, awareAt: Date.now() });
 */
export async function breachPack(options: BreachOptions): Promise<BreachReport> {
  const { about, awareAt, form = {}, highRisk, timeZone } = options;
  checkQuestion(about);
  const now = (options.clock ?? systemClock).now();
  const clock = breachClock(awareAt, now, timeZone);
  const sources = await openSources(options.sources);
  const show = showEverybody(options.nameOf);
  const parts: Part[] = [];
  for (const source of sources) {
    const others = sources.filter((one) => one !== source);
    parts.push(await new Collector(source, show).collect(about, others));
  }
  const { subjects, erased } = breachSubjects(parts);
  const containment = parts.flatMap((part) => part.containment);
  const counted = { ...counts(parts), subjects: subjects.length + erased, erasedSubjects: erased };
  const article = article33(
    { ...counted, containment: containment.map((row) => contained(row, timeZone)) },
    form,
    clock,
  );
  const rowsLeftOut = parts.reduce((sum, part) => sum + part.leftOut, 0);
  const pack = { article33: article, subjects, containment, ...(highRisk && { highRisk }) };
  const { log, searched, entries } = aboutLogs(sources);
  return {
    kind: 'breach',
    tablesFirst: true,
    madeAt: new Date(now).toISOString(),
    log,
    summary: [
      { label: '72 hours', value: clock.words },
      { label: 'People affected', value: String(article.subjects) },
      { label: 'of these erased since, not named', value: String(erased) },
      { label: 'Records', value: String(article.records) },
      { label: 'Still missing for the notification', value: article.missing.join('; ') || 'nothing' },
    ],
    clock,
    ...pack,
    rows: parts.flatMap((part) => part.rows),
    rowsLeftOut,
    tables: breachTables(pack, doers(parts, show)),
    completeness: { searched, entries, matching: parts.reduce((sum, part) => sum + part.matching, 0) },
    notes: breachNotes(article, rowsLeftOut),
  };
}

interface Part extends LogCounts {
  readonly rows: Row[];
  readonly containment: readonly Row[];
  readonly leftOut: number;
  readonly matching: number;
}

/** Collects what one log knows. */
class Collector {
  readonly #source: ReportSource;
  readonly #show: ShowActor;
  readonly #affected = new Affected();
  readonly #places = new Set<number>();
  readonly #rows: Row[] = [];
  #pending: Promise<Row>[] = [];
  #leftOut = 0;
  #matching = 0;

  constructor(source: ReportSource, show: ShowActor) {
    this.#source = source;
    this.#show = show;
  }

  async collect(about: BreachQuestion, others: readonly ReportSource[]): Promise<Part> {
    const outcomes = new Outcomes();
    for await (const entry of entriesAbout(this.#source, about)) {
      this.#matching++;
      this.#places.add(entry.index);
      const settled = outcomes.push(entry);
      if (settled !== null) await this.#add(settled);
    }
    for (const entry of outcomes.rest()) await this.#add(entry);
    await this.#finishRows();
    const containment = await this.#join(others);
    return {
      origin: this.#source.head.origin,
      affected: this.#affected,
      rows: this.#rows.sort((a, b) => a.index - b.index),
      containment,
      leftOut: this.#leftOut,
      matching: this.#matching,
    };
  }

  async #add(entry: OpenedEntry): Promise<void> {
    const disclosed = this.#affected.add(entry);
    if (this.#rows.length + this.#pending.length >= MAX_BREACH_ROWS) {
      this.#leftOut++;
      return;
    }
    const row = this.#row(entry, disclosed);
    // A failure is told by the await below; until then it must not count as one that nobody minds.
    row.catch(() => undefined);
    this.#pending.push(row);
    if (this.#pending.length >= AT_ONCE) await this.#finishRows();
  }

  async #row(entry: OpenedEntry, disclosed: boolean): Promise<Row> {
    const row = await this.#source.row(entry, this.#show, { opening: true });
    const mark = isSeen(entry.leaf.type) ? 'content was shown' : 'content was made available';
    return disclosed ? { ...row, marks: [mark] } : row;
  }

  async #finishRows(): Promise<void> {
    this.#rows.push(...(await Promise.all(this.#pending)));
    this.#pending = [];
  }

  /** A second look at the log: whose the items were, and what was done afterwards. */
  async #join(others: readonly ReportSource[]): Promise<Row[]> {
    const affected = this.#affected;
    if (affected.recordedFrom === Number.POSITIVE_INFINITY) return [];
    const handled = [...affected.items.keys()]
      .filter((item) => item !== '')
      .map((item) => ({ object: fromHex(item)!, types: ['item.handled'] as const }));
    const owners: Owners = new Map();
    const acts: OpenedEntry[] = [];
    const queries = [...handled, { types: CONTAINMENT_TYPES, from: affected.recordedFrom }];
    for await (const entry of this.#source.entries(queries)) {
      if (entry.leaf.type !== 'item.handled') acts.push(entry);
      else noteOwner(owners, hex(entry.leaf.objectHandle!), entry);
    }
    mergeOwners(owners, await ownersElsewhere(others, affected.unowned));
    for (const [item, owner] of owners) affected.own(item, owner);
    const rows: Row[] = [];
    for (const act of acts)
      if (contains(act, affected, this.#places)) rows.push(await this.#source.row(act, this.#show, { opening: true }));
    return rows;
  }
}

function counts(parts: readonly Part[]): Pick<Article33, 'recordCategories' | 'records' | 'unknownSubjects' | 'acts'> {
  const kinds = new Set<string>();
  const acts = new Map<EventType, number>();
  // An item that was seen in two years is one record.
  const records = new Set<string>();
  let unknownSubjects = 0;
  for (const { affected } of parts) {
    for (const [handle, object] of affected.objects) {
      records.add(object ? keyOf(object) : handle);
      if (object) kinds.add(object.kind);
    }
    const tallies = [...affected.subjects.values()].map(({ tally }) => tally);
    for (const tally of [...tallies, ...affected.items.values()])
      for (const [type, times] of tally.types) acts.set(type, (acts.get(type) ?? 0) + times);
    for (const { seen, shared } of affected.items.values()) unknownSubjects += seen + shared;
  }
  return {
    recordCategories: [...kinds].sort(),
    records: records.size,
    unknownSubjects,
    acts: Object.fromEntries(acts),
  };
}

function contained(row: Row, timeZone: string | undefined): string {
  const what = row.object ? `: ${itemOf(row.object)}` : '';
  return `${act(row)}${what}, ${moment(row.recordedAt, wallClock(timeZone))} (entry ${row.index})`;
}

function doers(parts: readonly Part[], show: ShowActor): string[][] {
  return parts.flatMap(({ affected }) =>
    [...affected.doers.values()].map(({ entry, times, first, last }) => {
      const actor = show(entry);
      const who = nameIn(actor ? { actor } : {});
      return [who, entry.leaf.org, String(times), new Date(first).toISOString(), new Date(last).toISOString()];
    }),
  );
}

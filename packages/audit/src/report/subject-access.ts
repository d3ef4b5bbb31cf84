import { fromBase64url } from '@wardseal/primitives';
import { type Clock, systemClock } from '../clock.js';
import type { EventType } from '../event-codes.js';
import type { LogSource } from '../log-source.js';
import type { OpenedEntry } from '../opened-entry.js';
import { ACCESS_TYPES, failed, REPORT_TYPES } from './access-types.js';
import { entriesOfSubject, settled } from './joined.js';
import type { Report, Row, RowActor } from './row.js';
import { aboutLogs, openSources, type ReportSource, showEverybody } from './source.js';

/** What a local policy says of one row: the person may be named, or why not. */
export type Disclosure = { readonly name?: string } | { readonly withheld: string };

/** What `subjectAccess` needs. */
export interface SubjectAccessOptions {
  /** The logs to search, one a year. */
  readonly sources: LogSource | readonly LogSource[];
  /** The custodian's patient handle, base64url. It appears nowhere in the report. */
  readonly subject: string;
  /** Recorded at or after, and before: milliseconds since 1970. */
  readonly from?: number;
  readonly until?: number;
  /**
   * Kinds of act to list. Default: `ACCESS_TYPES`, every act by which somebody saw, got or passed on an item, and
   * `REPORT_TYPES`, every report about the patient that was handed out.
   */
  readonly types?: readonly EventType[];
  /**
   * Whether staff are named, row by row, by local policy; the reason for withholding stands in the report.
   * Default: nobody is named.
   */
  readonly disclose?: (row: Row) => Disclosure | Promise<Disclosure>;
  /**
   * Put the opening of the actor's compartment into the proofs of rows whose person is named (default false). It shows
   * all that the entry holds of the actor, such as the address and device used.
   */
  readonly openings?: boolean;
  /** Default the computer's. */
  readonly clock?: Clock;
}

/** Who has looked at a record. */
export interface SubjectAccessReport extends Report {
  readonly kind: 'subject-access';
  /** The time asked for, ISO 8601; absent: from the first entry, to the last. */
  readonly from?: string;
  readonly until?: string;
}

const DEFAULT_TYPES: readonly EventType[] = [...ACCESS_TYPES, ...REPORT_TYPES];
const UNDECIDED = 'no decision to name staff was recorded';

/**
 * "Who has looked at my record": every access to a patient's items, in order, with role and organisation, the person
 * where local policy allows, the purpose, and the proof that the entry is in the signed log. Viewings from before it was
 * known whose item it is are included. An access that was begun and has no outcome counts as done.
 *
 * @param options - logs, patient handle, time range, and who may be named
 * @returns the report, for `render`; log `exportEvent` of it before handing it out
 * @throws AuditError `CHECKPOINT_INVALID` and every code of `verifyCheckpoint` when a log's checkpoint is not good;
 *   `LOG_CORRUPT`, `TILE_INVALID`, `INCLUSION_INVALID`, `SIDE_RECORD_INVALID` when a log is damaged: nothing is shown
 *   then; `SECRET_MISSING` when a key store does not hold the secrets of its log; `KEY_STORE_FAILED`, `KEY_STORE_CORRUPT`;
 *   `STORE_FAILED`
 * @throws RangeError when the subject is not 32 bytes of base64url, or no log or one log twice is given
 * @example
 * const report = await subjectAccess({ sources: { reader, keys, policy }, subject: handle });
 */
export async function subjectAccess(options: SubjectAccessOptions): Promise<SubjectAccessReport> {
  const { from, until, types = DEFAULT_TYPES, disclose, clock = systemClock } = options;
  const handle = fromBase64url(options.subject);
  if (handle?.length !== 32) throw new RangeError('subject must be 32 bytes as base64url');
  const sources = await openSources(options.sources);
  const notes: string[] = [];
  const rows: Row[] = [];
  let [matching, others, early] = [0, 0, 0];
  for (const { source, entries, joined, known } of await entriesOfSubject(sources, handle)) {
    if (!known && entries.length === 0)
      notes.push(
        `The log ${source.head.origin} holds nothing that can be linked to this record, or it was erased there.`,
      );
    const inTime = entries.filter(
      ({ leaf }) => leaf.recordedAt >= (from ?? 0) && leaf.recordedAt < (until ?? Infinity),
    );
    const wanted = inTime.filter(({ leaf }) => types.includes(leaf.type));
    matching += wanted.length;
    others += inTime.length - wanted.length;
    for (const entry of settled(wanted)) {
      if (joined.has(entry.index)) early++;
      rows.push(await disclosedRow(source, entry, disclose, options.openings ?? false));
    }
  }
  const { log, searched, entries } = aboutLogs(sources);
  return {
    kind: 'subject-access',
    madeAt: new Date(clock.now()).toISOString(),
    ...(from !== undefined && { from: new Date(from).toISOString() }),
    ...(until !== undefined && { until: new Date(until).toISOString() }),
    log,
    summary: summaryOf(rows, from, until),
    rows,
    completeness: { searched, entries, matching },
    notes: [...notes, ...standingNotes({ matching, shown: rows.length, others, early })],
  };
}

function summaryOf(
  rows: readonly Row[],
  from: number | undefined,
  until: number | undefined,
): NonNullable<Report['summary']> {
  const period = [
    { label: 'From', value: from === undefined ? 'the beginning of the log' : new Date(from).toISOString() },
    { label: 'Until', value: until === undefined ? 'the end of the log' : new Date(until).toISOString() },
  ];
  return [
    ...period,
    { label: 'Entries', value: String(rows.length) },
    { label: 'Of these in an emergency', value: String(rows.filter(({ breakGlass }) => breakGlass).length) },
    { label: 'Of these refused or without success', value: String(rows.filter(failed).length) },
  ];
}

async function disclosedRow(
  source: ReportSource,
  entry: OpenedEntry,
  disclose: SubjectAccessOptions['disclose'],
  openings: boolean,
): Promise<Row> {
  const full = await source.row(entry, showEverybody());
  const decision = disclose ? await disclose(full) : { withheld: UNDECIDED };
  if ('withheld' in decision) return { ...full, actor: withheld(full.actor, decision.withheld) };
  const named = withName(full, decision.name);
  return openings ? { ...named, ...(await withOpening(source, entry)) } : named;
}

function withName(row: Row, name: string | undefined): Row {
  if (name === undefined || row.actor === undefined || 'withheld' in row.actor) return row;
  return { ...row, actor: { ...row.actor, name } };
}

/** The role stays: who acted for what kind of reason is the patient's to know, the person is local policy. */
function withheld(actor: RowActor | undefined, reason: string): RowActor {
  const { kind, role } = actor ?? {};
  return {
    withheld: actor && 'withheld' in actor ? actor.withheld : reason,
    ...(kind !== undefined && { kind }),
    ...(role !== undefined && { role }),
  };
}

async function withOpening(source: ReportSource, entry: OpenedEntry): Promise<Pick<Row, 'proof'>> {
  const { proof } = await source.row(entry, showEverybody(), { opening: true });
  return proof === undefined ? {} : { proof };
}

function standingNotes(counts: { matching: number; shown: number; others: number; early: number }): string[] {
  const notes: string[] = [];
  if (counts.matching > counts.shown)
    notes.push('Where the start and the outcome of one act were recorded apart, they are shown as one line.');
  if (counts.early > 0)
    notes.push(
      `${counts.early} ${counts.early === 1 ? 'line is' : 'lines are'} from before it was recorded whose item it is.`,
    );
  if (counts.others > 0)
    notes.push(
      `${counts.others} further ${counts.others === 1 ? 'entry is' : 'entries are'} about upkeep, such as expiry or filing marks, and show no access.`,
    );
  notes.push(
    'The proofs show time, kind of act, outcome, purpose and organisation. Persons, roles and items are the word of the organisation.',
    'This shows what the log recorded. It cannot show an access that went round the system, such as a photograph of a screen.',
  );
  return notes;
}

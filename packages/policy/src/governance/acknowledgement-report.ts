import { moment, object, oneOf } from '../check/shape.js';
import { PolicyError, step } from '../errors.js';
import type { Acknowledgement } from './acknowledgement.js';
import { stateOf } from './acknowledgement-of.js';
import { checkRegister } from './check-register.js';
import { judged, type NotCounted, type ShownTexts } from './counting.js';
import { dateInWords, daysSince, inDays, presentOf, recorded, toText } from './moments.js';
import { bounded, read, title } from './records.js';
import type { Register } from './register.js';
import { everInForce, inForceAt } from './required-version.js';
import { identifier } from './shapes.js';

/** Most people of one report: larger than any trust. */
export const MAX_PEOPLE = 100_000;

/** Somebody whom the policy binds, from the directory. */
export interface StaffMember {
  readonly id: string;
  readonly department: string;
  /** Only `active` people are counted. */
  readonly status: 'active' | 'suspended' | 'left';
  /** When they began; nobody waits longer than they have been there. RFC 3339, UTC. */
  readonly since?: string;
}

const person = object({
  id: identifier,
  department: title,
  status: oneOf('active', 'suspended', 'left'),
  'since?': moment,
});

/** Somebody who has not acknowledged what binds them. */
export interface Waiting {
  readonly subject: string;
  /** `grace` may go on until `dueBy`; `due` may not. */
  readonly state: 'grace' | 'due';
  readonly acknowledged: number | 'none';
  /** Since when it is asked of them. */
  readonly since: string;
  /** Whole days since then. */
  readonly days: number;
  readonly dueBy?: string;
}

export interface DepartmentReport {
  readonly department: string;
  readonly people: number;
  readonly acknowledged: number;
  /** `acknowledged / people`, 0 to 1. */
  readonly rate: number;
  /** Longest first. */
  readonly waiting: readonly Waiting[];
}

/** Format `acknowledgement-report/0`. */
export interface AcknowledgementReport {
  readonly format: 'acknowledgement-report/0';
  readonly policy: string;
  /** The version in force; null when none is, and then nobody has acknowledged it. */
  readonly version: number | null;
  readonly digest: string | null;
  readonly at: string;
  readonly people: number;
  readonly acknowledged: number;
  /** Null when nobody is bound. */
  readonly rate: number | null;
  /** By name. */
  readonly departments: readonly DepartmentReport[];
  /** Records that were left out, and why: a sign that a text was changed behind its version, or of a wrong clock. */
  readonly notCounted: readonly { readonly subject: string; readonly version: number; readonly why: NotCounted }[];
  readonly lines: readonly string[];
}

export interface AcknowledgementReportOptions {
  readonly acknowledgements: readonly Acknowledgement[];
  readonly people: readonly StaffMember[];
  /** Milliseconds since 1970, as of `Date.now()`. */
  readonly now: number;
  /** As in `acknowledgementOf`. */
  readonly texts?: ShownTexts;
}

/**
 * Who has not acknowledged the policy, by department, and for how long: as each would stand who signed in now.
 *
 * @returns plain JSON, with the same in plain English as `lines`.
 * @throws PolicyError `REGISTER_INVALID`, `DOCUMENT_INVALID`, `UNKNOWN_FIELD`, `DOCUMENT_TOO_LARGE`, `DUPLICATE_ID` (somebody twice).
 * @throws RangeError when `now` is no moment.
 * @example
 * ```ts
 * acknowledgementReport(register, { acknowledgements, people, now: Date.now() }).departments[0]?.rate; // 0.93
 * ```
 */
export function acknowledgementReport(
  register: Register,
  { acknowledgements, people, now, texts }: AcknowledgementReportOptions,
): AcknowledgementReport {
  checkRegister(register);
  presentOf(now);
  const records = judged(register, acknowledgements, { texts, now });
  const counted = new Map<string, number[]>();
  for (const { record, fault } of records)
    if (fault === null) counted.set(record.subject, [...(counted.get(record.subject) ?? []), record.version]);
  const past = everInForce(register, now);
  const current = inForceAt(past, now)?.entry ?? null;
  const departments = new Map<string, { people: number; waiting: Waiting[] }>();
  for (const { id, department, since } of bound(people)) {
    const group = departments.get(department) ?? { people: 0, waiting: [] };
    departments.set(department, group);
    group.people += 1;
    const standing = stateOf(past, counted.get(id) ?? [], { signedIn: now, now });
    const { state, acknowledged, dueBy } = standing;
    if (state === 'current') continue;
    const asked = Math.max(
      standing.since === undefined ? now : recorded(standing.since),
      since === undefined ? 0 : recorded(since),
    );
    const days = daysSince(asked, now);
    group.waiting.push({ subject: id, state, acknowledged, since: toText(asked), days, ...(dueBy && { dueBy }) });
  }
  const rows = [...departments]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([department, group]) => {
      const waiting = group.waiting.sort((a, b) => b.days - a.days || (a.subject < b.subject ? -1 : 1));
      const acknowledged = group.people - waiting.length;
      return { department, people: group.people, acknowledged, rate: acknowledged / group.people, waiting };
    });
  const total = rows.reduce((sum, each) => sum + each.people, 0);
  const acknowledged = rows.reduce((sum, each) => sum + each.acknowledged, 0);
  const report = {
    format: 'acknowledgement-report/0' as const,
    policy: register.id,
    version: current?.version ?? null,
    digest: current?.digest ?? null,
    at: toText(now),
    people: total,
    acknowledged,
    rate: total === 0 ? null : acknowledged / total,
    departments: rows,
    notCounted: records.flatMap(({ record: { subject, version }, fault }) =>
      fault === null ? [] : [{ subject, version, why: fault }],
    ),
  };
  return { ...report, lines: linesOf(report) };
}

function bound(people: readonly StaffMember[]): readonly StaffMember[] {
  const ids = new Set<string>();
  return bounded(people, MAX_PEOPLE, '/people').flatMap((each, i) => {
    const path = step('/people', i);
    const member = read<StaffMember>(each, person, path);
    if (ids.has(member.id)) throw new PolicyError('DUPLICATE_ID', step(path, 'id'), `\`${member.id}\` is there twice`);
    ids.add(member.id);
    return member.status === 'active' ? [member] : [];
  });
}

const percent = (rate: number): string => `${Math.floor(rate * 100)}%`;

function linesOf(report: Omit<AcknowledgementReport, 'lines'>): readonly string[] {
  const { policy, version, people, acknowledged, rate, departments, notCounted } = report;
  if (version === null) return [`No version of ${policy} is in force`];
  const head = `${acknowledged} of ${people} people have acknowledged ${policy} version ${version}`;
  return [
    rate === null ? head : `${head} (${percent(rate)})`,
    ...departments.flatMap(({ department, waiting, ...each }) => [
      `${department}: ${each.acknowledged} of ${each.people} (${percent(each.rate)})`,
      ...waiting.map(
        ({ subject, state, days, dueBy }) =>
          `  ${subject}: asked ${inDays(days)} ago, ${state === 'due' ? 'stopped until they do' : `has until ${dateInWords(dueBy!)}`}`,
      ),
    ]),
    ...(notCounted.length === 0 ? [] : [`${notCounted.length} records do not count`]),
  ];
}

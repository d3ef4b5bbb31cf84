import { fromBase64url } from '@wardseal/primitives';
import { type Clock, systemClock } from '../clock.js';
import { actorHandle, objectHandle } from '../log-keys.js';
import type { LogSource } from '../log-source.js';
import type { OpenedEntry } from '../opened-entry.js';
import { ACCESS_TYPES, failed } from './access-types.js';
import { entriesOfSubject, settled } from './joined.js';
import type { Report, ReportTable, Row } from './row.js';
import { aboutLogs, openSources, type ReportSource, showEverybody } from './source.js';

/** Somebody who could open something, from directory and policy: the log knows only what was done. */
export interface Entitlement {
  readonly actor: string;
  /** ODS code. */
  readonly org: string;
  /** From, and to before: milliseconds since 1970. No `until`: still. */
  readonly from: number;
  readonly until?: number;
  /** Why, in plain words: `member of plastics on call`. */
  readonly why: string;
  /** Only this item; absent: everything that the report is about. */
  readonly object?: { readonly kind: string; readonly id: string };
}

/** What an exposure report is about: a patient, one item, several (as those of a case), or one person. */
export type ExposureOf =
  | { readonly subject: string }
  | { readonly object: { readonly kind: string; readonly id: string } }
  | { readonly objects: readonly { readonly kind: string; readonly id: string }[] }
  | { readonly actor: { readonly id: string; readonly org: string } };

/** What `exposure` needs. */
export interface ExposureOptions {
  readonly sources: LogSource | readonly LogSource[];
  readonly of: ExposureOf;
  /** Who could, as directory and policy say. */
  readonly could: readonly Entitlement[];
  /** Recorded at or after, and before: milliseconds since 1970. */
  readonly from?: number;
  readonly until?: number;
  /** Names for the caller's own readers. */
  readonly nameOf?: (actorId: string, org: string) => string | undefined;
  readonly clock?: Clock;
}

/** One entitlement, and what came of it. */
export interface Exposed extends Entitlement {
  /** Acts that happened, or were begun without an outcome. */
  readonly did: number;
  /** ISO 8601. */
  readonly first?: string;
  readonly last?: string;
}

/** Who could, who did. */
export interface ExposureReport extends Report {
  readonly kind: 'exposure';
  readonly couldAndDid: readonly Exposed[];
  readonly couldAndDidNot: readonly Exposed[];
  /** Acts that no entitlement covers: each is a finding. */
  readonly didWithoutCould: readonly Row[];
}

/** The mark of a row that no entitlement covers. */
export const WITHOUT_RIGHT = 'Nobody is on record as having allowed this';

/**
 * Who could see it, and who did: joins what directory and policy allowed with what the log recorded.
 *
 * @param options - logs, what it is about, who could
 * @returns the report; `didWithoutCould` holds acts that no entitlement covers
 * @throws AuditError as `subjectAccess`
 * @throws RangeError when the subject is not 32 bytes of base64url, or an entitlement ends before it begins
 * @example
 * const report = await exposure({ sources, of: { object: { kind: 'item', id: 'item-42' } }, could });
 */
export async function exposure(options: ExposureOptions): Promise<ExposureReport> {
  const { could, nameOf, clock = systemClock } = options;
  for (const { from, until } of could)
    if (until !== undefined && !(until >= from)) throw new RangeError('an entitlement ends before it begins');
  const sources = await openSources(options.sources);
  const rows: Row[] = [];
  const times: number[] = [];
  let matching = 0;
  for (const [source, found] of await entriesOf(sources, options.of)) {
    const inTime = found.filter(
      ({ leaf }) =>
        ACCESS_TYPES.includes(leaf.type) &&
        leaf.recordedAt >= (options.from ?? 0) &&
        leaf.recordedAt < (options.until ?? Number.POSITIVE_INFINITY),
    );
    matching += inTime.length;
    for (const entry of settled(inTime)) {
      rows.push(await source.row(entry, showEverybody(nameOf), { opening: true }));
      times.push(entry.leaf.recordedAt);
    }
  }
  const joined = join(rows, times, could);
  const { log, searched, entries } = aboutLogs(sources);
  const marked = rows.map((row, i) => (joined.strays.has(i) ? { ...row, marks: [WITHOUT_RIGHT] } : row));
  const couldAndDid = joined.exposed.filter(({ did }) => did > 0);
  const couldAndDidNot = joined.exposed.filter(({ did }) => did === 0);
  return {
    kind: 'exposure',
    madeAt: new Date(clock.now()).toISOString(),
    log,
    summary: [
      { label: 'Could and did', value: String(couldAndDid.length) },
      { label: 'Could and did not', value: String(couldAndDidNot.length) },
      { label: 'Did without anybody on record as having allowed it', value: String(joined.strays.size) },
    ],
    couldAndDid,
    couldAndDidNot,
    didWithoutCould: marked.filter((_, i) => joined.strays.has(i)),
    rows: marked,
    tables: [
      entitlements('Could and did', couldAndDid, nameOf),
      entitlements('Could and did not', couldAndDidNot, nameOf),
    ],
    completeness: { searched, entries, matching },
    notes: [
      'Who could is what directory and policy gave to this report; who did is what the log recorded.',
      'Attempts that were refused or failed are listed as lines and do not count as done.',
    ],
  };
}

async function entriesOf(
  sources: readonly ReportSource[],
  of: ExposureOf,
): Promise<(readonly [source: ReportSource, entries: readonly OpenedEntry[]])[]> {
  if ('subject' in of) {
    const handle = fromBase64url(of.subject);
    if (handle?.length !== 32) throw new RangeError('subject must be 32 bytes as base64url');
    return (await entriesOfSubject(sources, handle)).map(({ source, entries }) => [source, entries]);
  }
  return Promise.all(sources.map(async (source) => [source, await entriesOfOne(source, of)] as const));
}

async function entriesOfOne(
  source: ReportSource,
  of: Exclude<ExposureOf, { readonly subject: string }>,
): Promise<OpenedEntry[]> {
  const secret = await source.keys.existingLog();
  if (secret === null) return [];
  const query =
    'actor' in of
      ? { actor: actorHandle(secret, of.actor.org, of.actor.id) }
      : { objects: ('object' in of ? [of.object] : of.objects).map((object) => objectHandle(secret, object)) };
  const found: OpenedEntry[] = [];
  for await (const entry of source.entries([query])) found.push(entry);
  return found;
}

function join(
  rows: readonly Row[],
  times: readonly number[],
  could: readonly Entitlement[],
): { exposed: Exposed[]; strays: ReadonlySet<number> } {
  const acts = could.map((): number[] => []);
  const strays = new Set<number>();
  for (const [i, row] of rows.entries()) {
    if (failed(row)) continue;
    let covered = false;
    for (const [n, entitlement] of could.entries()) {
      if (!covers(entitlement, row, times[i]!)) continue;
      acts[n]!.push(times[i]!);
      covered = true;
    }
    if (!covered) strays.add(i);
  }
  const exposed = could.map((entitlement, n) => {
    const mine = acts[n]!;
    if (mine.length === 0) return { ...entitlement, did: 0 };
    return { ...entitlement, did: mine.length, first: iso(Math.min(...mine)), last: iso(Math.max(...mine)) };
  });
  return { exposed, strays };
}

function covers({ actor, org, from, until, object }: Entitlement, row: Row, time: number): boolean {
  return (
    row.org === org &&
    row.actor !== undefined &&
    'id' in row.actor &&
    row.actor.id === actor &&
    time >= from &&
    time < (until ?? Number.POSITIVE_INFINITY) &&
    (object === undefined || (object.kind === row.object?.kind && object.id === row.object.id))
  );
}

const ENTITLED = ['Person', 'Why', 'Item', 'Allowed from', 'Allowed until'];

function entitlements(title: string, list: readonly Exposed[], nameOf: ExposureOptions['nameOf']): ReportTable {
  const done = list.some(({ did }) => did > 0);
  return {
    title,
    columns: [...ENTITLED, ...(done ? ['Times', 'First', 'Last'] : [])],
    rows: list.map(({ actor, org, why, object, from, until, did, first, last }) => [
      `${nameOf?.(actor, org) ?? actor}, ${org}`,
      why,
      object ? `${object.kind} ${object.id}` : 'all',
      from === 0 ? 'always' : iso(from),
      until === undefined ? 'still' : iso(until),
      ...(done ? [String(did), first ?? '', last ?? ''] : []),
    ]),
  };
}

function iso(time: number): string {
  return new Date(time).toISOString();
}

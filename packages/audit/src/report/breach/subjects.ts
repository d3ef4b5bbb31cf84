import type { EventType } from '../../event-codes.js';
import type { Affected } from './affected.js';
import { keyOf, Tally } from './tally.js';

/** One person whose data was touched: a line of the list of people to write to. Times are ISO 8601. */
export interface BreachSubject {
  /** The custodian's patient handle, base64url: the custodian turns it into a name and an address. */
  readonly handle: string;
  /** The newest blob that only guardians can open, base64url, untouched. */
  readonly sealed?: string;
  /** Times that content was shown. */
  readonly seen: number;
  /** Times that content was made available, as by sending it or by a link. */
  readonly shared: number;
  readonly first: string;
  readonly last: string;
  readonly types: { readonly [type in EventType]?: number };
  /** What was touched; an item whose entries cannot be opened any more is counted in `unnamedObjects`. */
  readonly objects: readonly { readonly kind: string; readonly id: string }[];
  readonly unnamedObjects: number;
  readonly entries: readonly { readonly origin: string; readonly indices: readonly number[] }[];
}

/** One log's counts. */
export interface LogCounts {
  readonly origin: string;
  readonly affected: Affected;
}

/** People of all logs, by handle, in the order in which they were first touched; and how many more were erased. */
export function breachSubjects(logs: readonly LogCounts[]): {
  readonly subjects: readonly BreachSubject[];
  readonly erased: number;
} {
  const people = new Map<string, { sealed: string | undefined; tally: Tally; entries: BreachSubject['entries'] }>();
  let erased = 0;
  for (const { origin, affected } of logs)
    for (const { handle, sealed, tally } of affected.subjects.values()) {
      if (handle === null) {
        erased++;
        continue;
      }
      const found = people.get(handle) ?? { sealed: undefined, tally: new Tally(), entries: [] };
      found.tally.merge(tally);
      const indices = [...tally.entries].sort((a, b) => a - b);
      people.set(handle, {
        sealed: sealed ?? found.sealed,
        tally: found.tally,
        entries: [...found.entries, { origin, indices }],
      });
    }
  const subjects = [...people].map(([handle, { sealed, tally, entries }]): BreachSubject => {
    const objects = [...tally.objects.values()];
    const named = new Map(objects.flatMap((object) => (object ? [[keyOf(object), object] as const] : [])));
    return {
      handle,
      ...(sealed !== undefined && { sealed }),
      seen: tally.seen,
      shared: tally.shared,
      first: new Date(tally.first).toISOString(),
      last: new Date(tally.last).toISOString(),
      types: Object.fromEntries([...tally.types].sort(([a], [b]) => (a < b ? -1 : 1))),
      objects: [...named.values()],
      unnamedObjects: objects.filter((object) => object === null).length,
      entries,
    };
  });
  return { subjects: subjects.sort(byFirst), erased };
}

function byFirst(a: BreachSubject, b: BreachSubject): number {
  if (a.first !== b.first) return a.first < b.first ? -1 : 1;
  return a.handle < b.handle ? -1 : 1;
}

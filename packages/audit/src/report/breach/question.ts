import { actorHandle, objectHandle } from '../../log-keys.js';
import type { OpenedEntry } from '../../opened-entry.js';
import type { EntryQuery } from '../../store/store.js';
import { happenedAt } from '../flags/act.js';
import type { ReportSource } from '../source.js';

/** Objects of one breach: more is a breach of a whole store, which is asked for by time or actor. */
export const MAX_OBJECTS = 10_000;

/** Hours after it happened that an entry may be written and still be found by its time. Outboxes deliver in seconds. */
export const WRITTEN_WITHIN_HOURS = 24;

/** What a breach is about. An entry belongs to it when it fits every part of actor, objects and time, or is listed. */
export interface BreachQuestion {
  readonly actor?: { readonly id: string; readonly org: string };
  readonly objects?: readonly { readonly kind: string; readonly id: string }[];
  /** Happened or recorded at or after, and before: ms since 1970. */
  readonly from?: number;
  readonly until?: number;
  /** Further entries, by log and place, such as those behind a flag. */
  readonly entries?: readonly { readonly origin: string; readonly index: number }[];
}

/** Throws RangeError when a question asks for nothing, or what cannot be. */
export function checkQuestion({ actor, objects, from, until, entries }: BreachQuestion): void {
  const asked = [actor, objects, from, until, entries];
  if (asked.every((part) => part === undefined))
    throw new RangeError('a breach needs an actor, objects, a time or entries');
  if (objects !== undefined && (objects.length === 0 || objects.length > MAX_OBJECTS))
    throw new RangeError(`a breach is about 1 to ${MAX_OBJECTS} objects`);
  for (const time of [from, until])
    if (time !== undefined && !(Number.isFinite(time) && time >= 0))
      throw new RangeError('from and until must be times');
  if (from !== undefined && until !== undefined && until <= from) throw new RangeError('until must be after from');
  for (const { index } of entries ?? [])
    if (!Number.isSafeInteger(index) || index < 0) throw new RangeError('an entry is named by its place');
}

/** The entries of one log that a question asks for, in the order of the log. */
export async function* entriesAbout(source: ReportSource, question: BreachQuestion): AsyncGenerator<OpenedEntry> {
  const { actor, objects, from, until, entries = [] } = question;
  const listed = new Set(entries.filter(({ origin }) => origin === source.head.origin).map(({ index }) => index));
  const wide = [actor, objects, from, until].some((part) => part !== undefined);
  const queries = wide ? await queriesOf(source, question) : [];
  const found = source.entries(queries)[Symbol.asyncIterator]();
  const others = source.places(listed)[Symbol.asyncIterator]();
  // Both rise by index: two streams become one, each entry once.
  let [left, right] = [await found.next(), await others.next()];
  let last = -1;
  while (!left.done || !right.done) {
    const fromLeft = right.done || (!left.done && left.value.index <= right.value.index);
    const entry = (fromLeft ? left.value : right.value) as OpenedEntry;
    if (fromLeft) left = await found.next();
    else right = await others.next();
    if (entry.index === last || (fromLeft && !listed.has(entry.index) && !inTime(entry, question))) continue;
    last = entry.index;
    yield entry;
  }
}

/** What to ask the log: its index knows when an entry was recorded, which may be later than it happened. */
async function queriesOf(source: ReportSource, question: BreachQuestion): Promise<EntryQuery[]> {
  const { actor, objects, from, until } = question;
  const secret = await source.keys.existingLog();
  if (secret === null) return [];
  const who = actor && { actor: actorHandle(secret, actor.org, actor.id) };
  const whats = objects?.map((object) => ({ object: objectHandle(secret, object) })) ?? [{}];
  const started = from === undefined ? {} : { from };
  return whats.flatMap((what): EntryQuery[] => {
    const base = { ...who, ...what };
    if (until === undefined) return [{ ...base, ...started }];
    return [
      { ...base, ...started, until: until + WRITTEN_WITHIN_HOURS * 3_600_000 },
      // What an emergency journal held came into the log with its merge, however late.
      { ...base, types: ['breakglass.open'], from: until },
    ];
  });
}

function inTime(entry: OpenedEntry, { from = 0, until = Number.POSITIVE_INFINITY }: BreachQuestion): boolean {
  return [entry.leaf.recordedAt, happenedAt(entry)].some((time) => time >= from && time < until);
}

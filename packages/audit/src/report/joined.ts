import { hex } from '@wardseal/primitives';
import { objectHandle } from '../log-keys.js';
import type { OpenedEntry } from '../opened-entry.js';
import type { ReportSource } from './source.js';

interface ItemName {
  readonly kind: string;
  readonly id: string;
}

/** What one log holds about a subject. */
export interface SubjectEntries {
  readonly source: ReportSource;
  /** In the log's order. */
  readonly entries: readonly OpenedEntry[];
  /** Indices of those that do not carry the subject's handle, and are about an item of the subject all the same. */
  readonly joined: ReadonlySet<number>;
  /** Whether the log holds a secret of that subject. If not, nothing was logged about it by name, or it was erased. */
  readonly known: boolean;
}

/** What an item's last `item.handled` entry of one log says. */
interface Owner {
  readonly recordedAt: number;
  readonly mine: boolean;
}

/**
 * Every entry about a subject: those that carry its handle, and those about its items that carry none or, from before a
 * correction, another living subject's. A viewing may come before the custodian has read whose picture it is; it then
 * carries the object only, and an `item.handled` entry says later whose it was, perhaps in the next year's log. Where an
 * item was handled twice, the last one counts.
 *
 * @param handle - the custodian's patient handle P, 32 bytes
 * @returns one for each source, in their order
 */
export async function entriesOfSubject(
  sources: readonly ReportSource[],
  handle: Uint8Array,
): Promise<readonly SubjectEntries[]> {
  const logs: { source: ReportSource; mine: string | null; own: OpenedEntry[] }[] = [];
  const items = new Map<string, ItemName>();
  for (const source of sources) {
    const subject = await source.keys.existingSubject(handle);
    const own: OpenedEntry[] = [];
    for await (const entry of source.entries(subject ? [{ subject: subject.leafHandle }] : [])) own.push(entry);
    for (const { leaf, actor } of own)
      if (leaf.type === 'item.handled' && leaf.outcome === 'success' && actor?.object)
        items.set(`${actor.object.kind}\0${actor.object.id}`, actor.object);
    logs.push({ source, mine: subject && hex(subject.leafHandle), own });
  }
  const owners = new Map<string, Owner>();
  const abouts: Map<string, OpenedEntry[]>[] = [];
  for (const { source, mine } of logs) {
    const about = await aboutItems(source, items);
    for (const [item, entries] of about) {
      const last = entries.findLast(isHandling)?.leaf;
      if (last === undefined || last.recordedAt < (owners.get(item)?.recordedAt ?? 0)) continue;
      owners.set(item, { recordedAt: last.recordedAt, mine: hex(last.subjectHandle!) === mine });
    }
    abouts.push(about);
  }
  return logs.map(({ source, mine, own }, i) => {
    const others = [...abouts[i]!]
      .filter(([item]) => owners.get(item)?.mine)
      .flatMap(([, entries]) => entries)
      // What carries the handle of an erased subject stays apart: joining it would undo the erasure.
      .filter(({ leaf, subject }) => !leaf.subjectHandle || (subject && hex(leaf.subjectHandle) !== mine));
    const entries = [...own, ...others].sort((a, b) => a.index - b.index);
    return { source, entries, joined: new Set(others.map(({ index }) => index)), known: mine !== null };
  });
}

/** The entries of one log about some items, by item. */
async function aboutItems(
  source: ReportSource,
  items: ReadonlyMap<string, ItemName>,
): Promise<Map<string, OpenedEntry[]>> {
  const found = new Map<string, OpenedEntry[]>();
  const secret = items.size > 0 ? await source.keys.existingLog() : null;
  if (secret === null) return found;
  const objects = new Map([...items].map(([item, name]) => [item, objectHandle(secret, name)]));
  const names = new Map([...objects].map(([item, object]) => [hex(object), item]));
  for await (const entry of source.entries([{ objects: [...objects.values()] }])) {
    const item = names.get(hex(entry.leaf.objectHandle!))!;
    const known = found.get(item);
    if (known) known.push(entry);
    else found.set(item, [entry]);
  }
  return found;
}

function isHandling({ leaf }: OpenedEntry): boolean {
  return leaf.type === 'item.handled' && leaf.outcome === 'success' && leaf.subjectHandle !== undefined;
}

/** Entries with their outcomes: an intent that an outcome of the same kind follows is told by the outcome alone. */
export function settled(entries: readonly OpenedEntry[]): OpenedEntry[] {
  const answered = new Set<string>();
  for (const { leaf } of entries)
    if (leaf.outcome !== 'intent' && leaf.parent !== undefined) answered.add(`${leaf.parent} ${leaf.type}`);
  return entries.filter(({ leaf, index }) => leaf.outcome !== 'intent' || !answered.has(`${index} ${leaf.type}`));
}

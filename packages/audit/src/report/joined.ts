import { hex } from '@wardseal/primitives';
import { objectHandle } from '../log-keys.js';
import type { OpenedEntry } from '../opened-entry.js';
import type { ReportSource } from './source.js';

/**
 * Every entry about a subject in one log: those that carry its handle, and those about its items from before the handle
 * was known. A viewing may come before the custodian has read whose picture it is; it then carries the object only, and
 * an `item.handled` entry says later whose it was. Where an item was handled twice, as after a correction, the last one
 * counts.
 *
 * @param handle - the custodian's patient handle P, 32 bytes
 * @returns null when the log holds no secret of that subject: nothing was logged, or it was erased
 */
export async function entriesOfSubject(source: ReportSource, handle: Uint8Array): Promise<OpenedEntry[] | null> {
  const subject = await source.keys.existingSubject(handle);
  const logSecret = await source.keys.existingLog();
  if (subject === null || logSecret === null) return null;
  const own: OpenedEntry[] = [];
  for await (const entry of source.entries([{ subject: subject.leafHandle }])) own.push(entry);
  const items = new Map<string, Uint8Array>();
  for (const { leaf, actor } of own)
    if (leaf.type === 'item.handled' && leaf.outcome === 'success' && actor?.object)
      items.set(hex(leaf.objectHandle!), objectHandle(logSecret, actor.object));
  const early = new Map<number, OpenedEntry>();
  const owners = new Map<string, string>();
  for await (const entry of source.entries(items.size === 0 ? [] : [{ objects: [...items.values()] }])) {
    const { leaf, index } = entry;
    if (leaf.type === 'item.handled' && leaf.outcome === 'success' && leaf.subjectHandle)
      owners.set(hex(leaf.objectHandle!), hex(leaf.subjectHandle));
    if (leaf.subjectHandle === undefined) early.set(index, entry);
  }
  const mine = hex(subject.leafHandle);
  const joined = [...early.values()].filter(({ leaf }) => owners.get(hex(leaf.objectHandle!)) === mine);
  return [...own, ...joined].sort((a, b) => a.index - b.index);
}

/** Entries with their outcomes: an intent that an outcome of the same kind follows is told by the outcome alone. */
export function settled(entries: readonly OpenedEntry[]): OpenedEntry[] {
  const answered = new Set<string>();
  for (const { leaf } of entries)
    if (leaf.outcome !== 'intent' && leaf.parent !== undefined) answered.add(`${leaf.parent} ${leaf.type}`);
  return entries.filter(({ leaf, index }) => leaf.outcome !== 'intent' || !answered.has(`${index} ${leaf.type}`));
}

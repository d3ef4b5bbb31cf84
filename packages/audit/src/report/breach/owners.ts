import { hex } from '@wardseal/primitives';
import { objectHandle } from '../../log-keys.js';
import type { OpenedEntry } from '../../opened-entry.js';
import type { ReportSource } from '../source.js';
import type { ItemName } from './tally.js';

/** The last `item.handled` entry of each item, by whatever the items are known by. */
export type Owners = Map<string, OpenedEntry>;

/** Takes the next entry of one log: of several about one item the last counts, by its place. */
export function noteOwner(owners: Owners, item: string, handled: OpenedEntry): void {
  if (handled.leaf.outcome === 'success' && handled.leaf.subjectHandle !== undefined) owners.set(item, handled);
}

/** Adds what another log says of the same items: of two logs the later word counts, by their clocks. */
export function mergeOwners(owners: Owners, more: Owners): void {
  for (const [item, handled] of more)
    if (handled.leaf.recordedAt >= (owners.get(item)?.leaf.recordedAt ?? 0)) owners.set(item, handled);
}

/** Whose some items are by the word of other logs: what was seen in December may be handled in January. */
export async function ownersElsewhere(
  others: readonly ReportSource[],
  items: ReadonlyMap<string, ItemName>,
): Promise<Owners> {
  const owners: Owners = new Map();
  if (items.size === 0) return owners;
  for (const source of others) {
    const secret = await source.keys.existingLog();
    if (secret === null) continue;
    const handles = new Map([...items].map(([item, name]) => [item, objectHandle(secret, name)]));
    const names = new Map([...handles].map(([item, handle]) => [hex(handle), item]));
    const query = { objects: [...handles.values()], types: ['item.handled'] as const };
    const said: Owners = new Map();
    for await (const entry of source.entries([query]))
      noteOwner(said, names.get(hex(entry.leaf.objectHandle!))!, entry);
    mergeOwners(owners, said);
  }
  return owners;
}

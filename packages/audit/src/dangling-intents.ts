import type { Leaf } from './leaf.js';

/** An entry by its place and its leaf: an `OpenedEntry` is one. */
export interface PlacedLeaf {
  readonly index: number;
  readonly leaf: Leaf;
}

/**
 * The intents that no outcome follows. The work may have been done: **they count as happened** until an outcome of the
 * same type names them as its parent.
 *
 * @param entries - the log's entries in their order, such as `readOpened` gives; read to the end before the first answer
 * @returns the intents left over, in the log's order. One whose work is still running is among them: look at
 *   `leaf.recordedAt`
 * @example
 * for await (const { index } of danglingIntents(entries)) unsettled.push(index);
 */
export async function* danglingIntents<T extends PlacedLeaf>(
  entries: AsyncIterable<T> | Iterable<T>,
): AsyncGenerator<T, void, undefined> {
  const open = new Map<number, T>();
  for await (const entry of entries) {
    const { outcome, parent, type } = entry.leaf;
    if (outcome === 'intent') open.set(entry.index, entry);
    // A review of an intent is no outcome of it.
    else if (parent !== undefined && open.get(parent)?.leaf.type === type) open.delete(parent);
  }
  yield* open.values();
}

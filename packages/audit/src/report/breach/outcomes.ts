import type { OpenedEntry } from '../../opened-entry.js';

/**
 * Holds each intent back until its outcome comes, so that one act is counted once and as it ended. What no outcome
 * follows counts as happened.
 */
export class Outcomes {
  readonly #intents = new Map<number, OpenedEntry>();

  /** The next entry; returns what is settled by it. */
  push(entry: OpenedEntry): OpenedEntry | null {
    const { outcome, parent, type } = entry.leaf;
    if (outcome === 'intent') {
      this.#intents.set(entry.index, entry);
      return null;
    }
    // Only an outcome of the same kind of act answers an intent: a review of it does not.
    if (parent !== undefined && this.#intents.get(parent)?.leaf.type === type) this.#intents.delete(parent);
    return entry;
  }

  /** The intents that were never answered. */
  rest(): Iterable<OpenedEntry> {
    return this.#intents.values();
  }
}

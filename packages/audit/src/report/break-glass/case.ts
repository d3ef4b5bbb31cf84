import { base64url, hex, sha256, utf8 } from '@wardseal/primitives';
import type { OpenedEntry } from '../../opened-entry.js';
import { failed } from '../access-types.js';

/** A use of break-glass that waits for its review: the opening and every entry that followed from it. */
export interface BreakGlassCase {
  /** Index of its first entry. */
  readonly root: number;
  /** When the log recorded that, ms: reviews are due from then. */
  readonly recordedAt: number;
  /** Indices of its entries, rising. */
  readonly members: number[];
  /** Whoever used it: leaf handles and hashed ids, so that a kept state holds no name. */
  readonly people: string[];
}

/** What an entry means for break-glass. */
export type BreakGlassStep =
  | { readonly kind: 'opened' | 'used'; readonly case: BreakGlassCase }
  /** `valid`: somebody else's; the case is closed by it. Otherwise by one who used it: it counts for nothing. */
  | { readonly kind: 'review'; readonly valid: boolean; readonly case: BreakGlassCase }
  /** A review of nothing that waits: its parent is no use of break-glass, or was reviewed before. */
  | { readonly kind: 'stray-review' };

/**
 * Follows uses of break-glass to their reviews. A case is an entry of type `breakglass.open` or purpose BTG, and all
 * such entries whose parent links lead to it. A review names any of them as its parent, comes from somebody who used
 * none of them, and covers what was before it: use after the review is a case of its own.
 */
export class BreakGlassCases {
  readonly #waiting = new Map<number, BreakGlassCase>();
  readonly #caseOf = new Map<number, BreakGlassCase>();

  /** The cases without a review, oldest first. */
  get waiting(): Iterable<BreakGlassCase> {
    return this.#waiting.values();
  }

  /** Takes the next entry of the log; null when it has nothing to do with break-glass. */
  see(entry: OpenedEntry): BreakGlassStep | null {
    if (entry.leaf.type === 'breakglass.review') return this.#review(entry);
    if (!isBreakGlassUse(entry)) return null;
    const { parent, recordedAt } = entry.leaf;
    const known = parent === undefined ? undefined : this.#caseOf.get(parent);
    const found = known ?? { root: entry.index, recordedAt, members: [], people: [] };
    found.members.push(entry.index);
    for (const person of peopleOf(entry)) if (!found.people.includes(person)) found.people.push(person);
    this.#waiting.set(found.root, found);
    this.#caseOf.set(entry.index, found);
    return { kind: known ? 'used' : 'opened', case: found };
  }

  #review(entry: OpenedEntry): BreakGlassStep | null {
    const { parent, outcome } = entry.leaf;
    // A review that was announced or failed is none yet.
    if (outcome === 'intent' || failed(entry.leaf)) return null;
    const found = parent === undefined ? undefined : this.#caseOf.get(parent);
    if (found === undefined) return { kind: 'stray-review' };
    const valid = !peopleOf(entry).some((person) => found.people.includes(person));
    if (valid) this.forget(found);
    return { kind: 'review', valid, case: found };
  }

  /** Drops a case: what follows from it is then a case of its own. */
  forget(closed: BreakGlassCase): void {
    this.#waiting.delete(closed.root);
    for (const member of closed.members) this.#caseOf.delete(member);
  }

  /** Takes up a case that was kept. */
  restore(kept: BreakGlassCase): void {
    this.#waiting.set(kept.root, kept);
    for (const member of kept.members) this.#caseOf.set(member, kept);
  }
}

/** Whether an entry is a use of break-glass: not a refusal, not a failure, not the review itself. */
export function isBreakGlassUse({ leaf }: OpenedEntry): boolean {
  if (leaf.type === 'breakglass.review' || leaf.type === 'auth.fail' || failed(leaf)) return false;
  return leaf.type === 'breakglass.open' || leaf.purpose === 'BTG';
}

/** An entry's people, comparable but not readable: the handle in the leaf, and ids where the side record is open. */
export function peopleOf({ leaf, actor }: OpenedEntry): string[] {
  const ids = actor === null ? [] : [actor.actor.id, ...(actor.onBehalfOf === undefined ? [] : [actor.onBehalfOf])];
  return [hex(leaf.actorHandle), ...ids.map((id) => base64url(sha256(utf8(`person\0${id}`)).subarray(0, 16)))];
}

import { type FactTest, otherFact } from '../condition.js';
import type { Request } from '../decision.js';
import { own } from '../engine/facts.js';
import { factOf } from './fact.js';

/** Most kinds of entries (by what the rules ask about them) of which every mixture is tried: at most 15. */
const MAX_KINDS = 4;

/** The positions of a list that a step may keep. */
export interface Kept {
  readonly keep: readonly number[];
}

/**
 * Shorter lists that the rules can tell from the one that was sent: entries are told apart only by what the rules ask
 * about them. The longest come first, and within a length the earliest entries.
 */
export function shorterLists(request: Request, attribute: string, tests: readonly FactTest[]): readonly Kept[] {
  const list = factOf(request, attribute);
  if (!Array.isArray(list)) return [];
  const kinds = new Map<string, number[]>();
  list.forEach((entry: unknown, i) => {
    const kind = tests.map((test) => (answers(test, attribute, entry, request) ? '1' : '0')).join('');
    kinds.set(kind, [...(kinds.get(kind) ?? []), i]);
  });
  const groups = [...kinds.values()];
  const whole = 2 ** Math.min(groups.length, MAX_KINDS) - 1;
  // With more kinds than that, the rarest ones are left out together.
  const shown = groups.toSorted((a, b) => b.length - a.length).slice(0, MAX_KINDS);
  const lists: Kept[] = [];
  for (let mask = 1; mask <= whole; mask += 1) {
    const keep = shown
      .filter((_, i) => (mask & (1 << i)) !== 0)
      .flat()
      .sort((a, b) => a - b);
    if (keep.length < list.length) lists.push({ keep });
  }
  return lists.sort((a, b) => b.keep.length - a.keep.length || a.keep.findIndex((at, i) => at !== b.keep[i]));
}

function answers(test: FactTest, attribute: string, entry: unknown, request: Request): boolean {
  const value = own(entry, test.attribute.slice(attribute.length + 1));
  const values: readonly unknown[] = Array.isArray(value) ? value : [value];
  const other = otherFact(test);
  const wanted: unknown = other === undefined ? test.operand : factOf(request, other);
  return [wanted].flat().some((each) => values.includes(each));
}

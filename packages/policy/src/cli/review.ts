import type { PolicyDocument } from '../document.js';
import { instant } from '../engine/time.js';

const DAY = 86_400_000;

/** How a policy stands to its review date. */
export interface Review {
  readonly by: string | null;
  readonly state: 'due' | 'overdue' | 'none';
  /** Whole days until it is due; below 0 since it was. */
  readonly days: number | null;
  /** False when it is overdue, or when a policy that people are to live by has no date. */
  readonly inOrder: boolean;
}

/** The review of a policy as of a moment; the decision point warns from the same one on. */
export function reviewOf({ reviewBy, status }: PolicyDocument, now: number): Review {
  const due = reviewBy === undefined ? null : instant(reviewBy);
  const binds = status === 'approved' || status === 'in-force';
  if (reviewBy === undefined || due === null) return { by: null, state: 'none', days: null, inOrder: !binds };
  const overdue = now >= due;
  const days = overdue ? Math.ceil((due - now) / DAY) : Math.floor((due - now) / DAY);
  return { by: reviewBy, state: overdue ? 'overdue' : 'due', days: days + 0, inOrder: !overdue };
}

/** The same as one line. */
export function reviewInWords({ by, state, days, inOrder }: Review): string {
  const count = Math.abs(days ?? 0);
  const length = `${count} ${count === 1 ? 'day' : 'days'}`;
  if (state === 'none') return inOrder ? 'review      no date yet' : 'review      NO DATE, though it is to be lived by';
  return state === 'overdue'
    ? `review      OVERDUE for ${length}, since ${by}`
    : `review      due in ${length}, by ${by}`;
}

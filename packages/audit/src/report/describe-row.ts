import type { Row } from './row.js';
import { wallClock } from './time-zone.js';
import { act, itemOf, moment, why } from './words.js';

/** One row of a report in the words of `render`, for a page of the caller's own. Every field is plain text. */
export interface DescribedRow {
  /** `1 July 2026, 09:05 BST`. */
  readonly when: string;
  /** The name, else the id; who may not be named is `withheld`. */
  readonly who: string;
  /** Empty where none is recorded. */
  readonly role: string;
  /** What was done, and how it went where it did not go well. */
  readonly done: string;
  /** Empty where there is none. */
  readonly item: string;
  readonly why: string;
}

/**
 * What a row says, in the words that `render` writes.
 *
 * @param row - of any report
 * @param options - `timeZone`, an IANA name; default `Europe/London`
 * @throws RangeError when the platform does not know the zone
 * @example
 * const { when, who, done } = describeRow(report.rows[0]);
 */
export function describeRow(row: Row, { timeZone }: { readonly timeZone?: string } = {}): DescribedRow {
  const { actor, object } = row;
  const named = actor !== undefined && 'id' in actor ? (actor.name ?? actor.id) : 'withheld';
  return {
    when: moment(row.recordedAt, wallClock(timeZone)),
    who: actor === undefined ? '' : named,
    role: actor?.role ?? '',
    done: act(row),
    item: object ? itemOf(object) : '',
    why: why(row),
  };
}

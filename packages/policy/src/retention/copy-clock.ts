import { moment, object, oneOf, type Shape, text } from '../check/shape.js';
import { instant } from '../engine/time.js';
import { plain } from '../plain.js';
import type { Hold } from './input.js';

/** How long a copy that the record has outlives its case: over a weekend, for second thoughts. */
export const AFTER_CLOSING_HOURS = 72;

/** What the record has acknowledged of an item: when, and the digest of the bytes it holds. */
export interface Acknowledged {
  /** RFC 3339, UTC. */
  readonly at: string;
  readonly digest: string;
}

/** A copy of ours, beside the record. */
export interface CopyState {
  /** Digest of our bytes. */
  readonly digest: string;
  /** `none`: the record has not acknowledged it. */
  readonly filed: Acknowledged | 'none';
  /** When the record acknowledged the advice; `none`: not yet; `no-advice`: nobody gave any. */
  readonly adviceFiledAt: string;
  /** When the case was closed; `none`: it is open. */
  readonly caseClosedAt: string;
  readonly hold: Hold | 'none';
}

export interface CopyClock {
  /** `transfer`: the record holds the same bytes. `sole`: as far as is known nobody else has it. */
  readonly copy: 'transfer' | 'sole';
  /** Whose clock runs: ours, or `retention` of the record this copy stands for. */
  readonly clock: 'transfer' | 'record';
  /** RFC 3339: from this moment on the copy may be destroyed. Null: not yet, whatever the time. */
  readonly disposableFrom: string | null;
  readonly reason: 'record-has-it' | 'not-filed' | 'record-differs' | 'advice-not-filed' | 'case-open' | 'on-hold';
}

const orWord =
  (...words: readonly string[]): Shape =>
  (value, path) => {
    if (!words.includes(value as string)) moment(value, path);
  };
const acknowledged = object({ at: moment, digest: text(1, 200) });
const shape = object({
  digest: text(1, 200),
  filed: (value, path) => (value === 'none' ? undefined : acknowledged(value, path)),
  adviceFiledAt: orWord('none', 'no-advice'),
  caseClosedAt: orWord('none'),
  hold: oneOf('none', 'legal', 'inquiry', 'incident'),
});

/**
 * Which of two clocks a copy runs by. Once the record has acknowledged the same bytes and the advice, ours is a transfer copy
 * and may go at the later of that moment and the closing of the case plus 72 hours. Until then it is the only copy: viewing
 * may end, but the bytes are kept for the record's whole period, and somebody should be told.
 *
 * @throws PolicyError `DOCUMENT_INVALID` or `UNKNOWN_FIELD`: every field must be said.
 * @example
 * ```ts
 * copyClock({ digest, filed: 'none', adviceFiledAt: 'no-advice', caseClosedAt: '2026-03-02T09:00:00Z', hold: 'none' });
 * // { copy: 'sole', clock: 'record', disposableFrom: null, reason: 'not-filed' }
 * ```
 */
export function copyClock(state: CopyState): CopyClock {
  const asked = plain(state) as CopyState;
  shape(asked, '');
  const { digest, filed, adviceFiledAt, caseClosedAt, hold } = asked;
  if (filed === 'none') return { copy: 'sole', clock: 'record', disposableFrom: null, reason: 'not-filed' };
  if (filed.digest !== digest) return { copy: 'sole', clock: 'record', disposableFrom: null, reason: 'record-differs' };
  const kept = { copy: 'transfer', clock: 'transfer', disposableFrom: null } as const;
  if (hold !== 'none') return { ...kept, reason: 'on-hold' };
  // Advice that is not in the record yet makes what it speaks of part of the only copy of that advice.
  if (adviceFiledAt === 'none')
    return { copy: 'sole', clock: 'record', disposableFrom: null, reason: 'advice-not-filed' };
  if (caseClosedAt === 'none') return { ...kept, reason: 'case-open' };
  const advised = adviceFiledAt === 'no-advice' ? 0 : instant(adviceFiledAt)!;
  const from = Math.max(instant(filed.at)!, advised, instant(caseClosedAt)! + AFTER_CLOSING_HOURS * 3_600_000);
  return { ...kept, disposableFrom: new Date(from).toISOString(), reason: 'record-has-it' };
}

import type { Leaf } from '../leaf.js';
import type { Checkpoint } from '../verify-checkpoint.js';

/** A log's clock may be this far off the witnesses' clocks, ms. */
export const MAX_SKEW = 2000;
// Witnesses stamp whole seconds.
const SECOND = 1000;

/**
 * Holds the times that a log gives its entries against the times at which witnesses signed. An entry below a cosignature
 * was there when it was made; an entry that came after the checkpoint seen before was not there when that was signed.
 */
export class ClockCheck {
  readonly #maxSkew: number;
  readonly #earliest: number;
  readonly #latest: number;
  #last = 0;

  constructor(before: Checkpoint | null, now: Checkpoint, maxSkew: number) {
    this.#maxSkew = maxSkew;
    // The oldest word of either is the safest: a slow witness stamps late.
    this.#earliest = oldest(before);
    this.#latest = oldest(now);
  }

  /** What is wrong with an entry's time, or null. */
  fault({ recordedAt }: Pick<Leaf, 'recordedAt'>): string | null {
    const last = this.#last;
    this.#last = recordedAt;
    if (this.#latest > 0 && recordedAt > this.#latest + SECOND + this.#maxSkew)
      return 'the entry is dated after a witness had seen it';
    if (recordedAt < this.#earliest - this.#maxSkew)
      return 'the entry is dated before a witness saw the log without it';
    return recordedAt < last - this.#maxSkew ? 'the entry is dated before the one in front of it' : null;
  }
}

function oldest(checkpoint: Checkpoint | null): number {
  const times = (checkpoint?.cosignatures ?? []).map(({ timestamp }) => timestamp).filter((time) => time > 0);
  return times.length > 0 ? Math.min(...times) : 0;
}

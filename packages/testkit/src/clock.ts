/** A clock that moves only when a test moves it. `now` is milliseconds since 1970, as `Date.now` gives. */
export interface FakeClock {
  /** The present moment, ms. Bound: it can be handed over as a bare function. */
  readonly now: () => number;
  /** Moves on by a number of ms (negative: a clock set back) and returns the new moment. */
  readonly advance: (ms: number) => number;
  /** Jumps to a moment, ms or an ISO date, and returns it. */
  readonly set: (moment: number | string) => number;
}

function finite(ms: number): number {
  if (!Number.isFinite(ms)) throw new RangeError('a clock needs a finite number of milliseconds');
  return ms;
}

/** A fake clock, started at a moment in ms or an ISO date (2026-03-01T09:00:00Z unless given). */
export function fakeClock(start: number | string = '2026-03-01T09:00:00Z'): FakeClock {
  const moment = (at: number | string): number => finite(typeof at === 'string' ? Date.parse(at) : at);
  let present = moment(start);
  return {
    now: () => present,
    advance: (ms) => {
      present = finite(present + ms);
      return present;
    },
    set: (at) => {
      present = moment(at);
      return present;
    },
  };
}

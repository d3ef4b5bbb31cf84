import { TILE_CHIPS } from '../code/tile.js';
import { CHIP } from '../grid.js';

/** Places at which the tiles of a video stand in turn. */
const PHASES = 8;
/** Seconds from the begin of one phase to that of the next: a five-second cut shows at least one whole. */
const PHASE_SECONDS = 4;
/** Seconds, the last of a phase, in which it fades into the next: nothing changes by more than a level between frames. */
const FADE_SECONDS = 1;

/** How far the tiles of each phase are shifted, in canonical pixels. No two phases share a column or a row of chips. */
export const SHIFTS: readonly (readonly [x: number, y: number])[] = Array.from(
  { length: PHASES },
  (_, k) => [CHIP * ((24 * k) % TILE_CHIPS), CHIP * ((40 * k) % TILE_CHIPS)] as const,
);

/** One phase, and its amplitude from 0 to 1. */
export interface Part {
  readonly phase: number;
  readonly weight: number;
}

/** The phases that a frame shows: one, or two while the first fades into the second. Their weights sum to one. */
export function phasesAt(time: number): readonly Part[] {
  const turn = Math.floor(time / PHASE_SECONDS);
  const phase = turn % PHASES;
  const fading = (time - turn * PHASE_SECONDS - (PHASE_SECONDS - FADE_SECONDS)) / FADE_SECONDS;
  if (fading <= 0) return [{ phase, weight: 1 }];
  return [
    { phase, weight: 1 - fading },
    { phase: (phase + 1) % PHASES, weight: fading },
  ];
}

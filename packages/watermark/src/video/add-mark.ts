import type { Pixels, Plane } from '../image.js';
import { addResidual } from '../residual.js';
import { type Pattern, UNIT } from './phase-planes.js';

/** What is added to a frame. */
export interface Mark {
  /** Amplitude by cell, in luma levels of 0 to 255. */
  readonly strength: Plane;
  readonly pattern: Pattern;
  /** Levels of the samples for one level of luma. */
  readonly gain: number;
  /** Fills the strengths (0 to 1) that regions allow in one row. */
  readonly strengths: ((y: number, out: Float32Array) => void) | undefined;
}

/** A copy of the frame with the mark, and the squared changes of its colour samples. */
export function addMark(
  pixels: Pixels,
  channels: number,
  { strength, pattern, gain, strengths }: Mark,
): ReturnType<typeof addResidual> {
  const sign = (exact: Float32Array, y: number): void => shape(exact, pattern, y * pixels.width);
  return addResidual(pixels, channels, strength, gain * UNIT, strengths, sign);
}

/** Gives a row of amplitudes the pattern's signs. */
function shape(exact: Float32Array, [first, second]: Pattern, from: number): void {
  const { plane, weight } = first!;
  if (second === undefined) {
    for (let x = 0; x < exact.length; x++) exact[x]! *= plane[from + x]!;
    return;
  }
  for (let x = 0; x < exact.length; x++) {
    exact[x]! *= weight * plane[from + x]! + second.weight * second.plane[from + x]!;
  }
}

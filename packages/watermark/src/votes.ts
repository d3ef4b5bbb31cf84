import { explain } from './explain.js';
import { blur, boxMean } from './filters.js';
import { withoutGratings } from './gratings.js';
import type { Plane } from './image.js';
import { CHIP_KERNEL } from './pattern.js';

/** Radius of the window over which the difference's noise is measured, in canonical pixels. */
const NOISE_RADIUS = 7;
/** A pixel counts for at most this many deviations: captions and scratches must not shout. */
const CLIP = 3;
/** Least noise, in squared luma levels: rounding alone makes a twelfth. */
const LEAST_NOISE = 0.25;

/**
 * What remains of a registered suspect when the original is taken away, as a vote of each canonical pixel: how much it
 * speaks for +1, weighted by the strength the mark had there and by the noise around it.
 */
export function votesOf(original: Plane, suspect: Plane, inside: Uint8Array, mask: Plane): Plane {
  const { width, height } = original;
  const difference = withoutGratings(explain(original, suspect, inside), width, height);
  const squares = new Float32Array(difference.length);
  for (let i = 0; i < squares.length; i++) squares[i] = difference[i]! * difference[i]!;
  const noise = boxMean({ data: squares, width, height }, NOISE_RADIUS);
  const votes = new Float32Array(squares.length);
  for (let i = 0; i < votes.length; i++) {
    if (inside[i] === 0) continue;
    const deviation = Math.sqrt(noise.data[i]! + LEAST_NOISE);
    const clipped = Math.max(-CLIP, Math.min(CLIP, difference[i]! / deviation));
    votes[i] = (clipped * mask.data[i]!) / deviation;
  }
  return blur({ data: votes, width, height }, CHIP_KERNEL);
}

import { TILE_AREA, TILE_CHIPS } from './code/tile.js';
import { explain } from './explain.js';
import { blur, boxMean } from './filters.js';
import { CHIP } from './grid.js';
import type { Plane } from './image.js';
import { CHIP_KERNEL } from './pattern.js';

/** Radius of the window over which the difference's noise is measured, in canonical pixels. */
const NOISE_RADIUS = 7;
/** A pixel counts for at most this many deviations: captions and scratches must not shout. */
const CLIP = 3;
/** Least noise, in squared luma levels: rounding alone makes a twelfth. */
const LEAST_NOISE = 0.25;

/**
 * What remains of a registered suspect when the original is taken away, folded into one tile: for each chip the sum of
 * everything that speaks for +1, weighted by the strength the mark had there and by the noise around it.
 */
export function foldDifference(
  original: Plane,
  suspect: Plane,
  inside: Uint8Array,
  mask: Plane,
): Float64Array<ArrayBuffer> {
  const { width, height } = original;
  const difference = explain(original, suspect, inside);
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
  return foldVotes(blur({ data: votes, width, height }, CHIP_KERNEL));
}

/** Sums a plane of votes over chips and tiles. */
export function foldVotes(votes: Plane): Float64Array<ArrayBuffer> {
  const { width, height } = votes;
  const tile = new Float64Array(TILE_AREA);
  for (let y = 0; y < height; y++) {
    const row = (Math.floor(y / CHIP) % TILE_CHIPS) * TILE_CHIPS;
    for (let x = 0; x < width; x++) tile[row + (Math.floor(x / CHIP) % TILE_CHIPS)]! += votes.data[y * width + x]!;
  }
  return tile;
}

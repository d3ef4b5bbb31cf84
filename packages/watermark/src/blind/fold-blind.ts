import { boxMean } from '../filters.js';
import { TILE } from '../grid.js';
import type { Plane } from '../image.js';

/** A picture whitened for a mark of fine chips: local mean gone, local contrast even, outliers cut. */
export function whiten(luma: Plane): Plane {
  const mean = boxMean(luma, 2);
  const high = new Float32Array(luma.data.length);
  const squares = new Float32Array(high.length);
  for (let i = 0; i < high.length; i++) {
    high[i] = luma.data[i]! - mean.data[i]!;
    squares[i] = high[i]! * high[i]!;
  }
  const spread = boxMean({ data: squares, width: luma.width, height: luma.height }, 6);
  for (let i = 0; i < high.length; i++) {
    // Half a level of spread is rounding: flat areas stay quiet.
    const value = high[i]! / Math.sqrt(spread.data[i]! + 0.25);
    high[i] = Math.max(-2, Math.min(2, value));
  }
  return { data: high, width: luma.width, height: luma.height };
}

/** Folds a whitened picture into one tile of 128 x 128, for tiles of a given side and turn. */
export function foldTiles(flat: Plane, side: number, turn: number): Float64Array {
  const tile = new Float64Array(TILE * TILE);
  const weights = new Float64Array(TILE * TILE);
  const cos = (Math.cos(turn) * TILE) / side;
  const sin = (Math.sin(turn) * TILE) / side;
  for (let y = 0; y < flat.height; y++) {
    let u = cos * 0.5 + sin * (y + 0.5) - 0.5;
    let v = -sin * 0.5 + cos * (y + 0.5) - 0.5;
    for (let x = 0; x < flat.width; x++, u += cos, v -= sin) {
      const value = flat.data[y * flat.width + x]!;
      const i = Math.floor(u);
      const j = Math.floor(v);
      const fx = u - i;
      const fy = v - j;
      const left = i & (TILE - 1);
      const right = (i + 1) & (TILE - 1);
      const top = (j & (TILE - 1)) * TILE;
      const bottom = ((j + 1) & (TILE - 1)) * TILE;
      tile[top + left]! += value * (1 - fx) * (1 - fy);
      tile[top + right]! += value * fx * (1 - fy);
      tile[bottom + left]! += value * (1 - fx) * fy;
      tile[bottom + right]! += value * fx * fy;
      weights[top + left]! += (1 - fx) * (1 - fy);
      weights[top + right]! += fx * (1 - fy);
      weights[bottom + left]! += (1 - fx) * fy;
      weights[bottom + right]! += fx * fy;
    }
  }
  for (let k = 0; k < tile.length; k++) tile[k] = tile[k]! / Math.sqrt(weights[k]! + 1);
  return tile;
}

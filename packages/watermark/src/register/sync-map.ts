import { TILE_CHIPS, tileSign } from '../code/tile.js';
import { CHIP, TILE } from '../grid.js';
import type { Plane } from '../image.js';
import type { Layer } from '../version.js';

/** Shifts that are looked at, either way, in canonical pixels. */
export const REACH = 16;

/** The sync chips of a key: where they lie in a tile, and what they are. */
export interface SyncPlan {
  readonly layer: Layer;
  readonly positions: Uint16Array;
  /** +1 or -1 for each position. */
  readonly chips: Int8Array;
}

/** How well the sync chips of one block agree with the votes at every shift. */
export interface SyncBlock {
  /** Centre of the block, in canonical pixels. */
  readonly x: number;
  readonly y: number;
  /** (2 REACH + 1) squared correlations, row by row. */
  readonly surface: Float32Array;
  /** Their mean square: what chance makes of it. */
  readonly power: number;
}

export interface SyncMap {
  readonly width: number;
  readonly height: number;
  readonly blocks: readonly SyncBlock[];
  readonly power: number;
}

/** Correlates the votes with the sync chips, tile by tile and shift by shift. */
export function syncMap(votes: Plane, plan: SyncPlan): SyncMap {
  const { width, height } = votes;
  const pad = REACH + CHIP;
  const stride = width + 2 * pad;
  // Sums over a chip, with an empty margin so that no shift needs a check.
  const sums = new Float32Array(stride * (height + 2 * pad));
  for (let y = 0; y < height - 1; y++) {
    for (let x = 0; x < width - 1; x++) {
      const i = y * width + x;
      sums[(y + pad) * stride + x + pad] =
        votes.data[i]! + votes.data[i + 1]! + votes.data[i + width]! + votes.data[i + width + 1]!;
    }
  }
  const side = 2 * REACH + 1;
  const blocks: SyncBlock[] = [];
  let power = 0;
  for (let top = 0; top < height; top += TILE) {
    for (let left = 0; left < width; left += TILE) {
      const sign = tileSign(plan.layer, left / TILE, top / TILE);
      const surface = new Float32Array(side * side);
      plan.positions.forEach((position, k) => {
        const x = left + (position % TILE_CHIPS) * CHIP;
        const y = top + Math.floor(position / TILE_CHIPS) * CHIP;
        if (x >= width || y >= height) return;
        const chip = sign * plan.chips[k]!;
        for (let dy = 0; dy < side; dy++) {
          const from = (y + dy + pad - REACH) * stride + x + pad - REACH;
          const to = dy * side;
          for (let dx = 0; dx < side; dx++) surface[to + dx]! += chip * sums[from + dx]!;
        }
      });
      let squares = 0;
      for (const value of surface) squares += value * value;
      if (squares === 0) continue;
      const mean = squares / surface.length;
      power += mean;
      const x = left + Math.min(TILE, width - left) / 2;
      const y = top + Math.min(TILE, height - top) / 2;
      blocks.push({ x, y, surface, power: mean });
    }
  }
  return { width, height, blocks, power };
}

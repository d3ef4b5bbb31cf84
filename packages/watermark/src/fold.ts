import { TILE_AREA, TILE_CHIPS, tileSign } from './code/tile.js';
import { CHIP, TILE } from './grid.js';
import type { Plane } from './image.js';
import type { Layer } from './version.js';

/**
 * Sums a plane of votes over chips and tiles, each tile with its layer's sign: what repeats with the tiles adds up, and
 * the other layer, which has equal signs where this one's differ, cancels.
 */
export function foldVotes(votes: Plane, layer: Layer): Float64Array<ArrayBuffer> {
  const { width, height } = votes;
  const tile = new Float64Array(TILE_AREA);
  for (let y = 0; y < height; y++) {
    const row = (Math.floor(y / CHIP) % TILE_CHIPS) * TILE_CHIPS;
    for (let left = 0; left < width; left += TILE) {
      const sign = tileSign(layer, left / TILE, Math.floor(y / TILE));
      const end = Math.min(TILE, width - left);
      const at = y * width + left;
      for (let x = 0; x < end; x++) tile[row + Math.floor(x / CHIP)]! += sign * votes.data[at + x]!;
    }
  }
  return tile;
}

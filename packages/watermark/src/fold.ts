import { TILE_AREA, TILE_CHIPS, tileSign } from './code/tile.js';
import { CHIP, TILE } from './grid.js';
import type { Plane } from './image.js';
import type { Layer } from './version.js';

/**
 * Sums a plane of votes over chips and tiles, each tile with its layer's sign: what repeats with the tiles adds up, and
 * the other layer, which has equal signs where this one's differ, cancels. The tiles may be shifted, in canonical pixels.
 */
export function foldVotes(votes: Plane, layer: Layer, right = 0, down = 0): Float64Array<ArrayBuffer> {
  const { width, height, data } = votes;
  const tile = new Float64Array(TILE_AREA);
  for (let y = 0; y < height; y++) {
    const tilesDown = Math.floor((y + down) / TILE);
    const row = (Math.floor((y + down) / CHIP) % TILE_CHIPS) * TILE_CHIPS;
    for (let x = 0; x < width; ) {
      const tilesAcross = Math.floor((x + right) / TILE);
      const sign = tileSign(layer, tilesAcross, tilesDown);
      const begin = tilesAcross * TILE - right;
      const end = Math.min(width, begin + TILE);
      for (; x < end; x++) tile[row + Math.floor((x - begin) / CHIP)]! += sign * data[y * width + x]!;
    }
  }
  return tile;
}

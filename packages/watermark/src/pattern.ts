import { TILE_CHIPS } from './code/tile.js';
import { CHIP, TILE } from './grid.js';

/** Gaussian of sigma 0.7 canonical pixels, from its centre outwards: written out, so that no engine's `exp` decides. */
export const CHIP_KERNEL: readonly number[] = [0.5698, 0.2054, 0.0097];

/** One tile as 128 x 128 canonical pixels: chips of 2 x 2, smoothed around the tile's edges. */
export function tilePattern(tile: Uint8Array): Float32Array {
  const raw = new Float32Array(TILE * TILE);
  for (let y = 0; y < TILE; y++) {
    for (let x = 0; x < TILE; x++) {
      const chip = Math.floor(y / CHIP) * TILE_CHIPS + Math.floor(x / CHIP);
      raw[y * TILE + x] = (tile[chip >> 3]! >> (7 - (chip & 7))) & 1 ? -1 : 1;
    }
  }
  const across = smooth(raw, (y, x) => y * TILE + x);
  return smooth(across, (x, y) => y * TILE + x);
}

function smooth(data: Float32Array, at: (line: number, along: number) => number): Float32Array {
  const out = new Float32Array(data.length);
  for (let line = 0; line < TILE; line++) {
    for (let i = 0; i < TILE; i++) {
      let sum = CHIP_KERNEL[0]! * data[at(line, i)]!;
      for (let k = 1; k < CHIP_KERNEL.length; k++) {
        sum += CHIP_KERNEL[k]! * (data[at(line, (i + k) % TILE)]! + data[at(line, (i - k + TILE) % TILE)]!);
      }
      out[at(line, i)] = sum;
    }
  }
  return out;
}

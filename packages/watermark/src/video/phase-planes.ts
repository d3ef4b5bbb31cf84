import { tileSign } from '../code/tile.js';
import { canonicalSize, TILE, VIDEO_SIDE } from '../grid.js';
import type { Size } from '../image.js';
import { tilePattern } from '../pattern.js';
import { axis } from '../residual.js';
import type { Layer } from '../version.js';
import { phasesAt, SHIFTS } from './phases.js';

/** What one level of a plane is worth: a plane keeps a byte a pixel. */
export const UNIT: number = 1 / 127;

/** The pattern that a frame shows: one phase, or two with their weights. */
export type Pattern = readonly { readonly plane: Int8Array; readonly weight: number }[];

/**
 * The pattern of a tile at the size of a video, phase by phase. A phase is laid out when its turn comes; the two last used
 * are kept: while frames come in order none is made twice.
 */
export function phasePlanes(
  tile: Uint8Array,
  layer: Layer,
  width: number,
  height: number,
): { readonly grid: Size; at(time: number): Pattern } {
  const grid = canonicalSize(width, height, VIDEO_SIDE);
  const pattern = tilePattern(tile);
  const columns = axis(width, grid.width);
  const rows = axis(height, grid.height);
  const kept = new Map<number, Int8Array>();

  const lay = (phase: number): Int8Array => {
    const [right, down] = SHIFTS[phase]!;
    const plane = new Int8Array(width * height);
    const line = new Float32Array(grid.width);
    const at = (y: number, factor: number): void => {
      const v = y + down;
      const row = (v % TILE) * TILE;
      const tilesDown = Math.floor(v / TILE);
      for (let x = 0; x < line.length; x++) {
        const u = x + right;
        line[x]! += factor * tileSign(layer, Math.floor(u / TILE), tilesDown) * pattern[row + (u % TILE)]!;
      }
    };
    for (let y = 0; y < height; y++) {
      const fraction = rows.fraction[y]!;
      line.fill(0);
      at(rows.index[y]!, (1 - fraction) / UNIT);
      at(rows.index[y]! + 1, fraction / UNIT);
      const to = y * width;
      for (let x = 0; x < width; x++) {
        const k = columns.index[x]!;
        plane[to + x] = Math.round(line[k]! + (line[k + 1]! - line[k]!) * columns.fraction[x]!);
      }
    }
    return plane;
  };
  const planeOf = (phase: number): Int8Array => {
    const plane = kept.get(phase) ?? lay(phase);
    kept.delete(phase);
    kept.set(phase, plane);
    for (const old of kept.keys()) if (kept.size > 2) kept.delete(old);
    return plane;
  };
  return { grid, at: (time) => phasesAt(time).map(({ phase, weight }) => ({ plane: planeOf(phase), weight })) };
}

import { TILE } from '../grid.js';
import type { Plane } from '../image.js';
import { apply, areaFactor, type Homography } from '../register/homography.js';
import { fold, type Window } from './fold.js';
import { correlate, type SyncPattern, spectrumOf } from './sync-search.js';

/** Fewest windows along the longer side, so that even a few tiles show a change of scale. */
const FEWEST = 4;
/** Most windows along a side: what a picture of ten tiles and much around it needs. */
const MOST = 12;

/** How well the sync chips fit in one window of the picture when it is moved. */
export interface Evidence {
  /** Centre of the window, in canonical pixels. */
  readonly u: number;
  readonly v: number;
  /** The fit at each shift of 0 to 127 canonical pixels along both axes. */
  readonly surface: Float64Array;
}

/** Cuts a picture into windows of about a tile's size and correlates each with the sync chips, as a map lays them. */
export function gather(flat: Plane, toTile: Homography, pattern: SyncPattern): Evidence[] {
  const windows = windowsOf(flat, TILE / Math.sqrt(Math.abs(areaFactor(toTile, flat.width / 2, flat.height / 2))));
  const out: Evidence[] = [];
  const place = (window: Window, surface: Float64Array): void => {
    const [u, v] = apply(toTile, (window.left + window.right) / 2, (window.top + window.bottom) / 2);
    out.push({ u, v, surface });
  };
  for (let k = 0; k < windows.length; k += 2) {
    // Two windows share a transform, as real and imaginary part.
    const second = windows[k + 1];
    const tile = fold(flat, toTile, pattern.layer, windows[k]!);
    const other = second === undefined ? null : fold(flat, toTile, pattern.layer, second);
    const surfaces = correlate(spectrumOf(tile, other, pattern.layer), pattern.upright, pattern.layer);
    place(windows[k]!, surfaces.re);
    if (second !== undefined) place(second, surfaces.im);
  }
  return out;
}

function windowsOf(flat: Plane, tileSide: number): Window[] {
  const long = Math.max(flat.width, flat.height);
  const size = Math.max(long / MOST, Math.min(tileSide, long / FEWEST));
  const across = Math.max(1, Math.round(flat.width / size));
  const down = Math.max(1, Math.round(flat.height / size));
  const out: Window[] = [];
  for (let j = 0; j < down; j++) {
    for (let i = 0; i < across; i++) {
      out.push({
        left: Math.round((i * flat.width) / across),
        right: Math.round(((i + 1) * flat.width) / across),
        top: Math.round((j * flat.height) / down),
        bottom: Math.round(((j + 1) * flat.height) / down),
      });
    }
  }
  return out;
}

/** A surface between its samples; beyond the tile's edge it repeats, with the other sign if signs alternate. */
export function valueAt(surface: Float64Array, x: number, y: number, alternating: boolean): number {
  const i = Math.floor(x);
  const j = Math.floor(y);
  const fx = x - i;
  const fy = y - j;
  const left = i & (TILE - 1);
  const right = (i + 1) & (TILE - 1);
  const upper = (j & (TILE - 1)) * TILE;
  const lower = ((j + 1) & (TILE - 1)) * TILE;
  let a = surface[upper + left]!;
  let b = surface[upper + right]!;
  let c = surface[lower + left]!;
  let d = surface[lower + right]!;
  if (alternating) {
    if (((i ^ j) & TILE) !== 0) a = -a;
    if ((((i + 1) ^ j) & TILE) !== 0) b = -b;
    if (((i ^ (j + 1)) & TILE) !== 0) c = -c;
    if ((((i + 1) ^ (j + 1)) & TILE) !== 0) d = -d;
  }
  return (a * (1 - fx) + b * fx) * (1 - fy) + (c * (1 - fx) + d * fx) * fy;
}

import { TILE_AREA, TILE_CHIPS } from '../code/tile.js';
import { CHIP, TILE } from '../grid.js';
import { fft2 } from '../fft.js';

/** The sync chips of a key as a spectrum, made once for a search. */
export interface SyncPattern {
  readonly re: Float64Array;
  readonly im: Float64Array;
}

/** Where in a folded tile the pattern lies: quarter turn (0 to 3), mirrored or not, shift, and how far it stands out. */
export interface SyncPeak {
  readonly quarter: number;
  readonly mirrored: boolean;
  readonly x: number;
  readonly y: number;
  /** Deviations of the correlation surface. */
  readonly height: number;
}

/** Spectrum of the sync chips, every chip 2 x 2, the rest of the tile empty. */
export function syncPattern(positions: Uint16Array, chips: (i: number) => number): SyncPattern {
  const re = new Float64Array(TILE * TILE);
  const im = new Float64Array(TILE * TILE);
  positions.forEach((position, i) => {
    const left = (position % TILE_CHIPS) * CHIP;
    const top = Math.floor(position / TILE_CHIPS) * CHIP;
    for (let dy = 0; dy < CHIP; dy++) {
      for (let dx = 0; dx < CHIP; dx++) re[(top + dy) * TILE + left + dx] = chips(i);
    }
  });
  fft2(re, im, TILE, TILE);
  return { re, im };
}

/** A folded tile turned by quarters, after an optional mirroring of its columns. */
export function orient(tile: Float64Array, quarter: number, mirrored: boolean): Float64Array {
  const out = new Float64Array(tile.length);
  const last = TILE - 1;
  for (let y = 0; y < TILE; y++) {
    for (let x = 0; x < TILE; x++) {
      const u = quarter === 0 ? x : quarter === 1 ? y : quarter === 2 ? last - x : last - y;
      const v = quarter === 0 ? y : quarter === 1 ? last - x : quarter === 2 ? last - y : x;
      out[y * TILE + x] = tile[v * TILE + (mirrored ? last - u : u)]!;
    }
  }
  return out;
}

/** The best place of the pattern over all shifts of an oriented tile. */
export function searchShift(oriented: Float64Array, pattern: SyncPattern): { x: number; y: number; height: number } {
  const re = oriented.slice();
  const im = new Float64Array(re.length);
  fft2(re, im, TILE, TILE);
  for (let i = 0; i < re.length; i++) {
    const r = re[i]! * pattern.re[i]! + im[i]! * pattern.im[i]!;
    im[i] = im[i]! * pattern.re[i]! - re[i]! * pattern.im[i]!;
    re[i] = r;
  }
  fft2(re, im, TILE, TILE, true);
  let squares = 0;
  let best = 0;
  for (let i = 0; i < re.length; i++) {
    squares += re[i]! * re[i]!;
    if (re[i]! > re[best]!) best = i;
  }
  const deviation = Math.sqrt(squares / re.length);
  return { x: best % TILE, y: Math.floor(best / TILE), height: deviation === 0 ? 0 : re[best]! / deviation };
}

/** The best place over all eight orientations. */
export function searchTile(tile: Float64Array, pattern: SyncPattern): SyncPeak {
  let best: SyncPeak = { quarter: 0, mirrored: false, x: 0, y: 0, height: 0 };
  for (const mirrored of [false, true]) {
    for (let quarter = 0; quarter < 4; quarter++) {
      const peak = searchShift(orient(tile, quarter, mirrored), pattern);
      if (peak.height > best.height) best = { quarter, mirrored, ...peak };
    }
  }
  return best;
}

/** The 4096 chips of an oriented tile at a shift. */
export function chipsAt(oriented: Float64Array, shiftX: number, shiftY: number): Float64Array {
  const out = new Float64Array(TILE_AREA);
  for (let y = 0; y < TILE; y++) {
    const row = Math.floor(y / CHIP) * TILE_CHIPS;
    const from = ((y + shiftY) % TILE) * TILE;
    for (let x = 0; x < TILE; x++) out[row + Math.floor(x / CHIP)]! += oriented[from + ((x + shiftX) % TILE)]!;
  }
  return out;
}

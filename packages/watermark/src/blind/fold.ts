import { TILE } from '../grid.js';
import type { Plane } from '../image.js';
import type { Homography } from '../register/homography.js';
import type { Layer } from '../version.js';

/** A rectangle of a plane, in pixels. */
export interface Window {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** Where the pixels of one axis fall among the 128 of a tile, and the sign of the tile on either side. */
interface Axis {
  readonly from: number;
  readonly index: Uint8Array;
  readonly fraction: Float64Array;
  readonly odd: Uint8Array;
}

function axis(from: number, to: number, scale: number, shift: number): Axis {
  const count = to - from;
  const out = { from, index: new Uint8Array(count), fraction: new Float64Array(count), odd: new Uint8Array(count) };
  for (let i = 0; i < count; i++) {
    const at = scale * (from + i + 0.5) + shift - 0.5;
    const whole = Math.floor(at);
    out.index[i] = whole & (TILE - 1);
    out.fraction[i] = at - whole;
    out.odd[i] = (whole & TILE) / TILE;
  }
  return out;
}

/** What {@link fold} does, for upright tiles, one axis after the other: a search folds hundreds of times. */
function foldUpright(flat: Plane, columns: Axis, rows: Axis, layer: Layer): Float64Array<ArrayBuffer> {
  const tile = new Float64Array(TILE * TILE);
  // One place more than a tile: what falls on the next tile's first pixel.
  const line = new Float64Array(TILE + 1);
  const edge = layer === 'share' ? -1 : 1;
  const signs = columns.odd.map((odd) => (layer === 'share' ? odd : 0));
  for (let y = 0; y < rows.index.length; y++) {
    line.fill(0);
    const row = (rows.from + y) * flat.width + columns.from;
    for (let x = 0; x < signs.length; x++) {
      const value = signs[x] === 1 ? -flat.data[row + x]! : flat.data[row + x]!;
      const part = value * columns.fraction[x]!;
      const i = columns.index[x]!;
      line[i]! += value - part;
      line[i + 1]! += part;
    }
    line[0]! += edge * line[TILE]!;
    const j = rows.index[y]!;
    const first = layer === 'share' && rows.odd[y] === 1 ? -1 : 1;
    const lower = first * rows.fraction[y]!;
    const upper = first - lower;
    const below = j + 1 === TILE ? 0 : (j + 1) * TILE;
    const next = j + 1 === TILE ? edge * lower : lower;
    for (let i = 0; i < TILE; i++) {
      tile[j * TILE + i]! += upper * line[i]!;
      tile[below + i]! += next * line[i]!;
    }
  }
  return tile;
}

/**
 * Folds a whitened picture, or a window of it, into one tile of 128 x 128. `toTile` maps its points to canonical pixels,
 * in which tiles lie at multiples of 128. Tiles of the 'share' layer are summed with their alternating sign.
 */
export function fold(flat: Plane, toTile: Homography, layer: Layer, window?: Window): Float64Array<ArrayBuffer> {
  const tile = new Float64Array(TILE * TILE);
  const { left, top, right, bottom } = window ?? { left: 0, top: 0, right: flat.width, bottom: flat.height };
  // Bit 7 of a canonical index tells odd tiles from even ones.
  const alternating = layer === 'share' ? TILE : 0;
  const [a, b, c, d, e, f, g, h, k] = toTile;
  if (b === 0 && d === 0 && g === 0 && h === 0) {
    return foldUpright(flat, axis(left, right, a / k, c / k), axis(top, bottom, e / k, f / k), layer);
  }
  for (let y = top; y < bottom; y++) {
    let u0 = a * (left + 0.5) + b * (y + 0.5) + c;
    let v0 = d * (left + 0.5) + e * (y + 0.5) + f;
    let w0 = g * (left + 0.5) + h * (y + 0.5) + k;
    for (let at = y * flat.width + left, end = y * flat.width + right; at < end; at++) {
      const value = flat.data[at]!;
      const u = u0 / w0 - 0.5;
      const v = v0 / w0 - 0.5;
      u0 += a;
      v0 += d;
      w0 += g;
      if (value === 0) continue;
      const i = Math.floor(u);
      const j = Math.floor(v);
      const fx = u - i;
      const fy = v - j;
      const x0 = i & (TILE - 1);
      const x1 = (i + 1) & (TILE - 1);
      const y0 = (j & (TILE - 1)) * TILE;
      const y1 = ((j + 1) & (TILE - 1)) * TILE;
      const first = ((i ^ j) & alternating) !== 0 ? -value : value;
      // The next column or row may belong to a tile of the other sign.
      const nextX = x1 === 0 && alternating !== 0 ? -1 : 1;
      const nextY = y1 === 0 && alternating !== 0 ? -1 : 1;
      const upper = first * (1 - fy);
      const lower = first * fy * nextY;
      tile[y0 + x0]! += upper * (1 - fx);
      tile[y0 + x1]! += upper * fx * nextX;
      tile[y1 + x0]! += lower * (1 - fx);
      tile[y1 + x1]! += lower * fx * nextX;
    }
  }
  return tile;
}

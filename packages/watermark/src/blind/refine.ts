import { TILE } from '../grid.js';
import type { Plane } from '../image.js';
import { apply, areaFactor, type Homography, throughPoints } from '../register/homography.js';
import { fold, type Window } from './fold.js';
import { correlate, type SyncPattern, spectrumOf } from './sync-search.js';

/** Fewest windows along the longer side, so that even a few tiles show a change of scale. */
const FEWEST = 4;
/** Most windows along a side: what a picture of ten tiles and much around it needs. */
const MOST = 16;
/** Parts of the picture over which the fit grows, as radii in windows; the last one is everything. */
const RADII: readonly number[] = [1.6, 2.6, 4.2, Number.POSITIVE_INFINITY];
/** Step sizes, in canonical pixels at the edge of the part that is fitted. */
const STEPS: readonly number[] = [3, 1.5, 0.75, 0.4, 0.2];

/** How well the sync chips fit in one window of the picture when it is moved by a few canonical pixels. */
interface Evidence {
  /** Centre of the window, in canonical pixels. */
  readonly u: number;
  readonly v: number;
  readonly surface: Float64Array;
}

/** Ways the place of a window may change: shift, scale, turn, aspect, shear, and the two of a perspective. */
type Change = (u: number, v: number) => readonly [number, number];
const CHANGES: readonly { readonly change: Change; readonly order: number }[] = [
  { change: () => [1, 0], order: 0 },
  { change: () => [0, 1], order: 0 },
  { change: (u, v) => [u, v], order: 1 },
  { change: (u, v) => [-v, u], order: 1 },
  { change: (u, v) => [u, -v], order: 1 },
  { change: (u, v) => [v, u], order: 1 },
  { change: (u, v) => [u * u, u * v], order: 2 },
  { change: (u, v) => [u * v, v * v], order: 2 },
];

/**
 * A better map to canonical pixels. The picture is cut into windows of a tile's size; each tells how well the sync chips
 * fit there at every shift; the map through which all of them together fit best is looked for, from the part where they
 * fit best now to the whole picture, so that a perspective is followed outwards.
 */
export function refine(flat: Plane, start: Homography, pattern: SyncPattern): Homography | null {
  const evidence = gather(flat, start, pattern);
  const sign = pattern.layer === 'share' && sumAt(evidence, (one) => one.surface[0]!) < 0 ? -1 : 1;
  const centre = strongest(evidence, sign);
  const reach = Math.max(...evidence.map((one) => Math.hypot(one.u - centre.u, one.v - centre.v)), TILE);
  const amounts = new Float64Array(CHANGES.length);
  const shiftAt = (u: number, v: number): [number, number] => {
    const x = (u - centre.u) / reach;
    const y = (v - centre.v) / reach;
    let [du, dv] = [0, 0];
    for (let k = 0; k < amounts.length; k++) {
      if (amounts[k] === 0) continue;
      const [a, b] = CHANGES[k]!.change(x, y);
      du += amounts[k]! * a;
      dv += amounts[k]! * b;
    }
    return [du, dv];
  };
  const spacing = windowSpacing(evidence);
  for (const radius of RADII) {
    const part = evidence.filter((one) => Math.hypot(one.u - centre.u, one.v - centre.v) <= radius * spacing);
    const edge = Math.max(...part.map((one) => Math.hypot(one.u - centre.u, one.v - centre.v)), spacing) / reach;
    const score = (): number =>
      sign * sumAt(part, (one) => valueAt(one.surface, shiftAt(one.u, one.v), pattern.layer === 'share'));
    // A perspective shows only over some distance.
    const order = radius < 2 ? 1 : 2;
    climb(amounts, score, (k) => (CHANGES[k]!.order > order ? 0 : edge ** -CHANGES[k]!.order));
    if (part.length === evidence.length) break;
  }
  const corners = [
    [0, 0],
    [flat.width, 0],
    [flat.width, flat.height],
    [0, flat.height],
  ] as const;
  return throughPoints(
    corners,
    corners.map(([x, y]) => {
      const [u, v] = apply(start, x, y);
      const [du, dv] = shiftAt(u, v);
      return [u - du, v - dv] as const;
    }),
  );
}

/** Steps along each change, forth and back, as long as they help; then smaller ones. */
function climb(amounts: Float64Array, score: () => number, unit: (k: number) => number): void {
  let best = score();
  for (const step of STEPS) {
    for (let round = 0, moved = true; moved && round < 8; round++) {
      moved = false;
      for (let k = 0; k < amounts.length; k++) {
        const size = step * unit(k);
        if (size === 0) continue;
        for (const by of [size, -size]) {
          const before = amounts[k]!;
          amounts[k] = before + by;
          const now = score();
          if (now > best) {
            best = now;
            moved = true;
          } else amounts[k] = before;
        }
      }
    }
  }
}

function gather(flat: Plane, toTile: Homography, pattern: SyncPattern): Evidence[] {
  const side = TILE / Math.sqrt(Math.abs(areaFactor(toTile, flat.width / 2, flat.height / 2)));
  const long = Math.max(flat.width, flat.height);
  const size = Math.max(long / MOST, Math.min(side, long / FEWEST));
  const across = Math.max(1, Math.round(flat.width / size));
  const down = Math.max(1, Math.round(flat.height / size));
  const windows: Window[] = [];
  for (let j = 0; j < down; j++) {
    for (let i = 0; i < across; i++) {
      windows.push({
        left: Math.round((i * flat.width) / across),
        right: Math.round(((i + 1) * flat.width) / across),
        top: Math.round((j * flat.height) / down),
        bottom: Math.round(((j + 1) * flat.height) / down),
      });
    }
  }
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

function sumAt(evidence: readonly Evidence[], value: (one: Evidence) => number): number {
  let sum = 0;
  for (const one of evidence) sum += value(one);
  return sum;
}

/** Distance between neighbouring windows, in canonical pixels. */
function windowSpacing(evidence: readonly Evidence[]): number {
  const [a, b] = evidence;
  return b === undefined ? TILE : Math.hypot(a!.u - b.u, a!.v - b.v);
}

/** The window around which the chips fit best as the map is now. */
function strongest(evidence: readonly Evidence[], sign: number): { u: number; v: number } {
  const near = 1.6 * windowSpacing(evidence);
  let best = evidence[0]!;
  let most = Number.NEGATIVE_INFINITY;
  for (const one of evidence) {
    const around = evidence.filter((other) => Math.hypot(other.u - one.u, other.v - one.v) <= near);
    const score = sign * sumAt(around, (other) => other.surface[0]!);
    if (score > most) {
      most = score;
      best = one;
    }
  }
  return best;
}

/** A surface between its samples; beyond the tile's edge it repeats, with the other sign if signs alternate. */
function valueAt(surface: Float64Array, [x, y]: readonly [number, number], alternating: boolean): number {
  const i = Math.floor(x);
  const j = Math.floor(y);
  const fx = x - i;
  const fy = y - j;
  const sample = (u: number, v: number): number => {
    const value = surface[(v & (TILE - 1)) * TILE + (u & (TILE - 1))]!;
    return alternating && ((u ^ v) & TILE) !== 0 ? -value : value;
  };
  return (
    (sample(i, j) * (1 - fx) + sample(i + 1, j) * fx) * (1 - fy) +
    (sample(i, j + 1) * (1 - fx) + sample(i + 1, j + 1) * fx) * fy
  );
}

import { type Plane, shrinkPlane } from '../image.js';
import { betweenGrids, compose, type Homography, normalise, plausible, scaling } from './homography.js';
import { bilinear, flatten, noiseAt } from './sample.js';
import { solve } from './solve.js';

/** Long sides of the original at which the alignment runs, coarse to fine, with the rounds and the pixel step of each. */
const LEVELS = [
  { side: 96, rounds: 12, step: 1 },
  { side: 192, rounds: 8, step: 1 },
  { side: 384, rounds: 6, step: 1 },
  { side: 1024, rounds: 5, step: 2 },
] as const;
/** Radius of the local mean and contrast at every level, in pixels of that level. */
const RADIUS = 6;

/** Level after which slow shading has said all it can: finer ones need texture. */
const COARSE = 2;

export interface Alignment {
  readonly homography: Homography;
  /** Correlation of the two flattened pictures where they overlap, -1 to 1. */
  readonly correlation: number;
  /** Part of the original that the suspect shows, 0 to 1. */
  readonly overlap: number;
}

interface Level {
  readonly original: Plane;
  readonly suspect: Plane;
  readonly toLevel: (h: Homography) => Homography;
  readonly fromLevel: (h: Homography) => Homography;
}

/** Both pictures at one size, flattened. The suspect is brought to the scale it has under the map. */
function levelOf(original: Plane, suspect: Plane, side: number, h: Homography): Level {
  const long = Math.max(original.width, original.height);
  const factor = Math.min(1, side / long);
  const along = (length: number, by: number): number => Math.max(8, Math.round(length * by));
  const grid = { width: along(original.width, factor), height: along(original.height, factor) };
  const [cx, cy] = [original.width / 2, original.height / 2];
  const d = h[6] * cx + h[7] * cy + h[8];
  const zoom = Math.sqrt(Math.abs(h[0] * h[4] - h[1] * h[3])) / Math.abs(d);
  const shrinkBy = Math.min(1, factor / zoom);
  const seen = { width: along(suspect.width, shrinkBy), height: along(suspect.height, shrinkBy) };
  return {
    original: flatten(shrinkPlane(original, grid.width, grid.height), RADIUS, noiseAt(factor)),
    suspect: flatten(
      shrinkPlane(suspect, Math.min(suspect.width, seen.width), Math.min(suspect.height, seen.height)),
      RADIUS,
      noiseAt(factor),
    ),
    toLevel: (map) => betweenGrids(map, original, grid, suspect, seen),
    fromLevel: (map) => betweenGrids(map, grid, original, seen, suspect),
  };
}

/** An alignment, and where it stood before the fine levels, which follow noise when there is little texture. */
export interface Refined extends Alignment {
  readonly coarse: Alignment;
}

/**
 * Aligns by Gauss-Newton on the flattened pictures (Lucas and Kanade, with robust weights so that a caption or a bar does
 * not pull), from coarse to fine. `from` is the first level; null when the map runs away.
 */
export function align(
  original: Plane,
  suspect: Plane,
  start: Homography,
  from: number,
  tick: () => void,
): Refined | null {
  let h = normalise(start);
  let last: Alignment | null = null;
  let coarse: Alignment | null = null;
  for (const [at, { side, rounds, step }] of LEVELS.entries()) {
    if (at < from) continue;
    if (!plausible(h, original.width, original.height, suspect.width * suspect.height)) break;
    const level = levelOf(original, suspect, side, h);
    let map = level.toLevel(h);
    const before = agreement(level, map, step);
    for (let round = 0; round < rounds; round++) {
      tick();
      const improved = improve(level, map, step, side >= 192);
      if (improved === null) break;
      map = improved.map;
      if (improved.moved < 0.005) break;
    }
    // A step that makes the pictures agree less is a step into noise, or into a caption.
    const after = agreement(level, map, step);
    if (after.correlation > before.correlation) h = level.fromLevel(map);
    last = { homography: h, ...(after.correlation > before.correlation ? after : before) };
    if (at < COARSE) coarse = last;
    if (side >= Math.max(original.width, original.height)) break;
  }
  return last === null ? null : { ...last, coarse: coarse ?? last };
}

/** Correlation and overlap of the flattened pictures under a map, at the size of `side`. */
export function score(original: Plane, suspect: Plane, h: Homography, side: number): Alignment {
  const level = levelOf(original, suspect, side, h);
  return { homography: h, ...agreement(level, level.toLevel(h), 1) };
}

function agreement(level: Level, h: Homography, step: number): { correlation: number; overlap: number } {
  const { original, suspect } = level;
  let n = 0;
  let seen = 0;
  let oo = 0;
  let ss = 0;
  let os = 0;
  for (let y = 0; y < original.height; y += step) {
    for (let x = 0; x < original.width; x += step) {
      n++;
      const d = h[6] * (x + 0.5) + h[7] * (y + 0.5) + 1;
      const sx = (h[0] * (x + 0.5) + h[1] * (y + 0.5) + h[2]) / d;
      const sy = (h[3] * (x + 0.5) + h[4] * (y + 0.5) + h[5]) / d;
      if (!(sx >= 1 && sy >= 1 && sx < suspect.width - 1 && sy < suspect.height - 1)) continue;
      seen++;
      const o = original.data[y * original.width + x]!;
      const s = bilinear(suspect, sx, sy);
      oo += o * o;
      ss += s * s;
      os += o * s;
    }
  }
  return { correlation: oo * ss === 0 ? 0 : os / Math.sqrt(oo * ss), overlap: n === 0 ? 0 : seen / n };
}

/** One Gauss-Newton step; null when the system has no answer. No pixel of the level moves by more than `moved`, perspective apart. */
function improve(level: Level, h: Homography, step: number, bend: boolean): { map: Homography; moved: number } | null {
  const { original, suspect } = level;
  const size = bend ? 8 : 6;
  const normal = new Float64Array(size * size);
  const right = new Float64Array(size);
  const row = new Float64Array(size);
  const half = Math.max(original.width, original.height) / 2;
  const cx = original.width / 2;
  const cy = original.height / 2;
  for (let y = 0; y < original.height; y += step) {
    for (let x = 0; x < original.width; x += step) {
      const u = x + 0.5;
      const v = y + 0.5;
      const d = h[6] * u + h[7] * v + 1;
      const sx = (h[0] * u + h[1] * v + h[2]) / d;
      const sy = (h[3] * u + h[4] * v + h[5]) / d;
      if (!(sx >= 2 && sy >= 2 && sx < suspect.width - 2 && sy < suspect.height - 2)) continue;
      const error = original.data[y * original.width + x]! - bilinear(suspect, sx, sy);
      const gx = (bilinear(suspect, sx + 1, sy) - bilinear(suspect, sx - 1, sy)) / 2;
      const gy = (bilinear(suspect, sx, sy + 1) - bilinear(suspect, sx, sy - 1)) / 2;
      const trust = 1 / (1 + error * error);
      const weight = trust * trust;
      const p = (u - cx) / half;
      const q = (v - cy) / half;
      row[0] = gx * p;
      row[1] = gx * q;
      row[2] = gx;
      row[3] = gy * p;
      row[4] = gy * q;
      row[5] = gy;
      if (bend) {
        const inward = -(gx * (sx - suspect.width / 2) + gy * (sy - suspect.height / 2));
        row[6] = (inward * p) / half;
        row[7] = (inward * q) / half;
      }
      for (let a = 0; a < size; a++) {
        const scaled = weight * row[a]!;
        right[a]! += scaled * error;
        for (let b = a; b < size; b++) normal[a * size + b]! += scaled * row[b]!;
      }
    }
  }
  const delta = solve(normal, right, size);
  if (delta === null) return null;
  // The step as a map of its own on suspect coordinates, so that it can be composed exactly.
  const moved =
    Math.abs(delta[0]!) +
    Math.abs(delta[1]!) +
    Math.abs(delta[2]!) +
    Math.abs(delta[3]!) +
    Math.abs(delta[4]!) +
    Math.abs(delta[5]!);
  return { map: moveBy(h, delta, half, cx, cy, suspect), moved };
}

/** h plus the step: additive on the affine part, and on the perspective part about the suspect's centre. */
function moveBy(h: Homography, d: Float64Array, half: number, cx: number, cy: number, suspect: Plane): Homography {
  const toUnit: Homography = [1 / half, 0, -cx / half, 0, 1 / half, -cy / half, 0, 0, 1];
  const centre = scaling(1, 1, -suspect.width / 2, -suspect.height / 2);
  const uncentre = scaling(1, 1, suspect.width / 2, suspect.height / 2);
  const fromUnit: Homography = [half, 0, cx, 0, half, cy, 0, 0, 1];
  const inner = normalise(compose(compose(centre, h), fromUnit));
  const next: Homography = [
    inner[0] + d[0]!,
    inner[1] + d[1]!,
    inner[2] + d[2]!,
    inner[3] + d[3]!,
    inner[4] + d[4]!,
    inner[5] + d[5]!,
    inner[6] + (d[6] ?? 0) / half,
    inner[7] + (d[7] ?? 0) / half,
    1,
  ];
  return normalise(compose(compose(uncentre, next), toUnit));
}

import { seeded } from '../random.js';
import { type Feature, WORDS } from './features.js';
import type { Homography } from './homography.js';

/** A description may differ in this many of 256 bits: strangers differ in 128, give or take 20. */
const FARTHEST = 76;
/** The best match must beat the second best by this factor (Lowe's ratio test). */
const RATIO = 0.9;
/** Pairs of matches tried. */
const DRAWS = 3000;
/** Fewest matches that must agree on one map. */
const LEAST_AGREEING = 8;

/** Pairs of features that describe each other best. */
export function matchFeatures(a: readonly Feature[], b: readonly Feature[]): [Feature, Feature][] {
  const forward = nearest(a, b);
  const backward = nearest(b, a);
  const out: [Feature, Feature][] = [];
  forward.forEach((to, from) => {
    if (to >= 0 && backward[to] === from) out.push([a[from]!, b[to]!]);
  });
  return out;
}

function nearest(from: readonly Feature[], to: readonly Feature[]): Int32Array {
  const out = new Int32Array(from.length).fill(-1);
  from.forEach((feature, i) => {
    let best = FARTHEST;
    let second = 256;
    let at = -1;
    for (let j = 0; j < to.length; j++) {
      const far = distance(feature.bits, to[j]!.bits);
      if (far < best) {
        // The same corner one level up is no rival.
        if (at < 0 || !near(to[at]!, to[j]!)) second = best;
        best = far;
        at = j;
      } else if (far < second && (at < 0 || !near(to[at]!, to[j]!))) second = far;
    }
    if (at >= 0 && best < RATIO * second) out[i] = at;
  });
  return out;
}

function near(a: Feature, b: Feature): boolean {
  const reach = 4 * Math.max(a.scale, b.scale);
  return Math.abs(a.x - b.x) < reach && Math.abs(a.y - b.y) < reach;
}

function distance(a: Int32Array, b: Int32Array): number {
  let total = 0;
  for (let k = 0; k < WORDS; k++) {
    let word = a[k]! ^ b[k]!;
    word -= (word >>> 1) & 0x55555555;
    word = (word & 0x33333333) + ((word >>> 2) & 0x33333333);
    total += (((word + (word >>> 4)) & 0x0f0f0f0f) * 0x01010101) >>> 24;
  }
  return total;
}

/** The affine map on which most matches agree, from random pairs (RANSAC), then least squares; null when too few do. */
export function agree(matches: readonly [Feature, Feature][]): Homography | null {
  if (matches.length < LEAST_AGREEING) return null;
  const next = seeded(matches.length);
  let best: { map: Homography; count: number } | null = null;
  for (let draw = 0; draw < DRAWS; draw++) {
    const [p, q] = [Math.floor(next() * matches.length), Math.floor(next() * matches.length)];
    const map = p === q ? null : similarity(matches[p]!, matches[q]!);
    if (map === null) continue;
    const count = agreeing(matches, map, 4).length;
    if (count > (best?.count ?? LEAST_AGREEING - 1)) best = { map, count };
  }
  if (best === null) return null;
  let { map } = best;
  for (const slack of [4, 3, 2, 2]) {
    const inliers = agreeing(matches, map, slack);
    const fitted = inliers.length < LEAST_AGREEING ? null : affine(inliers);
    if (fitted === null) break;
    map = fitted;
  }
  return map;
}

/** Turn, scale and shift through two matches; null when it contradicts the scales at which they were found. */
function similarity(p: readonly [Feature, Feature], q: readonly [Feature, Feature]): Homography | null {
  const dx = q[0].x - p[0].x;
  const dy = q[0].y - p[0].y;
  const ex = q[1].x - p[1].x;
  const ey = q[1].y - p[1].y;
  const length = dx * dx + dy * dy;
  if (length < 400) return null;
  const a = (dx * ex + dy * ey) / length;
  const b = (dx * ey - dy * ex) / length;
  const zoom = Math.hypot(a, b);
  const expected = p[1].scale / p[0].scale;
  if (zoom < expected / 1.6 || zoom > expected * 1.6) return null;
  return [a, -b, p[1].x - a * p[0].x + b * p[0].y, b, a, p[1].y - b * p[0].x - a * p[0].y, 0, 0, 1];
}

/** Matches that a map carries to within `slack` level pixels of each other. */
function agreeing(matches: readonly [Feature, Feature][], h: Homography, slack: number): [Feature, Feature][] {
  return matches.filter(([from, to]) => {
    const x = h[0] * from.x + h[1] * from.y + h[2] - to.x;
    const y = h[3] * from.x + h[4] * from.y + h[5] - to.y;
    const reach = slack * to.scale;
    return x * x + y * y < reach * reach;
  });
}

function affine(matches: readonly [Feature, Feature][]): Homography | null {
  const n = matches.length;
  const mean = (pick: (match: readonly [Feature, Feature]) => number): number =>
    matches.reduce((sum, match) => sum + pick(match), 0) / n;
  const [mx, my, tx, ty] = [mean((m) => m[0].x), mean((m) => m[0].y), mean((m) => m[1].x), mean((m) => m[1].y)];
  let [xx, xy, yy, xu, yu, xv, yv] = [0, 0, 0, 0, 0, 0, 0];
  for (const [from, to] of matches) {
    const [x, y, u, v] = [from.x - mx, from.y - my, to.x - tx, to.y - ty];
    xx += x * x;
    xy += x * y;
    yy += y * y;
    xu += x * u;
    yu += y * u;
    xv += x * v;
    yv += y * v;
  }
  const det = xx * yy - xy * xy;
  if (!(det > 1e-6 * xx * yy)) return null;
  const a = (xu * yy - yu * xy) / det;
  const b = (yu * xx - xu * xy) / det;
  const c = (xv * yy - yv * xy) / det;
  const d = (yv * xx - xv * xy) / det;
  return [a, b, tx - a * mx - b * my, c, d, ty - c * mx - d * my, 0, 0, 1];
}

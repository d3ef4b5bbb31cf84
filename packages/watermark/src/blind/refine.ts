import { TILE } from '../grid.js';
import type { Plane } from '../image.js';
import { seeded } from '../random.js';
import { apply, cornersOf, type Homography, throughPoints } from '../register/homography.js';
import { type Evidence, gather, valueAt } from './evidence.js';
import type { SyncPattern } from './sync-search.js';

/** Parts of the picture over which the fit grows, as radii in windows; the last one is everything. */
const RADII: readonly number[] = [1.6, 2.6, 4.2, Number.POSITIVE_INFINITY];
/** Step sizes, in canonical pixels at the edge of the part that is fitted. */
const STEPS: readonly number[] = [3, 1.5, 0.75, 0.4, 0.2];
/** Rounds of steps of one size, at most. */
const ROUNDS = 8;
/** Farthest that a start drawn at random moves the edge of the picture by one change, in canonical pixels. */
const WANDER = 6;

/**
 * Maps that a search could end at, told apart by one canonical pixel at the corners: a first corner anywhere in a tile
 * (2^14) and either sign (2), eight orientations, a second corner within what sides and turns span at the finest size
 * (2^24), and the two others within 64 pixels of where these put them (2^28). Chance had as many goes.
 */
export const MAPS: number = 2 ** 70;

/**
 * Ways the place of a window may change: shift, scale, turn, aspect, shear, and the two of a perspective; by its place
 * relative to the centre, in parts of the greatest distance.
 */
const CHANGES: readonly ((u: number, v: number) => readonly [number, number])[] = [
  () => [1, 0],
  () => [0, 1],
  (u, v) => [u, v],
  (u, v) => [-v, u],
  (u, v) => [u, -v],
  (u, v) => [v, u],
  (u, v) => [u * u, u * v],
  (u, v) => [u * v, v * v],
];
/** How each grows with distance. */
const ORDERS: readonly number[] = [0, 0, 1, 1, 1, 1, 2, 2];

/**
 * A better map to canonical pixels. The picture is cut into windows of a tile's size; each tells how well the sync chips
 * fit there at every shift; the map through which all of them together fit best is looked for, from the part where they
 * fit best now to the whole picture, so that a perspective is followed outwards. `starts` more times it is looked for over
 * the whole picture at once, from slight perspectives drawn at random.
 */
export function refine(flat: Plane, start: Homography, pattern: SyncPattern, starts = 0): Homography | null {
  const alternating = pattern.layer === 'share';
  const all = gather(flat, start, pattern);
  const sign = alternating && all.reduce((sum, one) => sum + one.surface[0]!, 0) < 0 ? -1 : 1;
  const spacing = all.length < 2 ? TILE : distance(all[0]!, all[1]!);
  const centre = strongest(all, spacing, sign);
  const reach = Math.max(TILE, ...all.map((one) => distance(one, centre)));
  const changeAt = (u: number, v: number): Float64Array =>
    Float64Array.from(CHANGES.flatMap((change) => change((u - centre.u) / reach, (v - centre.v) / reach)));
  const scorerOf = (part: readonly Evidence[]): ((amounts: Float64Array) => number) => {
    const changes = part.map((one) => changeAt(one.u, one.v));
    return (amounts) => {
      let sum = 0;
      for (let k = 0; k < part.length; k++) {
        const [x, y] = shiftBy(amounts, changes[k]!);
        sum += valueAt(part[k]!.surface, x, y, alternating);
      }
      return sign * sum;
    };
  };

  let amounts = new Float64Array(CHANGES.length);
  for (const radius of RADII) {
    const part = all.filter((one) => distance(one, centre) <= radius * spacing);
    const edge = Math.max(spacing, ...part.map((one) => distance(one, centre))) / reach;
    // A perspective shows only over some distance.
    const units = ORDERS.map((order) => (order === 2 && radius < 2 ? 0 : edge ** -order));
    climb(amounts, scorerOf(part), units);
    if (part.length === all.length) break;
  }
  const score = scorerOf(all);
  let most = score(amounts);
  const next = seeded(1);
  for (let k = 0; k < starts; k++) {
    const other = Float64Array.from(ORDERS, (order) => (2 * next() - 1) * (order === 0 ? WANDER / 2 : WANDER));
    const reached = climb(
      other,
      score,
      ORDERS.map(() => 1),
    );
    if (reached > most) {
      most = reached;
      amounts = other;
    }
  }

  const corners = cornersOf(flat);
  const moved = corners.map(([x, y]) => {
    const [u, v] = apply(start, x, y);
    const [du, dv] = shiftBy(amounts, changeAt(u, v));
    return [u - du, v - dv] as const;
  });
  return throughPoints(corners, moved);
}

function shiftBy(amounts: Float64Array, changes: Float64Array): [number, number] {
  let x = 0;
  let y = 0;
  for (let k = 0; k < amounts.length; k++) {
    x += amounts[k]! * changes[2 * k]!;
    y += amounts[k]! * changes[2 * k + 1]!;
  }
  return [x, y];
}

/** Steps along each change, forth and back, as long as they help; then smaller ones. Gives the score reached. */
function climb(amounts: Float64Array, score: (amounts: Float64Array) => number, units: readonly number[]): number {
  let best = score(amounts);
  for (const step of STEPS) {
    for (let round = 0, moved = true; moved && round < ROUNDS; round++) {
      moved = false;
      for (let k = 0; k < amounts.length; k++) {
        if (units[k] === 0) continue;
        for (const by of [step * units[k]!, -step * units[k]!]) {
          const before = amounts[k]!;
          amounts[k] = before + by;
          const now = score(amounts);
          if (now > best) {
            best = now;
            moved = true;
          } else amounts[k] = before;
        }
      }
    }
  }
  return best;
}

function distance(a: { u: number; v: number }, b: { u: number; v: number }): number {
  return Math.hypot(a.u - b.u, a.v - b.v);
}

/** The window around which the chips fit best as the map is now. */
function strongest(all: readonly Evidence[], spacing: number, sign: number): Evidence {
  let best = all[0]!;
  let most = Number.NEGATIVE_INFINITY;
  for (const one of all) {
    let score = 0;
    for (const other of all) if (distance(other, one) <= 1.6 * spacing) score += sign * other.surface[0]!;
    if (score > most) {
      most = score;
      best = one;
    }
  }
  return best;
}

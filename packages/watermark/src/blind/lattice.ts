import { TILE } from '../grid.js';
import type { Plane } from '../image.js';
import type { Homography } from '../register/homography.js';
import type { Layer } from '../version.js';
import { REACH } from './autocorrelation.js';

/** Shifts of a lattice that are summed, as multiples of its two sides; the first ones decide where to look closer. */
const POINTS: readonly (readonly [number, number])[] = [
  [1, 0],
  [0, 1],
  [1, 1],
  [1, -1],
  [2, 0],
  [0, 2],
  [2, 1],
  [1, 2],
  [2, -1],
  [1, -2],
];
/** What a tile is multiplied by at a shift: tiles all alike; alternating; or two such layers, where odd shifts cancel. */
type Signs = (i: number, j: number) => number;
const ALIKE: Signs = () => 1;
const ALTERNATING: Signs = (i, j) => ((i + j) & 1 ? -1 : 1);
const BOTH: Signs = (i, j) => ((i + j) & 1 ? 0 : 1);

/** The two sides of a tile as steps in the picture, in pixels, the second a quarter turn further. */
export interface Lattice {
  readonly across: readonly [number, number];
  readonly down: readonly [number, number];
  /** Sum over the lattice's points, in deviations. */
  readonly strength: number;
}

/** The lattice of square tiles of a side in pixels, turned by an angle in radians. */
export function squareLattice(side: number, turn: number): Lattice {
  const x = side * Math.cos(turn);
  const y = side * Math.sin(turn);
  return { across: [x, y], down: [-y, x], strength: 0 };
}

/** From pixels to canonical pixels; where the tiles begin is open. */
export function toTile({ across: [a, c], down: [b, d] }: Lattice): Homography {
  const k = TILE / (a * d - b * c);
  return [d * k, -b * k, 0, -c * k, a * k, 0, 0, 0, 1];
}

/** How strongly a picture repeats itself in tiles of a given side, upright. */
export function uprightStrength(surface: Plane, side: number, layer: Layer): number {
  const lattice = squareLattice(side, 0);
  return Math.max(
    strengthAt(surface, lattice, POINTS.length, layer === 'share' ? ALTERNATING : ALIKE),
    strengthAt(surface, lattice, POINTS.length, BOTH),
  );
}

/**
 * The square lattices in which a picture most repeats itself: tiles lie in a grid, so the autocorrelation of a marked
 * picture has peaks at every tile. Needs no key.
 */
export function findLattices(
  surface: Plane,
  sides: { shortest: number; longest: number },
  layer: Layer,
  most: number,
): Lattice[] {
  const out: Lattice[] = [];
  for (const signs of [layer === 'share' ? ALTERNATING : ALIKE, BOTH]) {
    const found: Lattice[] = [];
    for (let side = sides.shortest; side <= sides.longest; side *= 1.006) {
      for (let turn = 0; turn < Math.PI / 2; turn += 0.7 / side) {
        const lattice = squareLattice(side, turn);
        const strength = strengthAt(surface, lattice, signs === BOTH ? 6 : 4, signs);
        if (strength > 3) found.push({ ...lattice, strength });
      }
    }
    found.sort((a, b) => b.strength - a.strength);
    const kept: Lattice[] = [];
    for (const lattice of found) {
      if (kept.length === most) break;
      if (!kept.some((other) => alike(other, lattice))) kept.push(climb(surface, lattice, signs));
    }
    out.push(...kept);
  }
  return out.sort((a, b) => b.strength - a.strength);
}

/** Two lattices whose sides end within a few pixels of each other, a quarter turn aside or not. */
function alike(a: Lattice, b: Lattice): boolean {
  const near = 0.03 * Math.hypot(...a.across) + 1;
  const [x, y] = a.across;
  return [b.across, b.down, [-b.across[0], -b.across[1]], [-b.down[0], -b.down[1]]].some(
    ([u, v]) => Math.hypot(x - u!, y - v!) < near,
  );
}

/** Small steps towards the sharpest lattice, now with the far points too; first as a square, then each side by itself. */
function climb(surface: Plane, start: Lattice, signs: Signs): Lattice {
  let best = { ...start, strength: strengthAt(surface, start, POINTS.length, signs) };
  for (const square of [true, false]) {
    for (let step = 0.8; step > 0.08; step /= 2) {
      for (let moved = true; moved; ) {
        moved = false;
        for (const [dx, dy] of [
          [step, 0],
          [-step, 0],
          [0, step],
          [0, -step],
        ] as const) {
          const { across, down } = best;
          const tries: Lattice[] = square
            ? [{ ...best, across: [across[0] + dx, across[1] + dy], down: [-across[1] - dy, across[0] + dx] }]
            : [
                { ...best, across: [across[0] + dx, across[1] + dy] },
                { ...best, down: [down[0] + dx, down[1] + dy] },
              ];
          for (const lattice of tries) {
            const strength = strengthAt(surface, lattice, POINTS.length, signs);
            if (strength <= best.strength) continue;
            best = { ...lattice, strength };
            moved = true;
          }
        }
      }
    }
  }
  return best;
}

function strengthAt(surface: Plane, { across, down }: Lattice, points: number, signs: Signs): number {
  let sum = 0;
  let count = 0;
  for (let k = 0; k < points; k++) {
    const [i, j] = POINTS[k]!;
    const sign = signs(i, j);
    const x = i * across[0] + j * down[0];
    const y = i * across[1] + j * down[1];
    if (sign === 0 || Math.abs(x) > REACH - 2 || Math.abs(y) > REACH - 2) continue;
    sum += sign * at(surface, x + REACH, y + REACH);
    count++;
  }
  return count < 2 ? 0 : sum / Math.sqrt(count);
}

function at(surface: Plane, x: number, y: number): number {
  const i = Math.floor(x);
  const j = Math.floor(y);
  const fx = x - i;
  const fy = y - j;
  const k = j * surface.width + i;
  const upper = surface.data[k]! * (1 - fx) + surface.data[k + 1]! * fx;
  const lower = surface.data[k + surface.width]! * (1 - fx) + surface.data[k + surface.width + 1]! * fx;
  return upper * (1 - fy) + lower * fy;
}

import { boxMean } from '../filters.js';
import type { Plane } from '../image.js';
import { fft2 } from '../fft.js';

/** Side of the transform: the canonical long side. */
const SIDE = 1024;
/** Longest shift looked at, in pixels. */
const REACH = 320;
/** Shortest and longest tile side that is searched, in pixels: a leak of 350 pixels, and a quarter of a picture's side. */
const SHORTEST = 44;
const LONGEST = 300;
/** Shifts of a square lattice that are summed, as multiples of its two sides. */
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

/** Side of a tile in the suspect, in pixels, and its turn in radians, 0 up to a quarter turn. */
export interface Lattice {
  readonly side: number;
  readonly turn: number;
  /** Height of the lattice's points, in deviations of the correlation around them. */
  readonly strength: number;
}

/**
 * The square lattices in which a picture most repeats itself: tiles lie in a grid, so the autocorrelation of a marked
 * picture has peaks at every tile. Needs no key.
 */
export function findLattices(flat: Plane, most: number): Lattice[] {
  const surface = autocorrelation(flat);
  const found: Lattice[] = [];
  for (let side = SHORTEST; side <= LONGEST; side *= 1.006) {
    const step = 0.7 / side;
    for (let turn = 0; turn < Math.PI / 2; turn += step) {
      const strength = strengthAt(surface, side, turn, 2);
      if (strength > 3.5) found.push({ side, turn, strength });
    }
  }
  found.sort((a, b) => b.strength - a.strength);
  const out: Lattice[] = [];
  for (const lattice of found) {
    if (out.length === most) break;
    const rival = out.some(
      (other) =>
        Math.abs(other.side / lattice.side - 1) < 0.03 && Math.abs(Math.sin(2 * (other.turn - lattice.turn))) < 0.06,
    );
    if (!rival) out.push(climb(surface, lattice));
  }
  return out;
}

/** Small steps in side and turn towards the sharpest lattice, now with the far points too. */
function climb(surface: Plane, start: Lattice): Lattice {
  let best = { ...start, strength: strengthAt(surface, start.side, start.turn, 8) };
  for (let step = 0.6; step > 0.04; step /= 1.7) {
    for (let again = true; again; ) {
      again = false;
      for (const [ds, dt] of [
        [step, 0],
        [-step, 0],
        [0, step / best.side],
        [0, -step / best.side],
      ] as const) {
        const strength = strengthAt(surface, best.side + ds, best.turn + dt, 8);
        if (strength <= best.strength) continue;
        best = { side: best.side + ds, turn: best.turn + dt, strength };
        again = true;
      }
    }
  }
  return best;
}

function strengthAt(surface: Plane, side: number, turn: number, points: number): number {
  const cos = side * Math.cos(turn);
  const sin = side * Math.sin(turn);
  let sum = 0;
  let count = 0;
  for (let k = 0; k < POINTS.length && k < points + 2; k++) {
    const [i, j] = POINTS[k]!;
    const x = i * cos - j * sin;
    const y = i * sin + j * cos;
    if (Math.abs(x) > REACH - 2 || Math.abs(y) > REACH - 2) continue;
    sum += at(surface, x + REACH, y + REACH);
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

/** Autocorrelation for shifts up to REACH, each point in deviations of its neighbourhood. */
function autocorrelation(flat: Plane): Plane {
  const re = new Float64Array(SIDE * SIDE);
  const im = new Float64Array(SIDE * SIDE);
  for (let y = 0; y < Math.min(SIDE, flat.height); y++) {
    for (let x = 0; x < Math.min(SIDE, flat.width); x++) re[y * SIDE + x] = flat.data[y * flat.width + x]!;
  }
  fft2(re, im, SIDE, SIDE);
  // Dividing by the root of the power keeps long edges of the picture from drowning the lattice.
  for (let i = 0; i < re.length; i++) {
    const power = re[i]! * re[i]! + im[i]! * im[i]!;
    re[i] = Math.sqrt(power);
    im[i] = 0;
  }
  fft2(re, im, SIDE, SIDE, true);
  const side = 2 * REACH + 1;
  const data = new Float32Array(side * side);
  for (let y = -REACH; y <= REACH; y++) {
    for (let x = -REACH; x <= REACH; x++) {
      data[(y + REACH) * side + x + REACH] = re[((y + SIDE) % SIDE) * SIDE + ((x + SIDE) % SIDE)]!;
    }
  }
  const plane = { data, width: side, height: side };
  const mean = boxMean(plane, 6);
  const high = new Float32Array(data.length);
  const squares = new Float32Array(data.length);
  for (let i = 0; i < data.length; i++) {
    high[i] = data[i]! - mean.data[i]!;
    squares[i] = high[i]! * high[i]!;
  }
  const spread = boxMean({ data: squares, width: side, height: side }, 16);
  for (let i = 0; i < data.length; i++) high[i] = Math.min(12, high[i]! / Math.sqrt(spread.data[i]! + 1e-12));
  return { data: high, width: side, height: side };
}

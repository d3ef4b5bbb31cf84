import { blur, boxMean, gaussian } from '../filters.js';
import { type Plane, shrinkPlane } from '../image.js';
import { seeded } from '../random.js';
import { flatten, noiseAt } from './sample.js';

/** Long side of the finest level, in pixels: finer corners do not survive a messenger. */
const FINEST = 800;
/** Long side of the coarsest level. */
const COARSEST = 110;
/** Ratio between levels: the cube root of two. */
const RATIO = 1.26;
/** Corners kept over all levels, shared out by area. */
const MOST = 1500;
/** Cells along the long side from which corners are drawn in turn, so that one busy patch does not take all. */
const CELLS = 12;
/** Radius of the described patch, in pixels of its level. */
const PATCH = 15;
/** 32-bit words of a descriptor. */
export const WORDS = 8;

/** A corner with its place in the plane it was found in (continuous pixels), scale, direction and 256-bit description. */
export interface Feature {
  readonly x: number;
  readonly y: number;
  /** Plane pixels per level pixel. */
  readonly scale: number;
  readonly angle: number;
  readonly bits: Int32Array;
}

/** Points compared in pairs: Gaussian about the centre, within the patch (Calonder and others, BRIEF, 2010). */
const PAIRS: Float32Array = (() => {
  const next = seeded(20_101);
  const out = new Float32Array(WORDS * 32 * 4);
  for (let i = 0; i < out.length; i += 2) {
    let x: number;
    let y: number;
    do {
      const radius = (PATCH / 2.2) * Math.sqrt(-2 * Math.log(1 - next()));
      const angle = 2 * Math.PI * next();
      x = radius * Math.cos(angle);
      y = radius * Math.sin(angle);
    } while (x * x + y * y > (PATCH - 1) * (PATCH - 1));
    out[i] = x;
    out[i + 1] = y;
  }
  return out;
})();

/** Corners of a plane over several scales, with rotated binary descriptions (Rublee and others, ORB, 2011). */
export function findFeatures(plane: Plane, tick: () => void): Feature[] {
  const long = Math.max(plane.width, plane.height);
  const sides: number[] = [];
  for (let side = Math.min(long, FINEST); side >= COARSEST; side /= RATIO) sides.push(side);
  if (sides.length === 0) sides.push(long);
  const total = sides.reduce((sum, side) => sum + side, 0);
  const out: Feature[] = [];
  for (const side of sides) {
    tick();
    const width = Math.max(1, Math.round((plane.width * side) / long));
    const height = Math.max(1, Math.round((plane.height * side) / long));
    if (Math.min(width, height) < 2 * PATCH + 8) continue;
    const level = flatten(shrinkPlane(plane, width, height), 12, noiseAt(side / long));
    out.push(...levelFeatures(level, plane.width / width, Math.round((MOST * side) / total)));
  }
  return out;
}

function levelFeatures(level: Plane, scale: number, most: number): Feature[] {
  const calm = blur(level, gaussian(1.8));
  return strongest(corners(blur(level, gaussian(0.8))), most).map((at) => {
    const x = at % level.width;
    const y = Math.floor(at / level.width);
    const angle = direction(calm, x, y);
    return { x: (x + 0.5) * scale, y: (y + 0.5) * scale, scale, angle, bits: describe(calm, x, y, angle) };
  });
}

/** The smaller eigenvalue of the gradient's scatter (Shi and Tomasi, 1994); zero near the border. */
function corners(level: Plane): Plane {
  const { data, width, height } = level;
  const xx = new Float32Array(data.length);
  const yy = new Float32Array(data.length);
  const xy = new Float32Array(data.length);
  for (let y = 1; y < height - 1; y++) {
    for (let x = 1; x < width - 1; x++) {
      const i = y * width + x;
      const gx = data[i + 1]! - data[i - 1]!;
      const gy = data[i + width]! - data[i - width]!;
      xx[i] = gx * gx;
      yy[i] = gy * gy;
      xy[i] = gx * gy;
    }
  }
  const [a, b, c] = [xx, yy, xy].map((plane) => boxMean({ data: plane, width, height }, 2).data) as [
    Float32Array,
    Float32Array,
    Float32Array,
  ];
  const margin = PATCH + 2;
  const out = new Float32Array(data.length);
  for (let y = margin; y < height - margin; y++) {
    for (let x = margin; x < width - margin; x++) {
      const i = y * width + x;
      const half = (a[i]! - b[i]!) / 2;
      out[i] = (a[i]! + b[i]!) / 2 - Math.sqrt(half * half + c[i]! * c[i]!);
    }
  }
  return { data: out, width, height };
}

/** Indices of the local maxima, the best of each cell first, then the second best of each, and so on. */
function strongest(response: Plane, most: number): number[] {
  const { data, width, height } = response;
  const cell = Math.max(16, Math.ceil(Math.max(width, height) / CELLS));
  const across = Math.ceil(width / cell);
  const cells: number[][] = Array.from({ length: across * Math.ceil(height / cell) }, () => []);
  for (let y = 2; y < height - 2; y++) {
    for (let x = 2; x < width - 2; x++) {
      const i = y * width + x;
      const value = data[i]!;
      if (value < 1e-3) continue;
      let peak = true;
      for (let dy = -2; dy <= 2 && peak; dy++) {
        for (let dx = -2; dx <= 2; dx++) {
          if (data[i + dy * width + dx]! > value) {
            peak = false;
            break;
          }
        }
      }
      if (peak) cells[Math.floor(y / cell) * across + Math.floor(x / cell)]!.push(i);
    }
  }
  for (const list of cells) list.sort((p, q) => data[q]! - data[p]!);
  const out: number[] = [];
  for (let rank = 0; out.length < most; rank++) {
    const before = out.length;
    for (const list of cells) if (rank < list.length && out.length < most) out.push(list[rank]!);
    if (out.length === before) break;
  }
  return out;
}

/** Direction from the patch's centre to its centre of brightness. */
function direction(calm: Plane, x: number, y: number): number {
  let mx = 0;
  let my = 0;
  for (let dy = -PATCH; dy <= PATCH; dy++) {
    const reach = Math.floor(Math.sqrt(PATCH * PATCH - dy * dy));
    for (let dx = -reach; dx <= reach; dx++) {
      const value = calm.data[(y + dy) * calm.width + x + dx]!;
      mx += dx * value;
      my += dy * value;
    }
  }
  return Math.atan2(my, mx);
}

function describe(calm: Plane, x: number, y: number, angle: number): Int32Array {
  const cos = Math.cos(angle);
  const sin = Math.sin(angle);
  const value = (k: number): number => {
    const px = PAIRS[k]!;
    const py = PAIRS[k + 1]!;
    return calm.data[(y + Math.round(sin * px + cos * py)) * calm.width + x + Math.round(cos * px - sin * py)]!;
  };
  const bits = new Int32Array(WORDS);
  for (let bit = 0; bit < WORDS * 32; bit++) {
    if (value(4 * bit) < value(4 * bit + 2)) bits[bit >> 5]! |= 1 << (bit & 31);
  }
  return bits;
}

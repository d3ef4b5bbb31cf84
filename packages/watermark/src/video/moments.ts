import type { Size } from '../image.js';
import { apply, compose, type Homography, scaling } from '../register/homography.js';
import { between, flatten } from '../register/sample.js';
import { spread } from './spread.js';
import type { Grey, Survey } from './survey.js';

/** Long side at which moments are compared, in pixels, and radius of the local mean and contrast. */
const SIDE = 64;
const RADIUS = 4;
/** Variance that is noise in a thumbnail, in squared levels: slow shading of smooth skin must not be lost. */
const NOISE = 0.3;
/** Frames of the original that are compared with each frame of the copy. */
const COMPARED = 3000;
/** Seconds by which frames may be off for nothing: one frame. */
const FREE = 0.041;
/** What a jump costs, in correlation, and the difference of the clocks, by what passed, that costs as much. */
const JUMP = 0.15;
const SLIP = 0.5;

/** How time may run in a copy: as in the original, or cut, faster and slower. */
export type Pace = 'steady' | 'any';

/** Where a frame of the copy comes from. */
export interface Moment {
  /** Frame of the copy, by place among those kept. */
  readonly at: number;
  /** Frame of the original, by place among all. */
  readonly original: number;
  /** Of the flattened frames, -1 to 1. */
  readonly correlation: number;
}

/** A picture without its light: local mean 0, local contrast 1, in bytes of a thirty-second. */
interface Flat {
  readonly data: Int8Array;
  readonly width: number;
  readonly height: number;
}

/** All frames of an original, flattened once. */
export interface Flats {
  readonly places: readonly number[];
  readonly flats: readonly Flat[];
  readonly times: readonly number[];
}

/** Makes an original ready to be compared under any map. */
export function flatsOf({ thumbs, times }: Survey, tick: () => void): Flats {
  const places = spread(thumbs.length, COMPARED);
  const size = sizeOf(thumbs[0]!);
  const toThumb = scaling(thumbs[0]!.width / size.width, thumbs[0]!.height / size.height);
  const flats = places.map((i) => {
    tick();
    return flat(thumbs[i]!, toThumb, size).picture;
  });
  return { places, flats, times: places.map((i) => times[i]!) };
}

function sizeOf({ width, height }: Grey): { width: number; height: number } {
  const factor = Math.min(1, SIDE / Math.max(width, height));
  return { width: Math.max(8, Math.round(width * factor)), height: Math.max(8, Math.round(height * factor)) };
}

/** A thumbnail as it looks on the grid under a map, flattened, and where the grid lies within it. */
function flat(
  thumb: Grey,
  map: Homography,
  { width, height }: Size,
): { readonly picture: Flat; readonly inside: Uint8Array } {
  const data = new Float32Array(width * height);
  const inside = new Uint8Array(width * height);
  const source = Float32Array.from(thumb.data);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [u, v] = apply(map, x + 0.5, y + 0.5);
      const within = u >= 0.5 && v >= 0.5 && u < thumb.width - 0.5 && v < thumb.height - 0.5;
      // Beyond the border the last pixel stands for all: flattening makes nothing of it.
      const i = Math.min(thumb.width - 1.001, Math.max(0.5, u));
      const j = Math.min(thumb.height - 1.001, Math.max(0.5, v));
      data[y * width + x] = between(source, thumb.width, i - 0.5, j - 0.5);
      inside[y * width + x] = within ? 1 : 0;
    }
  }
  const out = flatten({ data, width, height }, RADIUS, NOISE).data;
  return {
    picture: {
      data: Int8Array.from(out, (value) => Math.max(-127, Math.min(127, Math.round(32 * value)))),
      width,
      height,
    },
    inside,
  };
}

/** How well frames of a copy agree with all of an original, each under its map: a row of correlations for each. */
export function agreement(
  copy: readonly { readonly thumb: Grey; readonly map: Homography }[],
  { flats }: Flats,
  original: Grey,
  tick: () => void,
): readonly Float32Array[] {
  const size = flats[0]!;
  const toThumb = scaling(original.width / size.width, original.height / size.height);
  return copy.map(({ thumb, map }) => {
    tick();
    const { picture, inside } = flat(thumb, compose(map, toThumb), size);
    return Float32Array.from(flats, (one) => correlate(one, picture, inside));
  });
}

/** A way through an original, and the mean agreement along it. */
export interface Path {
  readonly moments: readonly Moment[];
  readonly correlation: number;
}

/** Where the original stands when the copy begins, if both run alike: the moments that agree best at one distance in time. */
function steadyPath(rows: readonly Float32Array[], shown: readonly number[], { places, times }: Flats): Path {
  const at = (distance: number): { total: number; picks: number[] } => {
    let total = 0;
    const picks = rows.map((row, i) => {
      const expected = shown[i]! + distance;
      let best = nearest(times, expected);
      for (const j of [best - 1, best + 1]) {
        if (j < 0 || j >= times.length || Math.abs(times[j]! - expected) > FREE) continue;
        if (row[j]! > row[best]!) best = j;
      }
      // What lies before the begin or after the end of the original speaks against this distance.
      if (Math.abs(times[best]! - expected) <= 2 * FREE) total += row[best]!;
      return best;
    });
    return { total, picks };
  };
  let best = { total: Number.NEGATIVE_INFINITY, picks: [] as number[] };
  for (const time of times) {
    // The middle of the copy lies on some frame of the original.
    const one = at(time - shown[shown.length >> 1]!);
    if (one.total > best.total) best = one;
  }
  const moments = best.picks.map((j, i) => ({ at: i, original: places[j]!, correlation: rows[i]![j]! }));
  return { moments, correlation: best.total / rows.length };
}

function nearest(times: readonly number[], time: number): number {
  let [low, high] = [0, times.length - 1];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (times[middle]! <= time) low = middle;
    else high = middle;
  }
  return Math.abs(times[low]! - time) <= Math.abs(times[high]! - time) ? low : high;
}

/** The way through the original that frames shown at these times took, by how they agree. */
export function findPath(rows: readonly Float32Array[], shown: readonly number[], original: Flats, pace: Pace): Path {
  return pace === 'steady' ? steadyPath(rows, shown, original) : anyPath(rows, shown, original);
}

/** With jumps and slips that cost something (Viterbi). */
function anyPath(rows: readonly Float32Array[], shown: readonly number[], original: Flats): Path {
  const { places, times } = original;
  const from: Int32Array[] = [];
  let worth = Float64Array.from(rows[0]!);
  for (let at = 1; at < rows.length; at++) {
    const passed = shown[at]! - shown[at - 1]!;
    const reach = FREE + SLIP * passed;
    const back = new Int32Array(times.length);
    const next = new Float64Array(times.length);
    const top = worth.indexOf(worth.reduce((a, b) => Math.max(a, b)));
    let k = 0;
    for (let j = 0; j < times.length; j++) {
      // Either a jump from the best of all, or from near the moment that lies as far back as in the copy.
      let most = worth[top]! - JUMP;
      back[j] = top;
      const expected = times[j]! - passed;
      while (k < times.length && times[k]! <= expected - FREE - reach) k++;
      for (let i = k; i < times.length && times[i]! < expected + FREE + reach; i++) {
        const off = Math.max(0, Math.abs(times[i]! - expected) - FREE);
        const total = worth[i]! - (JUMP * off) / reach;
        if (total > most) {
          most = total;
          back[j] = i;
        }
      }
      next[j] = most + rows[at]![j]!;
    }
    from.push(back);
    worth = next;
  }
  let j = worth.indexOf(worth.reduce((a, b) => Math.max(a, b)));
  const moments: Moment[] = [];
  for (let at = rows.length - 1; at >= 0; at--) {
    moments.push({ at, original: places[j]!, correlation: rows[at]![j]! });
    if (at > 0) j = from[at - 1]![j]!;
  }
  moments.reverse();
  return { moments, correlation: moments.reduce((sum, one) => sum + one.correlation, 0) / moments.length };
}

function correlate(original: Flat, copy: Flat, inside: Uint8Array): number {
  let oo = 0;
  let cc = 0;
  let oc = 0;
  for (let i = 0; i < inside.length; i++) {
    if (inside[i] === 0) continue;
    const o = original.data[i]!;
    const c = copy.data[i]!;
    oo += o * o;
    cc += c * c;
    oc += o * c;
  }
  return oo * cc === 0 ? 0 : oc / Math.sqrt(oo * cc);
}

import type { Size } from '../image.js';
import { ORIENTATIONS } from '../register/homography.js';
import type { Grey } from './survey.js';

/** Long side at which moments are looked for, in pixels. */
const SIDE = 32;
/** Part of a copy's frame, about its centre, that is looked for: what lies further out may be cropped or the wall behind a screen. */
const MIDDLE = 0.6;
/** Least side of what is looked for, in small pixels. */
const LEAST = 5;

/** How a copy lies on an original, coarsely. */
export interface Lie {
  /** Which of the eight ways (turns, then mirrored) the copy lies. */
  readonly way: number;
  /** Long side of the original in the copy, as a part of the copy's long side. */
  readonly zoom: number;
}

/** A small picture with running sums for windows. */
interface Small extends Grey {
  readonly sums: Float64Array;
  readonly squares: Float64Array;
}

/** An original's thumbnail, ready to be looked through. */
export function small(thumb: Grey): Small {
  const { data, width, height } = shrink(thumb);
  const stride = width + 1;
  const sums = new Float64Array(stride * (height + 1));
  const squares = new Float64Array(stride * (height + 1));
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const value = data[y * width + x]!;
      const at = (y + 1) * stride + x + 1;
      sums[at] = value + sums[at - 1]! + sums[at - stride]! - sums[at - stride - 1]!;
      squares[at] = value * value + squares[at - 1]! + squares[at - stride]! - squares[at - stride - 1]!;
    }
  }
  return { data, width, height, sums, squares };
}

function shrink({ data, width, height }: Grey): Grey {
  const factor = Math.max(1, Math.max(width, height) / SIDE);
  const small = { width: Math.max(1, Math.round(width / factor)), height: Math.max(1, Math.round(height / factor)) };
  const out = new Uint8Array(small.width * small.height);
  for (let y = 0; y < small.height; y++) {
    const [top, bottom] = [Math.floor((y * height) / small.height), Math.ceil(((y + 1) * height) / small.height)];
    for (let x = 0; x < small.width; x++) {
      const [left, right] = [Math.floor((x * width) / small.width), Math.ceil(((x + 1) * width) / small.width)];
      let sum = 0;
      for (let j = top; j < bottom; j++) for (let i = left; i < right; i++) sum += data[j * width + i]!;
      out[y * small.width + x] = sum / ((bottom - top) * (right - left));
    }
  }
  return { data: out, ...small };
}

/** The middle of a copy's frame as it would look in an original's small picture. */
export interface Template {
  /** Without its mean, of length one. Empty when there is nothing to see or it does not fit. */
  readonly data: Float32Array;
  readonly width: number;
  readonly height: number;
  readonly lie: Lie;
}

/** Copy pixels for one small pixel of the original. */
export function stepOf({ zoom }: Lie, copy: Size, original: Size): number {
  return (zoom * Math.max(copy.width, copy.height)) / Math.max(original.width, original.height);
}

/** Cuts the template for a lie. `original` says how large it may be. */
export function template(copy: Grey, lie: Lie, original: Size): Template {
  const [a, b, c, d] = ORIENTATIONS[lie.way]!;
  const step = stepOf(lie, copy, original);
  // The copy's extent along the original's axes.
  const across = a === 0 ? copy.height : copy.width;
  const down = a === 0 ? copy.width : copy.height;
  const width = Math.min(original.width, Math.round((MIDDLE * across) / step));
  const height = Math.min(original.height, Math.round((MIDDLE * down) / step));
  if (width < LEAST || height < LEAST) return { data: new Float32Array(0), width, height, lie };
  const data = new Float32Array(width * height);
  const n = Math.max(1, Math.round(step));
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      let sum = 0;
      for (let k = 0; k < n * n; k++) {
        const u = (x + ((k % n) + 0.5) / n - width / 2) * step;
        const v = (y + (Math.floor(k / n) + 0.5) / n - height / 2) * step;
        const i = Math.floor(copy.width / 2 + a * u + b * v);
        const j = Math.floor(copy.height / 2 + c * u + d * v);
        sum += copy.data[clamp(j, copy.height) * copy.width + clamp(i, copy.width)]!;
      }
      data[y * width + x] = sum / (n * n);
    }
  }
  const mean = data.reduce((sum, value) => sum + value, 0) / data.length;
  let power = 0;
  for (let i = 0; i < data.length; i++) {
    data[i]! -= mean;
    power += data[i]! * data[i]!;
  }
  // Less than two levels of contrast is nothing to look for.
  if (power < 4 * data.length) return { data: new Float32Array(0), width, height, lie };
  for (let i = 0; i < data.length; i++) data[i]! /= Math.sqrt(power);
  return { data, width, height, lie };
}

function clamp(i: number, length: number): number {
  return Math.min(length - 1, Math.max(0, i));
}

/** Places that a template has in an original's small picture, across and down. */
export function placesOf(
  { width, height }: Template,
  original: Size,
): {
  readonly across: number;
  readonly down: number;
} {
  return { across: original.width - width + 1, down: original.height - height + 1 };
}

/** Correlates a template with every place of a small picture, row by row; 0 where there is nothing to see. */
export function look(original: Small, { data, width, height }: Template, out: Float32Array): void {
  const { sums, squares } = original;
  const stride = original.width + 1;
  const n = width * height;
  for (let y = 0, at = 0; y + height <= original.height; y++) {
    for (let x = 0; x + width <= original.width; x++, at++) {
      const [a, b] = [y * stride + x, (y + height) * stride + x];
      const sum = sums[b + width]! - sums[b]! - sums[a + width]! + sums[a]!;
      const power = squares[b + width]! - squares[b]! - squares[a + width]! + squares[a]! - (sum * sum) / n;
      if (power < n) {
        out[at] = 0;
        continue;
      }
      let product = 0;
      for (let j = 0; j < height; j++) {
        const row = (y + j) * original.width + x;
        for (let i = 0; i < width; i++) product += data[j * width + i]! * original.data[row + i]!;
      }
      out[at] = product / Math.sqrt(power);
    }
  }
}

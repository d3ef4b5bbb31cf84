import type { Pixels, Plane } from './image.js';
import { DITHER, roundedSquare, THRESHOLDS } from './rounding.js';

/** Samples for the estimate of the energy: enough for 0.01 dB. */
const SAMPLES = 200_000;
/** Where each pixel of one axis falls between two samples of the grid. */
function axis(side: number, gridSide: number): { index: Uint32Array; fraction: Float32Array } {
  const index = new Uint32Array(side);
  const fraction = new Float32Array(side);
  for (let i = 0; i < side; i++) {
    const at = Math.min(gridSide - 1, Math.max(0, ((i + 0.5) * gridSide) / side - 0.5));
    const whole = Math.min(gridSide - 2, Math.floor(at));
    index[i] = whole;
    fraction[i] = at - whole;
  }
  return { index, fraction };
}

/** Values of the residual at evenly spread pixels of the full picture. */
export function sampleResidual(residual: Plane, width: number, height: number): Float32Array {
  const step = Math.max(1, Math.floor(Math.sqrt((width * height) / SAMPLES)));
  const columns = axis(width, residual.width);
  const rows = axis(height, residual.height);
  const out = new Float32Array(Math.ceil(width / step) * Math.ceil(height / step));
  let n = 0;
  for (let y = 0; y < height; y += step) {
    const at = rows.index[y]! * residual.width;
    const down = rows.fraction[y]!;
    for (let x = 0; x < width; x += step) {
      const i = at + columns.index[x]!;
      const f = columns.fraction[x]!;
      const top = residual.data[i]! * (1 - f) + residual.data[i + 1]! * f;
      const bottom = residual.data[i + residual.width]! * (1 - f) + residual.data[i + residual.width + 1]! * f;
      out[n++] = top * (1 - down) + bottom * down;
    }
  }
  return out;
}

/** Mean squared change at a gain, rounding included. */
export function energyAtGain(sample: Float32Array, gain: number): number {
  let sum = 0;
  for (const value of sample) sum += roundedSquare(gain * value);
  return sum / sample.length;
}

/** Adds gain times the residual (bilinear between grid samples) to the picture; counts the squared changes. */
export function addResidual(
  pixels: Pixels,
  channels: number,
  residual: Plane,
  gain: number,
  strengths: ((y: number, out: Float32Array) => void) | undefined,
): { marked: Uint8ClampedArray<ArrayBuffer>; squares: number } {
  const { data, width, height } = pixels;
  const marked = new Uint8ClampedArray(data.length);
  marked.set(data);
  const columns = axis(width, residual.width);
  const rows = axis(height, residual.height);
  const line = new Float32Array(residual.width);
  const strength = new Float32Array(width).fill(1);
  const colours = channels === 1 ? 1 : 3;
  let squares = 0;
  for (let y = 0; y < height; y++) {
    const at = rows.index[y]! * residual.width;
    const lower = gain * rows.fraction[y]!;
    const upper = gain - lower;
    for (let x = 0; x < residual.width; x++) {
      line[x] = upper * residual.data[at + x]! + lower * residual.data[at + residual.width + x]!;
    }
    strengths?.(y, strength);
    const dither = (y & (DITHER - 1)) * DITHER;
    for (let x = 0, i = y * width * channels; x < width; x++, i += channels) {
      const k = columns.index[x]!;
      const exact = (line[k]! + (line[k + 1]! - line[k]!) * columns.fraction[x]!) * strength[x]!;
      const change = Math.floor(exact + THRESHOLDS[dither + (x & (DITHER - 1))]!);
      if (change === 0 || (channels === 4 && data[i + 3] === 0)) continue;
      for (let c = i; c < i + colours; c++) {
        const before = data[c]!;
        marked[c] = before + change;
        const real = marked[c]! - before;
        squares += real * real;
      }
    }
  }
  return { marked, squares };
}

import { bytesOf, type Pixels, type Plane } from './image.js';
import { DITHER, roundedSquare, THRESHOLDS } from './rounding.js';

/** Samples for the estimate of the energy: enough for 0.01 dB. */
const SAMPLES = 200_000;
/** Where each pixel of one axis falls between two samples of the grid. */
export interface Axis {
  readonly index: Uint32Array;
  readonly fraction: Float32Array;
}

/** Pixel centres lie at halves; a grid has at least two samples. */
export function axis(side: number, gridSide: number): Axis {
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

/**
 * Adds gain times the residual (bilinear between grid samples) to the picture, and counts the squared changes of its
 * colour samples. `shape` may change each row's exact values.
 */
export function addResidual(
  pixels: Pixels,
  channels: number,
  residual: Plane,
  gain: number,
  strengths: ((y: number, out: Float32Array) => void) | undefined,
  shape?: (exact: Float32Array, y: number) => void,
): { marked: Uint8ClampedArray<ArrayBuffer>; squares: number } {
  const { width, height } = pixels;
  const marked = new Uint8ClampedArray(pixels.data.length);
  // The same bytes, without a check of every number that is written.
  const bytes = new Uint8Array(marked.buffer);
  const source = bytesOf(pixels);
  const columns = axis(width, residual.width);
  const rows = axis(height, residual.height);
  const line = new Float32Array(residual.width);
  const exact = new Float32Array(width);
  const strength = new Float32Array(width);
  const changes = new Int8Array(width);
  let squares = 0;
  for (let y = 0; y < height; y++) {
    const at = rows.index[y]! * residual.width;
    const lower = gain * rows.fraction[y]!;
    const upper = gain - lower;
    for (let x = 0; x < line.length; x++) {
      line[x] = upper * residual.data[at + x]! + lower * residual.data[at + line.length + x]!;
    }
    stretch(line, columns, exact);
    shape?.(exact, y);
    if (strengths !== undefined) {
      strengths(y, strength);
      for (let x = 0; x < width; x++) exact[x]! *= strength[x]!;
    }
    roundRow(exact, y, changes);
    const [from, to] = [y * width * channels, (y + 1) * width * channels];
    squares += addRow(source.subarray(from, to), changes, channels, bytes.subarray(from, to));
  }
  return { marked, squares };
}

/** A line of the grid at every pixel of a row. */
function stretch(line: Float32Array, { index, fraction }: Axis, out: Float32Array): void {
  for (let x = 0; x < out.length; x++) {
    const k = index[x]!;
    out[x] = line[k]! + (line[k + 1]! - line[k]!) * fraction[x]!;
  }
}

/** Whole levels: floor(exact + threshold). */
function roundRow(exact: Float32Array, y: number, out: Int8Array): void {
  const dither = (y & (DITHER - 1)) * DITHER;
  // Truncation is floor for positive numbers, and quicker.
  for (let x = 0; x < out.length; x++) out[x] = ((exact[x]! + THRESHOLDS[dither + (x & (DITHER - 1))]! + 64) | 0) - 64;
}

/** Adds each pixel's change to its colours, clipped to 0 and 255; gives the sum of the squared changes. */
function addRow(before: Uint8Array, changes: Int8Array, channels: number, after: Uint8Array): number {
  const colours = channels === 1 ? 1 : 3;
  let squares = 0;
  for (let x = 0, i = 0; x < changes.length; x++, i += channels) {
    let change = changes[x]!;
    if (channels === 4) {
      const alpha = before[i + 3]!;
      after[i + 3] = alpha;
      if (alpha === 0) change = 0;
    }
    const red = before[i]! + change;
    after[i] = red;
    // A number that leaves the byte shows in the bits above it.
    let beyond = red;
    if (colours === 3) {
      const green = before[i + 1]! + change;
      const blue = before[i + 2]! + change;
      after[i + 1] = green;
      after[i + 2] = blue;
      beyond |= green | blue;
    }
    squares += colours * change * change;
    if ((beyond & -256) !== 0) {
      for (let c = i; c < i + colours; c++) {
        const level = Math.min(255, Math.max(0, before[c]! + change));
        after[c] = level;
        squares += (level - before[c]!) ** 2 - change * change;
      }
    }
  }
  return squares;
}

import { boxMean } from '../filters.js';
import type { Plane } from '../image.js';
import { CHIP_KERNEL } from '../pattern.js';

/** Side of a transformed block, in pixels: fine enough in frequency to tell a texture from the mark, yet local. */
const BLOCK = 16;
const HOP = BLOCK / 2;
/** Neighbouring blocks whose power counts as the picture's own: one on each side. */
const NEIGHBOURS = 1;
/** Least power of the picture, in squared luma levels: rounding, and a codec's zeros, are no certainty. */
const LEAST_POWER = 4;
/** Degrees of freedom of Student's t, the distribution that a coefficient of a photograph is taken to have. */
const FREEDOM = 3;

/** COSINES[k * BLOCK + n]: orthonormal DCT-II. */
const COSINES: Float64Array = Float64Array.from({ length: BLOCK * BLOCK }, (_, i) => {
  const k = Math.floor(i / BLOCK);
  return Math.sqrt((k === 0 ? 1 : 2) / BLOCK) * Math.cos((Math.PI * ((i % BLOCK) + 0.5) * k) / BLOCK);
});
/** Its square and that of the next block sum to one. */
const WINDOW: Float64Array = Float64Array.from({ length: BLOCK }, (_, n) => Math.sin((Math.PI * (n + 0.5)) / BLOCK));
/** How much of a chip's edge the embedder's smoothing lets through, by frequency. */
const SMOOTHING: Float64Array = Float64Array.from({ length: BLOCK }, (_, k) => {
  const [centre, first, second] = CHIP_KERNEL as [number, number, number];
  const angle = (Math.PI * k) / BLOCK;
  return centre + 2 * first * Math.cos(angle) + 2 * second * Math.cos(2 * angle);
});

/**
 * What each pixel says about a mark of chips of about two pixels, as if it were evidence to be summed: a lapped transform
 * in blocks of 16 x 16; every coefficient divided by the power that its neighbours have at that frequency (the matched
 * filter for a weak signal in noise of known spectrum), large ones held back as Student's t does; and back again.
 * So texture, edges and flat areas each count by how well the mark can be told from them there.
 */
export function whiten(luma: Plane): Plane {
  const across = Math.ceil(luma.width / HOP) + 1;
  const down = Math.ceil(luma.height / HOP) + 1;
  const coefficients = analyse(luma, across, down);
  for (let f = 0; f < BLOCK * BLOCK; f++) {
    const band = coefficients.subarray(f * across * down, (f + 1) * across * down);
    // The constant part of a block is the picture's alone.
    if (f === 0) band.fill(0);
    else weigh(band, across, down, SMOOTHING[f % BLOCK]! * SMOOTHING[Math.floor(f / BLOCK)]!);
  }
  return synthesise(coefficients, across, down, luma);
}

function weigh(band: Float32Array, across: number, down: number, share: number): void {
  const squares = new Float32Array(band.length);
  for (let i = 0; i < band.length; i++) squares[i] = band[i]! * band[i]!;
  const power = boxMean({ data: squares, width: across, height: down }, NEIGHBOURS).data;
  for (let i = 0; i < band.length; i++) {
    band[i] = (share * band[i]!) / (power[i]! + LEAST_POWER + squares[i]! / FREEDOM);
  }
}

/** All blocks' coefficients, one plane a frequency. */
function analyse(luma: Plane, across: number, down: number): Float32Array {
  const out = new Float32Array(BLOCK * BLOCK * across * down);
  const block = new Float64Array(BLOCK * BLOCK);
  const half = new Float64Array(BLOCK * BLOCK);
  for (let by = 0; by < down; by++) {
    for (let bx = 0; bx < across; bx++) {
      for (let y = 0; y < BLOCK; y++) {
        const row = Math.min(luma.height - 1, Math.max(0, (by - 1) * HOP + y)) * luma.width;
        for (let x = 0; x < BLOCK; x++) {
          const column = Math.min(luma.width - 1, Math.max(0, (bx - 1) * HOP + x));
          block[y * BLOCK + x] = luma.data[row + column]! * WINDOW[x]! * WINDOW[y]!;
        }
      }
      forward(block, half);
      forward(half, block);
      const at = by * across + bx;
      for (let f = 0; f < BLOCK * BLOCK; f++) out[f * across * down + at] = block[f]!;
    }
  }
  return out;
}

/** Transforms every row and writes the results as columns: done twice, both axes are transformed. */
function forward(from: Float64Array, to: Float64Array): void {
  for (let row = 0; row < BLOCK; row++) {
    const at = row * BLOCK;
    for (let n = 0; n < HOP; n++) {
      const a = from[at + n]!;
      const b = from[at + BLOCK - 1 - n]!;
      SUMS[n] = a + b;
      DIFFERENCES[n] = a - b;
    }
    for (let k = 0; k < BLOCK; k++) {
      const halves = k & 1 ? DIFFERENCES : SUMS;
      let sum = 0;
      for (let n = 0; n < HOP; n++) sum += COSINES[k * BLOCK + n]! * halves[n]!;
      to[k * BLOCK + row] = sum;
    }
  }
}
const SUMS = new Float64Array(HOP);
const DIFFERENCES = new Float64Array(HOP);

function synthesise(coefficients: Float32Array, across: number, down: number, like: Plane): Plane {
  const { width, height } = like;
  const data = new Float32Array(width * height);
  const block = new Float64Array(BLOCK * BLOCK);
  const half = new Float64Array(BLOCK * BLOCK);
  for (let by = 0; by < down; by++) {
    for (let bx = 0; bx < across; bx++) {
      const at = by * across + bx;
      for (let f = 0; f < BLOCK * BLOCK; f++) block[f] = coefficients[f * across * down + at]!;
      backward(block, half);
      backward(half, block);
      const left = (bx - 1) * HOP;
      const top = (by - 1) * HOP;
      for (let y = Math.max(0, -top); y < BLOCK && top + y < height; y++) {
        for (let x = Math.max(0, -left); x < BLOCK && left + x < width; x++) {
          data[(top + y) * width + left + x]! += block[y * BLOCK + x]! * WINDOW[x]! * WINDOW[y]!;
        }
      }
    }
  }
  return { data, width, height };
}

function backward(from: Float64Array, to: Float64Array): void {
  for (let row = 0; row < BLOCK; row++) {
    const at = row * BLOCK;
    for (let n = 0; n < HOP; n++) {
      let even = 0;
      let odd = 0;
      for (let k = 0; k < BLOCK; k += 2) {
        even += COSINES[k * BLOCK + n]! * from[at + k]!;
        odd += COSINES[(k + 1) * BLOCK + n]! * from[at + k + 1]!;
      }
      to[n * BLOCK + row] = even + odd;
      to[(BLOCK - 1 - n) * BLOCK + row] = even - odd;
    }
  }
}

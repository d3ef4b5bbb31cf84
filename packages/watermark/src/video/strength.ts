import { amplitudes, FRAME_LOSS, MOST_TEXTURE, SSIM_C2, type Texture } from '../budget.js';
import type { Plane } from '../image.js';
import { brightness } from '../mask.js';

/** Side of the cells for which a strength is found, in canonical pixels. */
export const CELL = 4;

/**
 * The amplitude of the mark in each cell of 4 x 4 canonical pixels, in luma levels: what `perceptualMask` gives a
 * photograph, coarser, so that there is time for it at every frame. It depends on this frame alone.
 *
 * @param luma the frame on its canonical grid, 0 to 255.
 * @param allowed mean squared change that the quality allows.
 * @param scale frame pixels per canonical pixel, at least 1.
 */
export function strengthOf(luma: Plane, allowed: number, scale: number): Plane {
  const cells = cellsOf(luma);
  const calm = calmness(cells);
  const { width, height, level, tolerance, count } = cells;
  const energy = new Float64Array(MOST_TEXTURE + 1);
  const loss = new Float64Array(MOST_TEXTURE + 1);
  const light = level.map(brightness);
  for (let i = 0; i < calm.length; i++) {
    const kind = Math.round(calm[i]!);
    const share = light[i]! * light[i]! * count[i]!;
    energy[kind]! += share;
    loss[kind]! += share / tolerance[i]!;
  }
  const texture: Texture = { pixels: luma.width * luma.height, energy, loss };
  const amplitude = amplitudes(texture, allowed, scale, FRAME_LOSS);
  // At least two each way, as a grid: a strip of one cell is there twice, so that there is something between two.
  const [across, down] = [Math.max(2, width), Math.max(2, height)];
  const data = new Float32Array(across * down);
  for (let y = 0, i = 0; y < down; y++) {
    for (let x = 0; x < across; x++, i++) {
      const cell = Math.min(y, height - 1) * width + Math.min(x, width - 1);
      data[i] = amplitude[Math.round(calm[cell]!)]! * light[cell]!;
    }
  }
  return { data, width: across, height: down };
}

/** A picture in cells. */
interface Cells {
  readonly width: number;
  readonly height: number;
  /** Canonical pixels of a cell: fewer at the right and lower border. */
  readonly count: Float32Array;
  /** Mean luma. */
  readonly level: Float32Array;
  /** Variance of luma over two by two cells, this one the upper left. */
  readonly variance: Float32Array;
  /** What noise of variance one costs in SSIM is one part in so many. */
  readonly tolerance: Float32Array;
}

function cellsOf({ data, width: across, height: down }: Plane): Cells {
  const width = Math.ceil(across / CELL);
  const height = Math.ceil(down / CELL);
  const sum = new Float32Array(width * height);
  const squares = new Float32Array(width * height);
  const count = new Float32Array(width * height);
  for (let y = 0; y < down; y++) {
    const line = Math.floor(y / CELL) * width;
    for (let cell = 0, x = y * across; cell < width; cell++) {
      const end = Math.min(x + CELL, (y + 1) * across);
      let total = 0;
      let power = 0;
      for (; x < end; x++) {
        const value = data[x]!;
        total += value;
        power += value * value;
      }
      sum[line + cell]! += total;
      squares[line + cell]! += power;
    }
  }
  const level = new Float32Array(width * height);
  const variance = new Float32Array(width * height);
  const tolerance = new Float32Array(width * height);
  for (let y = 0; y < height; y++) {
    const high = Math.min(CELL, down - y * CELL);
    for (let x = 0; x < width; x++) {
      count[y * width + x] = high * Math.min(CELL, across - x * CELL);
    }
  }
  for (let y = 0; y < height; y++) {
    const below = y + 1 < height ? width : 0;
    for (let x = 0; x < width; x++) {
      const i = y * width + x;
      const beside = x + 1 < width ? 1 : 0;
      const n = count[i]! + count[i + beside]! + count[i + below]! + count[i + below + beside]!;
      const mean = (sum[i]! + sum[i + beside]! + sum[i + below]! + sum[i + below + beside]!) / n;
      const power = (squares[i]! + squares[i + beside]! + squares[i + below]! + squares[i + below + beside]!) / n;
      level[i] = sum[i]! / count[i]!;
      variance[i] = Math.max(0, power - mean * mean);
      tolerance[i] = 2 * variance[i]! + SSIM_C2;
    }
  }
  return { width, height, count, level, variance, tolerance };
}

/** Of all windows around a cell the calmest decides, up to `MOST_TEXTURE`: next to an edge the calmer side. Smoothed. */
function calmness({ width, height, variance }: Cells): Float32Array {
  const across = new Float32Array(variance.length);
  const calm = new Float32Array(variance.length);
  // A cell lies in the windows that begin at it, and one to the left or above; one more on either side is around it.
  for (let y = 0; y < height; y++) {
    for (let x = 0, i = y * width; x < width; x++, i++) {
      let least = variance[i]!;
      for (let k = Math.max(0, x - 2); k <= Math.min(width - 1, x + 1); k++) {
        least = Math.min(least, variance[y * width + k]!);
      }
      across[i] = Math.min(least, MOST_TEXTURE);
    }
  }
  for (let y = 0; y < height; y++) {
    const [from, to] = [Math.max(0, y - 2), Math.min(height - 1, y + 1)];
    for (let x = 0; x < width; x++) {
      let least = across[y * width + x]!;
      for (let k = from; k <= to; k++) least = Math.min(least, across[k * width + x]!);
      calm[y * width + x] = least;
    }
  }
  return calm;
}

import { boxMean, boxVariance } from '../filters.js';
import type { Plane } from '../image.js';
import { apply, type Homography } from './homography.js';

/**
 * Variance that is noise in a picture shrunk by a factor, in squared luma levels: two levels of spread at full size,
 * less where many pixels were averaged. Flat areas must not be blown up to full contrast, nor slow shading be lost.
 */
export function noiseAt(factor: number): number {
  return 4 * factor * factor + 0.05;
}

/** A plane with local mean taken away and local contrast made one: lighting, gamma and JPEG hardly change it. */
export function flatten(plane: Plane, radius: number, noise = 4): Plane {
  const mean = boxMean(plane, radius);
  const variance = boxVariance(plane, radius);
  const data = new Float32Array(plane.data.length);
  for (let i = 0; i < data.length; i++) {
    data[i] = (plane.data[i]! - mean.data[i]!) / Math.sqrt(variance.data[i]! + noise);
  }
  return { data, width: plane.width, height: plane.height };
}

/** Bilinear value at a continuous point that lies at least half a pixel inside. */
export function bilinear(plane: Plane, x: number, y: number): number {
  return between(plane.data, plane.width, x - 0.5, y - 0.5);
}

/** The same between the numbers of any table, (0, 0) being the first one; the next column and row must be there. */
export function between(data: Float32Array, width: number, x: number, y: number): number {
  const i = Math.floor(x);
  const j = Math.floor(y);
  const fx = x - i;
  const fy = y - j;
  const at = j * width + i;
  const upper = data[at]! + (data[at + 1]! - data[at]!) * fx;
  const lower = data[at + width]! + (data[at + width + 1]! - data[at + width]!) * fx;
  return upper + (lower - upper) * fy;
}

/** The plane seen through a map on a grid, Catmull-Rom interpolated; `inside` is 1 where it lies within the plane. */
export function warp(plane: Plane, h: Homography, width: number, height: number): { plane: Plane; inside: Uint8Array } {
  const data = new Float32Array(width * height);
  const inside = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [sx, sy] = apply(h, x + 0.5, y + 0.5);
      if (!(sx >= 2 && sy >= 2 && sx < plane.width - 2 && sy < plane.height - 2)) continue;
      inside[y * width + x] = 1;
      data[y * width + x] = cubic(plane, sx - 0.5, sy - 0.5);
    }
  }
  return { plane: { data, width, height }, inside };
}

function cubic(plane: Plane, x: number, y: number): number {
  const i = Math.floor(x);
  const j = Math.floor(y);
  const fx = x - i;
  const fy = y - j;
  const w0 = fx * (-0.5 + fx * (1 - 0.5 * fx));
  const w1 = 1 + fx * fx * (-2.5 + 1.5 * fx);
  const w2 = fx * (0.5 + fx * (2 - 1.5 * fx));
  const w3 = fx * fx * (-0.5 + 0.5 * fx);
  let sum = 0;
  for (let r = -1; r <= 2; r++) {
    const at = (j + r) * plane.width + i;
    const across =
      w0 * plane.data[at - 1]! + w1 * plane.data[at]! + w2 * plane.data[at + 1]! + w3 * plane.data[at + 2]!;
    const weight =
      r === -1
        ? fy * (-0.5 + fy * (1 - 0.5 * fy))
        : r === 0
          ? 1 + fy * fy * (-2.5 + 1.5 * fy)
          : r === 1
            ? fy * (0.5 + fy * (2 - 1.5 * fy))
            : fy * fy * (-0.5 + 0.5 * fy);
    sum += weight * across;
  }
  return sum;
}

import type { Plane } from './image.js';

/** Mean over a square of side 2 * radius + 1, cut at the borders (running sums, so the cost does not grow with radius). */
export function boxMean(plane: Plane, radius: number): Plane {
  const { width, height } = plane;
  const across = new Float32Array(width * height);
  const prefix = new Float64Array(width + 1);
  const reach = 2 * radius + 1;
  for (let y = 0; y < height; y++) {
    const at = y * width;
    for (let x = 0; x < width; x++) prefix[x + 1] = prefix[x]! + plane.data[at + x]!;
    for (let x = 0; x < width; x++) {
      // Away from the borders nothing is to be cut.
      if (x === radius)
        for (; x + radius < width; x++) across[at + x] = (prefix[x + radius + 1]! - prefix[x - radius]!) / reach;
      if (x === width) break;
      const from = Math.max(0, x - radius);
      const to = Math.min(width, x + radius + 1);
      across[at + x] = (prefix[to]! - prefix[from]!) / (to - from);
    }
  }
  const out = new Float32Array(width * height);
  const sums = new Float64Array(width);
  for (let y = 0; y < Math.min(radius, height); y++) for (let x = 0; x < width; x++) sums[x]! += across[y * width + x]!;
  for (let y = 0; y < height; y++) {
    const entering = y + radius < height ? (y + radius) * width : -1;
    const leaving = y > radius ? (y - radius - 1) * width : -1;
    if (entering >= 0) for (let x = 0; x < width; x++) sums[x]! += across[entering + x]!;
    if (leaving >= 0) for (let x = 0; x < width; x++) sums[x]! -= across[leaving + x]!;
    const count = Math.min(height, y + radius + 1) - Math.max(0, y - radius);
    for (let x = 0; x < width; x++) out[y * width + x] = sums[x]! / count;
  }
  return { data: out, width, height };
}

/** Variance over the same square. */
export function boxVariance(plane: Plane, radius: number): Plane {
  const mean = boxMean(plane, radius);
  const squares = new Float32Array(plane.data.length);
  for (let i = 0; i < squares.length; i++) squares[i] = plane.data[i]! * plane.data[i]!;
  const out = boxMean({ ...plane, data: squares }, radius);
  for (let i = 0; i < squares.length; i++) out.data[i] = Math.max(0, out.data[i]! - mean.data[i]! * mean.data[i]!);
  return out;
}

/** Convolution with a symmetric kernel given from its centre outwards, along both axes; borders repeat. */
export function blur(plane: Plane, kernel: readonly number[]): Plane {
  const { width, height } = plane;
  const radius = kernel.length - 1;
  const across = new Float32Array(width * height);
  for (let y = 0; y < height; y++) {
    const at = y * width;
    for (let x = 0; x < width; x++) {
      let sum = kernel[0]! * plane.data[at + x]!;
      for (let k = 1; k <= radius; k++) {
        const left = Math.max(x - k, 0);
        const right = x + k >= width ? width - 1 : x + k;
        sum += kernel[k]! * (plane.data[at + left]! + plane.data[at + right]!);
      }
      across[at + x] = sum;
    }
  }
  const out = new Float32Array(width * height);
  for (let y = 0; y < height; y++) {
    const at = y * width;
    for (let x = 0; x < width; x++) out[at + x] = kernel[0]! * across[at + x]!;
    for (let k = 1; k <= radius; k++) {
      const up = Math.max(0, y - k) * width;
      const down = Math.min(height - 1, y + k) * width;
      for (let x = 0; x < width; x++) out[at + x]! += kernel[k]! * (across[up + x]! + across[down + x]!);
    }
  }
  return { data: out, width, height };
}

/** A Gaussian kernel from its centre outwards, cut at three sigma, summing to one. */
export function gaussian(sigma: number): number[] {
  const radius = Math.max(1, Math.ceil(3 * sigma));
  const half = Array.from({ length: radius + 1 }, (_, k) => Math.exp(-(k * k) / (2 * sigma * sigma)));
  const total = half.reduce((sum, value, k) => sum + (k === 0 ? value : 2 * value), 0);
  return half.map((value) => value / total);
}

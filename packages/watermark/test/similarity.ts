import type { Pixels } from '../src/image.js';

/** Standard deviation and half width of the window that Wang and others (2004) used. */
const SIGMA = 1.5;
const RADIUS = 5;

/** Luma of RGB, RGBA or grey. */
function luma({ data, width, height }: Pixels): Float64Array {
  const channels = data.length / (width * height);
  return Float64Array.from({ length: width * height }, (_, i) =>
    channels === 1
      ? data[i]!
      : 0.299 * data[i * channels]! + 0.587 * data[i * channels + 1]! + 0.114 * data[i * channels + 2]!,
  );
}

/**
 * Mean SSIM of luma as others measure it: a Gaussian window of 11 x 11 around every pixel that has one whole. Shares
 * nothing with the figure that `embed` reports.
 */
export function structuralSimilarity(one: Pixels, two: Pixels): number {
  const { width, height } = one;
  const weights = Array.from({ length: 2 * RADIUS + 1 }, (_, k) => Math.exp(-((k - RADIUS) ** 2) / (2 * SIGMA ** 2)));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const [across, down] = [width - 2 * RADIUS, height - 2 * RADIUS];
  const windowed = (value: (i: number) => number): Float64Array => {
    const rows = new Float64Array(across * height);
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < across; x++) {
        for (let k = 0; k <= 2 * RADIUS; k++) rows[y * across + x]! += (weights[k]! / total) * value(y * width + x + k);
      }
    }
    const out = new Float64Array(across * down);
    for (let i = 0; i < out.length; i++) {
      for (let k = 0; k <= 2 * RADIUS; k++) out[i]! += (weights[k]! / total) * rows[i + k * across]!;
    }
    return out;
  };
  const [a, b] = [luma(one), luma(two)];
  const [meanA, meanB] = [windowed((i) => a[i]!), windowed((i) => b[i]!)];
  const [squareA, squareB] = [windowed((i) => a[i]! ** 2), windowed((i) => b[i]! ** 2)];
  const product = windowed((i) => a[i]! * b[i]!);
  let sum = 0;
  for (let i = 0; i < product.length; i++) {
    const means = meanA[i]! * meanB[i]!;
    const powers = meanA[i]! ** 2 + meanB[i]! ** 2;
    const luminance = (2 * means + 6.5025) / (powers + 6.5025);
    sum += (luminance * (2 * (product[i]! - means) + 58.5225)) / (squareA[i]! + squareB[i]! - powers + 58.5225);
  }
  return sum / product.length;
}

// One yardstick for us and the peers, apart from what any of them reports about itself.
import type { Pixels } from '@wardseal/watermark';

const [C1, C2] = [(0.01 * 255) ** 2, (0.03 * 255) ** 2];
const WINDOW = 8;
/** Windows begin this far apart, so that each sample is seen by four of them. */
const STRIDE = 4;

/** PSNR in dB over all samples of two pictures of one size. */
export function psnr(a: Pixels, b: Pixels): number {
  let squares = 0;
  for (let i = 0; i < a.data.length; i++) squares += (a.data[i]! - b.data[i]!) ** 2;
  return squares === 0 ? Number.POSITIVE_INFINITY : 10 * Math.log10((255 * 255 * a.data.length) / squares);
}

/** Mean SSIM of luma over 8 x 8 windows, four pixels apart (Wang and others, 2004, with a uniform window). RGB only. */
export function ssim(a: Pixels, b: Pixels): number {
  const [p, q] = [luma(a), luma(b)];
  const { width, height } = a;
  let [total, count] = [0, 0];
  for (let top = 0; top + WINDOW <= height; top += STRIDE) {
    for (let left = 0; left + WINDOW <= width; left += STRIDE) {
      let [sumP, sumQ, squareP, squareQ, product] = [0, 0, 0, 0, 0];
      for (let y = top; y < top + WINDOW; y++) {
        for (let i = y * width + left; i < y * width + left + WINDOW; i++) {
          const [u, v] = [p[i]!, q[i]!];
          sumP += u;
          sumQ += v;
          squareP += u * u;
          squareQ += v * v;
          product += u * v;
        }
      }
      const n = WINDOW * WINDOW;
      const [meanP, meanQ] = [sumP / n, sumQ / n];
      const [varP, varQ, shared] = [squareP / n - meanP ** 2, squareQ / n - meanQ ** 2, product / n - meanP * meanQ];
      total += ((2 * meanP * meanQ + C1) * (2 * shared + C2)) / ((meanP ** 2 + meanQ ** 2 + C1) * (varP + varQ + C2));
      count++;
    }
  }
  return total / count;
}

function luma({ data, width, height }: Pixels): Float32Array {
  const out = new Float32Array(width * height);
  for (let i = 0; i < out.length; i++)
    out[i] = 0.299 * data[3 * i]! + 0.587 * data[3 * i + 1]! + 0.114 * data[3 * i + 2]!;
  return out;
}

import { SSIM_C2 } from './budget.js';
import { WatermarkError } from './errors.js';
import { bytesOf, lumaRow, type Pixels } from './image.js';
import { MAX_PSNR, MIN_PSNR } from './limits.js';

const SSIM_C1 = 6.5025; // (0.01 * 255)^2
const WINDOW = 8;
/** Windows measured at most: at 16,384 the mean is known to three digits, and any picture costs a few milliseconds. */
const MAX_WINDOWS = 16_384;

/** Peak signal-to-noise ratio in dB of 8-bit samples; Infinity for identical ones. */
export function psnrOf(squares: number, samples: number): number {
  return squares === 0 ? Number.POSITIVE_INFINITY : 10 * Math.log10((255 * 255 * samples) / squares);
}

/**
 * The quality asked for.
 *
 * @throws {WatermarkError} QUALITY_INVALID: not a number from 42 to 60.
 */
export function checkPsnr(psnr: number): number {
  if (typeof psnr === 'number' && psnr >= MIN_PSNR && psnr <= MAX_PSNR) return psnr;
  const facts = { field: 'psnr', limit: MIN_PSNR };
  throw new WatermarkError('QUALITY_INVALID', `\`psnr\` must be ${MIN_PSNR} to ${MAX_PSNR} dB`, facts);
}

/**
 * Mean SSIM of luma over evenly spread 8 x 8 windows at full resolution (Wang and others, 2004: uniform window,
 * C1 = 6.5025, C2 = 58.5225), at most 16,384 of them.
 */
export function meanSsim(a: Pixels, b: Pixels, channels: number): number {
  const { width, height } = a;
  const across = Math.floor(width / WINDOW);
  const down = Math.floor(height / WINDOW);
  if (across === 0 || down === 0) return 1;
  const skip = Math.max(1, Math.ceil((across * down) / MAX_WINDOWS));
  const rowsA = Array.from({ length: WINDOW }, () => new Float64Array(width));
  const rowsB = Array.from({ length: WINDOW }, () => new Float64Array(width));
  const [bytesA, bytesB] = [bytesOf(a), bytesOf(b)];
  let total = 0;
  let count = 0;
  for (let wy = 0; wy < down; wy++) {
    // Whole lines of windows are skipped, so that luma is not computed in vain.
    if (wy % skip !== 0) continue;
    for (let k = 0; k < WINDOW; k++) {
      lumaRow(bytesA, width, channels, wy * WINDOW + k, rowsA[k]!);
      lumaRow(bytesB, width, channels, wy * WINDOW + k, rowsB[k]!);
    }
    for (let wx = 0; wx < across; wx++) {
      total += windowSsim(rowsA, rowsB, wx * WINDOW);
      count++;
    }
  }
  return total / count;
}

function windowSsim(rowsA: readonly Float64Array[], rowsB: readonly Float64Array[], left: number): number {
  let sumA = 0;
  let sumB = 0;
  let squareA = 0;
  let squareB = 0;
  let product = 0;
  for (let y = 0; y < WINDOW; y++) {
    const rowA = rowsA[y]!;
    const rowB = rowsB[y]!;
    for (let x = left; x < left + WINDOW; x++) {
      const p = rowA[x]!;
      const q = rowB[x]!;
      sumA += p;
      sumB += q;
      squareA += p * p;
      squareB += q * q;
      product += p * q;
    }
  }
  const n = WINDOW * WINDOW;
  const meanA = sumA / n;
  const meanB = sumB / n;
  const varA = squareA / n - meanA * meanA;
  const varB = squareB / n - meanB * meanB;
  const cov = product / n - meanA * meanB;
  return (
    ((2 * meanA * meanB + SSIM_C1) * (2 * cov + SSIM_C2)) /
    ((meanA * meanA + meanB * meanB + SSIM_C1) * (varA + varB + SSIM_C2))
  );
}

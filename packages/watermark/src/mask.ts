import { boxMean, boxVariance } from './filters.js';
import type { Plane } from './image.js';

/** SSIM's second stabilising constant, (0.03 * 255)^2: noise far below it costs nothing even in flat areas. */
export const SSIM_C2 = 58.5225;
/** Strength stops growing at this standard deviation, in luma levels: beyond it texture hides no more. */
const MOST_TEXTURE = 20;

/**
 * How much each canonical pixel may carry, before the gain. The square grows with the local variance just as SSIM's
 * tolerance does, so the loss of SSIM is even over the picture; next to an edge the calmer side decides; clipped black
 * and white carry nothing.
 */
export function perceptualMask(luma: Plane): Plane {
  const { width, height } = luma;
  const variance = boxVariance(luma, 2);
  const calm = new Float32Array(width * height);
  for (let y = 0; y < height; y++) {
    const up = Math.max(0, y - 2) * width;
    const down = Math.min(height - 1, y + 2) * width;
    for (let x = 0; x < width; x++) {
      const left = x < 2 ? 0 : x - 2;
      const right = x + 2 >= width ? width - 1 : x + 2;
      const least = Math.min(
        variance.data[up + left]!,
        variance.data[up + right]!,
        variance.data[down + left]!,
        variance.data[down + right]!,
      );
      calm[y * width + x] = Math.min(least, MOST_TEXTURE * MOST_TEXTURE);
    }
  }
  const out = boxMean({ data: calm, width, height }, 2);
  for (let i = 0; i < calm.length; i++) {
    out.data[i] = Math.sqrt(SSIM_C2 / 2 + out.data[i]!) * brightness(luma.data[i]!);
  }
  return out;
}

/** 0 at clipped black and white, 1 in between: a ramp of 20 levels from black and 8 from white. */
function brightness(level: number): number {
  const dark = Math.min(1, Math.max(0, (level - 2) / 20));
  const light = Math.min(1, Math.max(0, (253 - level) / 8));
  return dark * light;
}

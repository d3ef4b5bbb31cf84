import { amplitudes, MOST_TEXTURE, SSIM_C2, type Texture } from './budget.js';
import { boxMean, boxVariance } from './filters.js';
import type { Plane } from './image.js';
import { DEFAULT_PSNR } from './limits.js';

/** Side of the blocks over which SSIM's tolerance is measured, in canonical pixels. */
const BLOCK = 8;
/**
 * Distance of the windows around a pixel of which the calmest decides: twice their radius, so that smoothing over that
 * radius brings nothing of a texture into the flat skin beside it.
 */
const REACH = 4;

/**
 * The amplitude of the mark at each canonical pixel, in luma levels. It depends on how calm the neighbourhood is (next to
 * an edge the calmer side decides) and is chosen so that both the noise the PSNR allows and the loss of SSIM are spent;
 * clipped black and white carry nothing. A detector weighs pixels by the same mask, made from the original.
 *
 * @param luma the picture on its canonical grid.
 * @param psnr quality aimed at, in dB.
 * @param scale picture pixels per canonical pixel, at least 1.
 */
export function perceptualMask(luma: Plane, psnr: number = DEFAULT_PSNR, scale = 1): Plane {
  const out = calmness(luma);
  const { data } = out;
  const light = luma.data.map(brightness);
  const table = amplitudes(textureOf(luma, out, light), (255 * 255) / 10 ** (psnr / 10), scale);
  for (let i = 0; i < data.length; i++) data[i] = table[Math.round(data[i]!)]! * light[i]!;
  return out;
}

/** Local variance of luma, up to `MOST_TEXTURE`: of four windows around a pixel the calmest, smoothed. */
function calmness(luma: Plane): Plane {
  const { width, height } = luma;
  const variance = boxVariance(luma, 2).data;
  const calm = new Float32Array(width * height);
  for (let y = 0; y < height; y++) {
    const up = Math.max(0, y - REACH) * width;
    const down = Math.min(height - 1, y + REACH) * width;
    for (let x = 0; x < width; x++) {
      const left = x < REACH ? 0 : x - REACH;
      const right = x + REACH >= width ? width - 1 : x + REACH;
      const above = Math.min(variance[up + left]!, variance[up + right]!);
      const below = Math.min(variance[down + left]!, variance[down + right]!);
      calm[y * width + x] = Math.min(above, below, MOST_TEXTURE);
    }
  }
  return boxMean({ data: calm, width, height }, 2);
}

/** The picture's pixels by calmness: what each class may bear. */
function textureOf(luma: Plane, calm: Plane, light: Float32Array): Texture {
  const { width, height, data } = luma;
  const energy = new Float64Array(MOST_TEXTURE + 1);
  const loss = new Float64Array(MOST_TEXTURE + 1);
  for (let top = 0; top < height; top += BLOCK) {
    const bottom = Math.min(height, top + BLOCK);
    for (let left = 0; left < width; left += BLOCK) {
      const right = Math.min(width, left + BLOCK);
      let sum = 0;
      let squares = 0;
      for (let y = top; y < bottom; y++) {
        for (let i = y * width + left; i < y * width + right; i++) {
          sum += data[i]!;
          squares += data[i]! * data[i]!;
        }
      }
      const count = (bottom - top) * (right - left);
      // Noise of variance n lowers the SSIM of a block of variance v by about n / (2 v + C2).
      const tolerance = 2 * Math.max(0, squares / count - (sum / count) ** 2) + SSIM_C2;
      for (let y = top; y < bottom; y++) {
        for (let i = y * width + left; i < y * width + right; i++) {
          const kind = Math.round(calm.data[i]!);
          const share = light[i]! * light[i]!;
          energy[kind]! += share;
          loss[kind]! += share / tolerance;
        }
      }
    }
  }
  return { pixels: width * height, energy, loss };
}

/** 0 at clipped black and white, 1 in between: a ramp of 20 levels from black and 8 from white. */
export function brightness(level: number): number {
  const dark = Math.min(1, Math.max(0, (level - 2) / 20));
  const light = Math.min(1, Math.max(0, (253 - level) / 8));
  return dark * light;
}

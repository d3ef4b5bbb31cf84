import { tileSign } from './code/tile.js';
import { canonicalLuma, TILE } from './grid.js';
import { checkPixels, type MarkedPixels, type Pixels, type Plane } from './image.js';
import { DEFAULT_PSNR } from './limits.js';
import { perceptualMask } from './mask.js';
import { checkOptions } from './options.js';
import { tilePattern } from './pattern.js';
import { type Chips, checkLayer, readChips } from './prepare-chips.js';
import { checkPsnr, meanSsim, psnrOf } from './quality.js';
import { addResidual, energyAtGain, sampleResidual } from './residual.js';
import { type Roi, roiRows } from './roi.js';
import type { Layer } from './version.js';

/** Aimed above the quality asked for, in dB: twice what the estimate of the energy is off by in a large picture. */
const HEADROOM = 0.04;
/** Gain of the next try where a small picture misses the quality, against the last. */
const LESS = 0.998;

export interface EmbedOptions {
  /** What `prepareChips` gave for this viewing. */
  readonly chips: Chips;
  /** Quality to aim at, in dB from 42 to 60. Default 45. The picture is never worse; smooth ones stay better. */
  readonly psnr?: number;
  /** Strength by region; zero leaves pixels untouched. Default: everywhere full. */
  readonly roi?: Roi;
  /** The layer the chips must belong to. Default 'view'. */
  readonly layer?: Layer;
}

export interface EmbedReport {
  /** Over the colour samples, in dB; Infinity when nothing was changed. */
  readonly psnr: number;
  /** Mean SSIM of luma at full resolution, 8 x 8 windows. */
  readonly ssim: number;
  /** Time of the whole call, in milliseconds. */
  readonly ms: number;
}

/**
 * Puts the invisible mark of one viewing into a picture. The same whole number is added to red, green and blue of a
 * pixel; size, alpha and fully transparent pixels stay as they are. The input is not changed. Same input, same output.
 *
 * @param pixels 8-bit sRGB, 1, 3 or 4 channels, each side 64 to 65,535 pixels, at most 100 megapixels.
 * @returns a new picture of the same size and channels, and what the mark cost.
 * @throws {WatermarkError} IMAGE_INVALID: not 8-bit samples, or their count does not fit width and height;
 * IMAGE_TOO_LARGE, IMAGE_TOO_SMALL: outside those sizes; CHIPS_INVALID: malformed chips, another version or layer;
 * QUALITY_INVALID: `psnr` is not a number from 42 to 60; ROI_INVALID: the mask's length does not fit its size.
 * @throws {TypeError} no options, or one that is not there.
 * @example
 * const { pixels: marked, report } = embed(pixels, { chips });
 */
export function embed(pixels: Pixels, options: EmbedOptions): { pixels: MarkedPixels; report: EmbedReport } {
  const started = Date.now();
  checkOptions('embed', options);
  const channels = checkPixels(pixels, 'pixels');
  const layer = checkLayer(options.layer ?? 'view');
  const tile = readChips(options.chips, layer);
  const psnr = checkPsnr(options.psnr ?? DEFAULT_PSNR);
  const strengths = options.roi === undefined ? undefined : roiRows(options.roi, pixels.width, pixels.height);

  const luma = canonicalLuma(pixels, channels);
  const scale = Math.sqrt((pixels.width * pixels.height) / (luma.width * luma.height));
  const residual = layPattern(perceptualMask(luma, psnr, scale), tilePattern(tile), layer);
  const { marked, reached } = addWithin(pixels, channels, residual, psnr, strengths);

  const out = { data: marked, width: pixels.width, height: pixels.height };
  const report = { psnr: reached, ssim: meanSsim(pixels, out, channels), ms: Date.now() - started };
  return { pixels: out, report };
}

/** The mark on the canonical grid. */
function layPattern(mask: Plane, pattern: Float32Array, layer: Layer): Plane {
  const { width, height } = mask;
  const data = new Float32Array(width * height);
  for (let y = 0; y < height; y++) {
    const line = (y % TILE) * TILE;
    for (let left = 0; left < width; left += TILE) {
      const sign = tileSign(layer, left / TILE, Math.floor(y / TILE));
      const end = Math.min(TILE, width - left);
      const at = y * width + left;
      for (let x = 0; x < end; x++) data[at + x] = sign * mask.data[at + x]! * pattern[line + x]!;
    }
  }
  return { data, width, height };
}

/** Adds the mark at the gain the PSNR allows, or a little less: the estimate may be off by a few hundredths of a decibel. */
function addWithin(
  pixels: Pixels,
  channels: number,
  residual: Plane,
  psnr: number,
  strengths: ReturnType<typeof roiRows> | undefined,
): { marked: Uint8ClampedArray<ArrayBuffer>; reached: number } {
  const samples = pixels.width * pixels.height * (channels === 1 ? 1 : 3);
  for (let gain = gainForPsnr(residual, pixels, psnr + HEADROOM); ; gain *= LESS) {
    const { marked, squares } = addResidual(pixels, channels, residual, gain, strengths);
    const reached = psnrOf(squares, samples);
    if (reached >= psnr) return { marked, reached };
  }
}

/** What is left of the mark, at most 1, for the expected squared error, rounding included, to be one the PSNR allows. */
function gainForPsnr(residual: Plane, pixels: Pixels, psnr: number): number {
  const allowed = (255 * 255) / 10 ** (psnr / 10);
  const sample = sampleResidual(residual, pixels.width, pixels.height);
  let low = 0;
  let high = 1;
  if (energyAtGain(sample, high) <= allowed) return high;
  for (let i = 0; i < 10; i++) {
    const gain = (low + high) / 2;
    if (energyAtGain(sample, gain) <= allowed) low = gain;
    else high = gain;
  }
  return low;
}

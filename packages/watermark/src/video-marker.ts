import { WatermarkError } from './errors.js';
import { canonicalLuma, VIDEO_SIDE } from './grid.js';
import { checkPixels, type MarkedPixels, type Pixels } from './image.js';
import { DEFAULT_VIDEO_PSNR, MAX_VIDEO_SIDE, MIN_SIDE } from './limits.js';
import { checkOptions } from './options.js';
import { type Chips, checkLayer, readChips } from './prepare-chips.js';
import { checkPsnr, psnrOf } from './quality.js';
import { type Roi, roiRows } from './roi.js';
import type { Layer } from './version.js';
import { addMark } from './video/add-mark.js';
import { phasePlanes } from './video/phase-planes.js';
import { LIMITED, stretched } from './video/range.js';
import { strengthOf } from './video/strength.js';
import type { Range } from './video/video.js';

export interface VideoMarkerOptions {
  /** What `prepareChips` gave for this viewing. */
  readonly chips: Chips;
  /** Size of every frame as it is shown, upright, in pixels. */
  readonly width: number;
  readonly height: number;
  /** Quality to aim at, in dB from 42 to 60. Default 46. Smooth frames stay better. */
  readonly psnr?: number;
  /** Strength by region; zero leaves pixels untouched. Default: everywhere full. */
  readonly roi?: Roi;
  /** The layer the chips must belong to. Default 'view'. */
  readonly layer?: Layer;
  /** How one-channel frames write luma. Default 'full'. */
  readonly range?: Range;
}

export interface VideoMarker {
  /**
   * One frame, marked. A pure function of the frame and its time: frames may be left out, repeated, marked in any order
   * and by several markers.
   *
   * @param pixels of the size given, 1, 3 or 4 channels.
   * @param time when the frame is shown, in seconds from the video's start, at least 0.
   * @returns a new frame of the same size and channels; alpha and fully transparent pixels stay as they are.
   * @throws {WatermarkError} IMAGE_INVALID: not 8-bit samples, or their count does not fit; VIDEO_INVALID: another size, or
   * `time` is not a number of at least 0.
   */
  mark(pixels: Pixels, time: number): MarkedPixels;
  /** How many frames were marked, and their quality together over colour samples, in dB; Infinity when nothing was changed. */
  report(): { readonly frames: number; readonly psnr: number };
}

/**
 * Puts the invisible mark of one viewing into the frames of a video. The mark is the one of `embed`, shifted to one of
 * eight places that take turns every four seconds and fade into each other: no pixel of a still scene changes by more than
 * a level from frame to frame, at ten frames a second and more.
 *
 * @throws {WatermarkError} VIDEO_INVALID: width, height or range make no sense; IMAGE_TOO_LARGE, IMAGE_TOO_SMALL: frames
 * with a side below 64 or above 8192 pixels; CHIPS_INVALID, QUALITY_INVALID, ROI_INVALID: as for `embed`.
 * @throws {TypeError} no options, or one that is not there.
 * @example
 * const marker = videoMarker({ chips, width: 1280, height: 720 });
 * for await (const { pixels, time } of frames) show(marker.mark(pixels, time));
 */
export function videoMarker(options: VideoMarkerOptions): VideoMarker {
  checkOptions('videoMarker', options);
  const { width, height, range = 'full' } = options;
  const layer = checkLayer(options.layer ?? 'view');
  const tile = readChips(options.chips, layer);
  const psnr = checkPsnr(options.psnr ?? DEFAULT_VIDEO_PSNR);
  if (range !== 'full' && range !== 'limited') throw invalid("the range must be 'full' or 'limited'", 'range');
  checkSize(width, height);
  const strengths = options.roi === undefined ? undefined : roiRows(options.roi, width, height);

  const allowed = (255 * 255) / 10 ** (psnr / 10);
  const planes = phasePlanes(tile, layer, width, height);
  const scale = Math.sqrt((width * height) / (planes.grid.width * planes.grid.height));
  let frames = 0;
  let squares = 0;
  let samples = 0;
  return {
    mark(pixels, time) {
      const channels = checkPixels(pixels, 'pixels');
      if (pixels.width !== width || pixels.height !== height) {
        throw invalid(`the frame is not ${width} by ${height} pixels`, 'pixels');
      }
      if (typeof time !== 'number' || !(time >= 0 && time < Number.POSITIVE_INFINITY)) {
        throw invalid('a frame needs its time in seconds, from 0', 'time');
      }
      const limited = channels === 1 && range === 'limited';
      const luma = canonicalLuma(pixels, channels, VIDEO_SIDE);
      const strength = strengthOf(limited ? stretched(luma) : luma, allowed, scale);
      const gain = limited ? LIMITED.span / 255 : 1;
      const added = addMark(pixels, channels, { strength, pattern: planes.at(time), gain, strengths });
      frames++;
      samples += width * height * (channels === 1 ? 1 : 3);
      squares += added.squares / (gain * gain);
      return { data: added.marked, width, height };
    },
    report: () => ({ frames, psnr: frames === 0 ? Number.POSITIVE_INFINITY : psnrOf(squares, samples) }),
  };
}

function invalid(message: string, field: string): WatermarkError {
  return new WatermarkError('VIDEO_INVALID', message, { field });
}

/** Asked before anything is made for the size. */
function checkSize(width: number, height: number): void {
  if (!Number.isInteger(width) || !Number.isInteger(height) || width < 1 || height < 1) {
    throw invalid('a video needs a width and a height of at least one pixel', 'width');
  }
  const [least, most] = [Math.min(width, height), Math.max(width, height)];
  if (least < MIN_SIDE) {
    const facts = { field: 'width', limit: MIN_SIDE, actual: least };
    throw new WatermarkError('IMAGE_TOO_SMALL', `a video needs sides of at least ${MIN_SIDE} pixels`, facts);
  }
  if (most > MAX_VIDEO_SIDE) {
    const facts = { field: 'width', limit: MAX_VIDEO_SIDE, actual: most };
    throw new WatermarkError('IMAGE_TOO_LARGE', `a video has sides of at most ${MAX_VIDEO_SIDE} pixels`, facts);
  }
}

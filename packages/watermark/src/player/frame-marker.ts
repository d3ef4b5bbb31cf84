import { WatermarkError } from '../errors.js';
import type { MarkedPixels } from '../image.js';
import { checkOptions } from '../options.js';
import { psnrOf } from '../quality.js';
import { type VideoMarker, type VideoMarkerOptions, videoMarker } from '../video-marker.js';
import { framePixels } from './frame-pixels.js';

/** Options of a video's mark, without the size: frames bring it. */
export type FrameMarkerOptions = Pick<VideoMarkerOptions, 'chips' | 'psnr' | 'roi' | 'layer'>;

export interface FrameReport {
  readonly frames: number;
  /** Of all frames so far, over the colour samples, in dB; Infinity when nothing was changed. */
  readonly psnr: number;
}

export interface FrameMarker {
  /**
   * One frame, marked. Its `timestamp` must say when it is shown, in microseconds from the video's start. Calls are
   * answered in their order; a frame must stay open until its own is.
   *
   * @param frame stays the caller's, to close.
   * @returns a new frame, the caller's to close: upright, square pixels, RGBA in sRGB, 8 bits; timestamp and duration are
   * those of `frame`.
   * @throws {WatermarkError} VIDEO_INVALID: not a frame, a closed one, or its timestamp is negative; IMAGE_TOO_SMALL,
   * IMAGE_TOO_LARGE: a side below 64 or above 8192 pixels; CANVAS_UNAVAILABLE: it has to be turned, and there is no canvas.
   */
  mark(frame: VideoFrame): Promise<VideoFrame>;
  report(): FrameReport;
}

/** Colours of what is marked. */
const SRGB: VideoColorSpaceInit = { primaries: 'bt709', transfer: 'iec61966-2-1', matrix: 'rgb', fullRange: true };

/**
 * Marks the frames of WebCodecs, between a decoder and an encoder: `videoMarker` for a `VideoFrame`. A frame of another
 * size than the last begins a new marker; the mark always lies on the picture as it is shown, upright.
 *
 * Run it in a worker. 10-bit and HDR frames are converted to 8-bit sRGB by the browser, as for a canvas.
 *
 * @throws {WatermarkError} CHIPS_INVALID, QUALITY_INVALID, ROI_INVALID: as `videoMarker`.
 * @throws {TypeError} no options, or one that is not there.
 * @example
 * const marker = frameMarker({ chips });
 * const marked = await marker.mark(frame);
 * frame.close();
 */
export function frameMarker(options: FrameMarkerOptions): FrameMarker {
  const { mark, report } = pixelMarker(options);
  return {
    async mark(frame) {
      const { data, width, height } = await mark(frame);
      const { timestamp, duration } = frame;
      const times = { timestamp, ...(duration !== null && { duration }) };
      return new VideoFrame(data, {
        format: 'RGBA',
        codedWidth: width,
        codedHeight: height,
        colorSpace: SRGB,
        ...times,
      });
    },
    report,
  };
}

/** The pixels of marked frames, one after the other: what is asked for meanwhile waits. */
export interface PixelMarker {
  mark(frame: VideoFrame): Promise<MarkedPixels>;
  report(): FrameReport;
}

/** Least size for which options can be checked before a frame has come. */
const ANY_SIZE = { width: 64, height: 64 };

export function pixelMarker(options: FrameMarkerOptions): PixelMarker {
  checkOptions('frameMarker', options);
  videoMarker({ ...options, ...ANY_SIZE });
  const pixelsOf = framePixels();
  let current: { marker: VideoMarker; width: number; height: number } | null = null;
  const before = { frames: 0, samples: 0, squares: 0 };

  /** What was marked at a size, added to what was marked at others. */
  const count = (): typeof before => {
    if (current === null) return before;
    const { frames, psnr } = current.marker.report();
    const more = frames * current.width * current.height;
    return {
      frames: before.frames + frames,
      samples: before.samples + more,
      squares: before.squares + (more * 255 * 255) / 10 ** (psnr / 10),
    };
  };
  const markerFor = (width: number, height: number): VideoMarker => {
    if (current?.width !== width || current.height !== height) {
      const marker = videoMarker({ ...options, width, height });
      Object.assign(before, count());
      current = { marker, width, height };
    }
    return current.marker;
  };
  const markOne = async (frame: VideoFrame): Promise<MarkedPixels> => {
    if (typeof VideoFrame !== 'function' || !(frame instanceof VideoFrame) || frame.codedWidth === 0) {
      throw new WatermarkError('VIDEO_INVALID', '`frame` must be a VideoFrame that is not closed', { field: 'frame' });
    }
    const time = frame.timestamp / 1e6;
    // Asked for before a frame of any size is read.
    const marker = markerFor(frame.displayWidth, frame.displayHeight);
    return marker.mark(await pixelsOf(frame), time);
  };
  let last: Promise<unknown> = Promise.resolve();
  return {
    mark(frame) {
      const marked = last.then(() => markOne(frame));
      last = marked.catch(() => {});
      return marked;
    },
    report: () => {
      const { frames, samples: all, squares } = count();
      return { frames, psnr: psnrOf(squares, all) };
    },
  };
}

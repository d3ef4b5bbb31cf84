import { WatermarkError } from '../errors.js';
import type { Pixels } from '../image.js';
import type { VideoTraceReport } from '../trace-video.js';
import { LIMITED } from '../video/range.js';
import type { Video } from '../video/video.js';
import { bestFrames } from './any-trace.js';

/** Frames nearer than this to a wanted moment are kept, in seconds: two frames of a slow video. */
const NEAR = 0.1;

/** Moments of a copy and of its original, in seconds. */
export interface Moments {
  readonly suspect: number;
  readonly original: number;
}

/** The pairs that are shown: the best first, then the first, the middle and the last of the others. */
export function chosenPairs(report: VideoTraceReport): readonly [Moments, ...Moments[]] {
  const best = bestFrames(report);
  // Nothing could be compared: how both begin.
  if (best === null) return [{ suspect: 0, original: 0 }];
  const others = report.frames.used.filter((pair) => pair !== best);
  const at = new Set([0, Math.floor(others.length / 2), others.length - 1]);
  return [best, ...others.filter((_, i) => at.has(i))];
}

/**
 * The frames nearest to given times, with samples of their own: a reader may use a frame's memory again for the next.
 *
 * @throws {WatermarkError} VIDEO_INVALID: there is no frame.
 */
export async function framesAt(video: Video, times: readonly number[]): Promise<Pixels[]> {
  const nearest = times.map((time) => ({ time, off: Number.POSITIVE_INFINITY, pixels: null as Pixels | null }));
  const last = Math.max(...times);
  for await (const { pixels, time } of video.frames()) {
    for (const one of nearest) {
      const off = Math.abs(time - one.time);
      if (off >= one.off) continue;
      one.off = off;
      // A frame that another still comes nearer than is not worth a copy, unless it is the only one.
      one.pixels = one.pixels === null || off < NEAR ? copied(pixels, video) : one.pixels;
    }
    if (time > last) break;
  }
  return nearest.map(({ pixels }) => {
    if (pixels === null) throw new WatermarkError('VIDEO_INVALID', 'the video has no frame', { field: 'video' });
    return pixels;
  });
}

function copied({ data, width, height }: Pixels, { range }: Video): Pixels {
  if (range !== 'limited' || data.length !== width * height) return { data: data.slice(), width, height };
  const stretch = (value: number): number => ((value - LIMITED.black) * 255) / LIMITED.span;
  return { data: Uint8ClampedArray.from(data, stretch), width, height };
}

import type { Frame, Range, Video } from '../video/video.js';
import { checkFacts, type Decoded, decodeFrames, problemsOf } from './decode-frames.js';
import type { Programs } from './input.js';
import { probed, type VideoFacts } from './probe-video.js';

export interface ReadVideoOptions extends Programs {
  /** Ends reading: the frames reject with its reason, and ffmpeg is ended. */
  readonly signal?: AbortSignal;
}

/** A video file as frames of luma. */
export interface VideoFile extends Video {
  readonly range: Range;
  readonly facts: VideoFacts;
  frames(): AsyncIterable<Frame>;
  /** What a reader should know, in words: what of the file is missing or damaged, and what was done to it. Complete after reading. */
  problems(): string[];
}

/**
 * A video file as `traceVideo` takes it: the luma of every frame (the Y plane as it is stored, 8 bits), upright, with square
 * pixels and with its own time, also where frames follow at uneven distances. Times are the file's own, as a player tells
 * them; in MPEG-TS, where they begin anywhere, they count from the file's start. ffmpeg decodes, one frame after the other;
 * nothing is kept. Whoever leaves the loop early ends ffmpeg with it.
 *
 * A file that ends early gives the frames that it holds, and `problems()` tells.
 *
 * @param path of an MP4, MOV, MKV, WebM, AVI or MPEG-TS file.
 * @returns size, range and facts at once; the frames reject with: VIDEO_INVALID: no frame could be decoded, or frames change
 * their size; VIDEO_TOO_LONG: more than an hour or 250,000 frames, whatever the file's head says; FFMPEG_FAILED: ffmpeg ended with an
 * error, or was silent for a minute; ADAPTER_MISSING: it cannot be started.
 * @throws {WatermarkError} as `probeVideo`, and: VIDEO_INVALID: more than 8 bits a sample, high dynamic range, or samples that
 * are not luma and colour; IMAGE_TOO_LARGE: a side above 8192 or more than 10,000,000 pixels; VIDEO_TOO_LONG: by its head.
 * @throws {Error} the file system's, with its `code` and without the name, when the file cannot be opened.
 * @example
 * const video = await readVideo('leak.mp4');
 * for await (const { pixels, time } of video.frames()) console.log(time, pixels.width);
 */
export async function readVideo(path: string, options: ReadVideoOptions = {}): Promise<VideoFile> {
  options.signal?.throwIfAborted();
  const file = await probed(path, options);
  checkFacts(file);
  const { facts } = file;
  let decoded: Decoded | undefined;
  return {
    width: facts.width,
    height: facts.height,
    range: facts.range,
    facts,
    async *frames() {
      const packets = decodeFrames(file, 'luma', options);
      try {
        for (;;) {
          const { done, value } = await packets.next();
          if (done) {
            decoded = value;
            return;
          }
          if (value.frame === null || !value.shown) continue;
          const { samples: data, width, height, time } = value.frame;
          yield { pixels: { data, width, height }, time };
        }
      } finally {
        await packets.return({} as Decoded);
      }
    },
    problems: () => problemsOf(file, decoded),
  };
}

import { WatermarkError } from '../errors.js';
import { bytesOf, checkPixels, hashPixels, type Pixels, type Plane, shrinkLuma } from '../image.js';
import { MAX_TRACED_FRAMES } from '../limits.js';
import type { Frame, Video } from './video.js';

/** Long side of a thumbnail, in pixels: frames a twenty-fifth of a second apart differ visibly, 10 minutes take 170 MB. */
const THUMB_SIDE = 128;
/** Samples along each side of what one thumbnail pixel averages. */
const SAMPLES = 4;
/** For what beginners pass instead. */
const NOT_A_VIDEO =
  'must be { width, height, frames() }, not a path, a file, a picture or a promise: await readVideo of ./ffmpeg';
/** Long side at which a frame is kept, in pixels: twice what the mark of a video needs. */
const KEPT_SIDE = 1024;
/** Farthest a frame may be from zero, in seconds: a day. Microseconds of it are hashed, and a record holds no later ones. */
const MAX_TIME = 86_400;
/** Most frames that are kept: from half as many on every other one is let go. */
const MOST_KEPT = 96;

/** A grey picture of a byte a pixel. */
export interface Grey {
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
}

/** Thumbnails have a quarter of a frame's noise: what an alignment takes for noise must be as much larger. */
const CONTRAST = 4;

/** The same for an alignment. */
export function planeOf({ data, width, height }: Grey): Plane {
  return { data: Float32Array.from(data, (value) => CONTRAST * value), width, height };
}

/** A frame that is kept for a closer look. */
export interface Kept {
  /** Its place among the video's frames, from 0. */
  readonly index: number;
  readonly time: number;
  /** Size of the frame, in pixels. */
  readonly width: number;
  readonly height: number;
  /** Luma, at most 1024 pixels on its long side. */
  readonly luma: Plane;
  /** SHA-256 over size, channels and samples as they came, hexadecimal. */
  readonly hash: string;
}

/** A frame that was looked at: so many channels it has. */
type Checked = Frame & { readonly channels: number };

/** What one reading of a video gives. */
export interface Survey {
  readonly times: readonly number[];
  readonly thumbs: readonly Grey[];
}

/** Reads a video once: a thumbnail and the time of every frame. Whoever wants more of a frame is told of it and its place. */
export async function survey(
  video: Video,
  field: string,
  tick: () => void,
  onFrame: (frame: Checked, index: number) => void = () => {},
): Promise<Survey> {
  const times: number[] = [];
  const thumbs: Grey[] = [];
  for await (const frame of checked(video, field)) {
    tick();
    onFrame(frame, times.length);
    times.push(frame.time);
    thumbs.push(thumbnail(frame.pixels, frame.channels));
  }
  return { times, thumbs };
}

/** The same, and up to 96 frames spread evenly over the whole. */
export async function surveyKeeping(
  video: Video,
  field: string,
  tick: () => void,
): Promise<Survey & { readonly kept: readonly Kept[] }> {
  let kept: Kept[] = [];
  let every = 1;
  const surveyed = await survey(video, field, tick, ({ pixels, time, channels }, index) => {
    if (index % every !== 0) return;
    const { width, height } = pixels;
    kept.push({ index, time, width, height, luma: keptLuma(pixels, channels), hash: hashPixels(pixels, channels) });
    if (kept.length < MOST_KEPT) return;
    every *= 2;
    kept = kept.filter((one) => one.index % every === 0);
  });
  return { ...surveyed, kept };
}

/** Frames of a video by their places, which rise; read once more. */
export async function* framesAt(
  video: Video,
  field: string,
  wanted: ReadonlySet<number>,
): AsyncGenerator<Checked & { readonly index: number }> {
  const last = Math.max(...wanted);
  let index = 0;
  for await (const frame of checked(video, field)) {
    if (wanted.has(index)) yield { ...frame, index };
    if (index++ === last) return;
  }
  throw new WatermarkError('VIDEO_INVALID', `\`${field}\` has fewer frames when it is read again`, { field });
}

async function* checked(video: Video, field: string): AsyncGenerator<Checked> {
  const invalid = (message: string): never => {
    throw new WatermarkError('VIDEO_INVALID', `\`${field}\` ${message}`, { field });
  };
  if (typeof video?.frames !== 'function') return invalid(NOT_A_VIDEO);
  let count = 0;
  let before = Number.NEGATIVE_INFINITY;
  let first: { readonly width: number; readonly height: number; readonly channels: number } | null = null;
  for await (const frame of video.frames()) {
    if (typeof frame !== 'object' || frame === null) return invalid('must give frames: { pixels, time }');
    const { pixels, time } = frame;
    const channels = checkPixels(pixels, field);
    first ??= { width: video.width, height: video.height, channels };
    if (pixels.width !== first.width || pixels.height !== first.height || channels !== first.channels) {
      return invalid('has frames of another size or kind than the first');
    }
    if (typeof time !== 'number' || !(time > before && time < Number.POSITIVE_INFINITY)) {
      return invalid('has frames whose times do not rise');
    }
    if (Math.abs(time) > MAX_TIME) {
      const facts = { field, limit: MAX_TIME, actual: time };
      throw new WatermarkError('VIDEO_INVALID', `\`${field}\` has frames more than a day from its start`, facts);
    }
    before = time;
    if (++count > MAX_TRACED_FRAMES) {
      const facts = { field, limit: MAX_TRACED_FRAMES };
      throw new WatermarkError('VIDEO_TOO_LONG', `\`${field}\` has more than ${MAX_TRACED_FRAMES} frames`, facts);
    }
    yield { pixels, time, channels };
  }
  if (count === 0) invalid('has no frame that can be read');
}

/** A frame at 128 pixels, each the mean of sixteen spread samples. */
function thumbnail(pixels: Pixels, channels: number): Grey {
  const factor = Math.min(1, THUMB_SIDE / Math.max(pixels.width, pixels.height));
  const width = Math.max(1, Math.round(pixels.width * factor));
  const height = Math.max(1, Math.round(pixels.height * factor));
  const bytes = bytesOf(pixels);
  const columns = places(width, pixels.width).map((x) => x * channels);
  const rows = places(height, pixels.height);
  // Green is most of luma.
  const green = channels === 1 ? 0 : 1;
  const data = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      let sum = 0;
      for (let j = 0; j < SAMPLES; j++) {
        const row = rows[y * SAMPLES + j]! * pixels.width * channels + green;
        for (let i = 0; i < SAMPLES; i++) sum += bytes[row + columns[x * SAMPLES + i]!]!;
      }
      data[y * width + x] = sum / (SAMPLES * SAMPLES);
    }
  }
  return { data, width, height };
}

function places(cells: number, side: number): Uint32Array {
  return Uint32Array.from({ length: cells * SAMPLES }, (_, i) => Math.floor(((i + 0.5) * side) / (cells * SAMPLES)));
}

function keptLuma(pixels: Pixels, channels: number): Plane {
  const factor = Math.min(1, KEPT_SIDE / Math.max(pixels.width, pixels.height));
  const along = (side: number): number => Math.max(1, Math.round(side * factor));
  return shrinkLuma(pixels, channels, along(pixels.width), along(pixels.height));
}

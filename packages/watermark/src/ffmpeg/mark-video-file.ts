import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { open, rename, rm, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { WatermarkError } from '../errors.js';
import { MAX_VIDEO_SECONDS } from '../limits.js';
import { checkOptions } from '../options.js';
import type { Chips } from '../prepare-chips.js';
import type { Roi } from '../roi.js';
import type { Layer } from '../version.js';
import { videoMarker } from '../video-marker.js';
import { type Child, failed, start } from './child.js';
import { checkFacts, decodeFrames, problemsOf } from './decode-frames.js';
import { FFMPEG_START, inputArguments, invalid, nameless, type Programs } from './input.js';
import { crfOf, formatOf, outputArguments, soundOf, type VideoFormat } from './output.js';
import { type Probed, probed } from './probe-video.js';

export interface MarkVideoOptions extends Programs {
  /** What `prepareChips` gave for this viewing. */
  readonly chips: Chips;
  /** Quality to aim at, in dB from 42 to 60. Default 46. */
  readonly psnr?: number;
  /** Strength by region of the upright frame; zero leaves pixels untouched. Default: everywhere full. */
  readonly roi?: Roi;
  /** The layer the chips must belong to. Default 'view'. */
  readonly layer?: Layer;
  /** Loss of the encoder: 0 to 51 for H.264, default 18; 0 to 63 for VP9 (.webm), default 24. */
  readonly crf?: number;
  /** Told how far it is, from 0 to 1. */
  readonly onProgress?: (done: number) => void;
  /** Ends it: rejects with its reason, and nothing is left behind. */
  readonly signal?: AbortSignal;
}

/** What was written. */
export interface MarkedVideo {
  readonly frames: number;
  /** What the mark cost over all frames, before they were encoded, in dB; Infinity when nothing was changed. */
  readonly psnr: number;
  /** What the reader should know, in words: what of the file was missing or damaged, and what was done to it. */
  readonly problems: readonly string[];
}

/**
 * A video file in, a marked copy of it out: every frame decoded by ffmpeg, marked as `videoMarker` does, and encoded again,
 * with its own time. Frames come upright and with square pixels. Sound is copied, or encoded anew where the copy's format
 * cannot hold it. Nothing else of the file is: no place, device, date, title, chapter, subtitle or attachment.
 *
 * The copy is written under another name beside its place, for its owner alone (0600), and takes its name at the end. It
 * replaces what has that name, but never the input.
 *
 * @param input path of an MP4, MOV, MKV, WebM, AVI or MPEG-TS file.
 * @param output path of the copy. Its ending says what is written: .mp4, .mov or .mkv (H.264, 4:2:0) or .webm (VP9).
 * @throws {WatermarkError} as `readVideo` and its frames, as `videoMarker`, and: VIDEO_INVALID: another ending, or the output is the input;
 * FFMPEG_FAILED also: this ffmpeg has not the encoder.
 * @throws {Error} the file system's, with its `code` and without the name.
 * @throws {TypeError} no path, no options, or one that is not there.
 * @throws {RangeError} `crf` is not a whole number in its range.
 * @example
 * const { frames, psnr } = await markVideoFile('gait.mov', 'gait.copy.mp4', { chips });
 */
export async function markVideoFile(input: string, output: string, options: MarkVideoOptions): Promise<MarkedVideo> {
  if (typeof output !== 'string' || output === '') throw new TypeError('the path of the marked copy is needed');
  checkOptions('markVideoFile', options);
  const format = formatOf(output);
  if (await isOneFile(input, output)) throw invalid('the copy must not replace its source', 'output');
  const place = join(dirname(resolve(output)), `.wardseal-${randomBytes(8).toString('hex')}.part`);
  try {
    await nameless('the copy cannot be written', async () => (await open(place, 'wx', 0o600)).close());
    const marked = await markVideoInto(input, place, format, options);
    await nameless('the copy cannot be written', () => rename(place, output));
    return marked;
  } finally {
    await rm(place, { force: true });
  }
}

/** Whether two names are of one file. */
export async function isOneFile(one: string, other: string): Promise<boolean> {
  const [a, b] = await Promise.all([one, other].map((path) => stat(path, { bigint: true }).catch(() => null)));
  return a !== null && b !== null && a !== undefined && b !== undefined && a.dev === b.dev && a.ino === b.ino;
}

/** The same into a file that is there already, whatever its name. */
export async function markVideoInto(
  path: string,
  target: string,
  format: VideoFormat,
  options: MarkVideoOptions,
): Promise<MarkedVideo> {
  checkOptions('markVideoFile', options);
  const { chips, psnr, roi, layer, crf, signal, ffmpeg, onProgress = () => {} } = options;
  signal?.throwIfAborted();
  const loss = crfOf(format, crf);
  const file = await probed(path, options);
  checkFacts(file);
  const { width, height, range, duration } = file.facts;
  const marker = videoMarker({
    ...{ chips, width, height, range },
    ...(psnr !== undefined && { psnr }),
    ...(roi !== undefined && { roi }),
    ...(layer !== undefined && { layer }),
  });
  const encoder = startEncoder(file, target, format, loss, ffmpeg);
  const abort = (): void => void encoder.stop();
  signal?.addEventListener('abort', abort);
  const packets = decodeFrames(file, 'yuv420p', { ffmpeg, signal });
  try {
    for (;;) {
      const { done, value } = await packets.next();
      if (done) {
        await finish(encoder);
        onProgress(1);
        return {
          frames: value.frames,
          psnr: marker.report().psnr,
          problems: [...problemsOf(file, value), ...soundOf(file, format).problems, ...odd(file, format)],
        };
      }
      await write(encoder, value.head);
      if (value.frame === null) continue;
      const { samples, time } = value.frame;
      // The luma comes first; colour behind it is passed on as it is.
      const luma = samples.subarray(0, width * height);
      luma.set(marker.mark({ data: luma, width, height }, time).data);
      await write(encoder, samples);
      if (duration !== null) onProgress(Math.min(1, time / duration));
    }
  } catch (error) {
    signal?.throwIfAborted(); // the rest follows from it
    throw error;
  } finally {
    signal?.removeEventListener('abort', abort);
    await Promise.all([packets.return(undefined as never), encoder.stop()]);
  }
}

/** The second ffmpeg: marked frames from a pipe, sound from the file itself. */
function startEncoder(file: Probed, target: string, format: VideoFormat, crf: number, ffmpeg = 'ffmpeg'): Child {
  const frames = ['-protocol_whitelist', 'pipe', '-format_whitelist', 'nut', '-codec_whitelist', 'rawvideo'];
  // Whatever was added to the frames' times is added to the sound's, and beyond that no time is moved.
  // Nor is sound read for longer than a video may be: years of silence fit into a small file.
  const sound =
    soundOf(file, format).tracks.length === 0
      ? []
      : ['-itsoffset', file.offset, '-t', String(MAX_VIDEO_SECONDS), ...inputArguments(file.input)];
  const args = [
    ...FFMPEG_START,
    '-copyts',
    ...[...frames, '-f', 'nut', '-i', 'pipe:0'],
    ...sound,
    ...outputArguments(file, format, crf, target),
  ];
  return start(ffmpeg, args, [file.input.path, target]);
}

/** Waits while the encoder is busy. When it has ended, so does this. */
async function write({ stdin, ended }: Child, bytes: Uint8Array): Promise<void> {
  if (stdin.write(bytes)) return;
  const waiting = new AbortController();
  const drained = once(stdin, 'drain', { signal: waiting.signal }).catch(() => {});
  const end = await Promise.race([drained.then(() => null), ended]);
  waiting.abort();
  if (end !== null) throw refused(end);
}

async function finish({ stdin, ended }: Child): Promise<void> {
  stdin.end();
  const end = await ended;
  if (end.code !== 0) throw refused(end);
}

function refused(end: Awaited<Child['ended']>): WatermarkError {
  const [, encoder] = /Unknown encoder '(\w+)'/.exec(end.said.join(' ')) ?? [];
  if (encoder === undefined) return failed('ffmpeg', end);
  return new WatermarkError('FFMPEG_FAILED', `this ffmpeg has no encoder ${encoder}: install one that has`);
}

function odd({ facts: { width, height } }: Probed, format: VideoFormat): string[] {
  if (format === 'webm' || (width % 2 === 0 && height % 2 === 0)) return [];
  return [`H.264 needs even sizes: the last line or column of ${width} by ${height} is there twice`];
}

import { WatermarkError } from '../errors.js';
import { MAX_VIDEO_FRAMES, MAX_VIDEO_PIXELS, MAX_VIDEO_SECONDS, MAX_VIDEO_SIDE } from '../limits.js';
import { ByteSource } from './byte-source.js';
import { type End, failed, start } from './child.js';
import { FFMPEG_START, inputArguments, invalid } from './input.js';
import { NutError, nutPackets, type Packet } from './nut.js';
import type { Probed } from './probe-video.js';

/** What is wanted of each frame: its luma alone, or luma and colour at half the size. */
export type Samples = 'luma' | 'yuv420p';

/** What came out when all was read. */
export interface Decoded {
  readonly frames: number;
  /** Times of the first frame and the last, in seconds. */
  readonly first: number;
  readonly last: number;
  /** Frames that are not shown later than the one before, and left out. */
  readonly skipped: number;
  /** Lines in which ffmpeg complained. */
  readonly faults: number;
}

/** Time that ffmpeg may be silent while it is waited for, in milliseconds: a damaged hour is searched through in less. */
const PATIENCE = 60_000;
/** Frames that follow faster, in seconds, nobody sees; ffmpeg moves those of one moment apart by a tick. */
export const LEAST_STEP = 0.0005;
/** How ffmpeg ends when more than two thirds of the frames were damaged. */
const TOO_DAMAGED = 69;
/** Layouts of eight bits with a luma plane of its own. */
const PLANAR = /^(?:gray|yuvj?4(?:20|22|44|40|11|10)p)$/;

/** Refuses what cannot be marked or traced as it is, in words that say what to do. */
export function checkFacts({ facts, pixelFormat, stored }: Probed): void {
  // Before the depth: a phone's clip is both, and dropping bits alone leaves its light wrong.
  if (facts.hdr) throw invalid('the video is of high dynamic range (HDR): convert it to 8-bit standard range first');
  if (facts.bits > 8) {
    throw new WatermarkError(
      'VIDEO_INVALID',
      `the video is ${facts.bits}-bit: convert it to 8-bit H.264 first, as with ffmpeg -pix_fmt yuv420p`,
      { field: 'video', limit: 8, actual: facts.bits },
    );
  }
  if (pixelFormat === 'unknown') throw invalid('the video’s codec is not one of those that are read');
  if (!PLANAR.test(pixelFormat)) throw invalid('the samples are not luma and colour (YUV): convert it to H.264 first');
  const largest = Math.max(facts.width, facts.height, stored.width, stored.height);
  if (largest > MAX_VIDEO_SIDE) throw tooLarge('has a side that is too long', MAX_VIDEO_SIDE, largest);
  const pixels = Math.max(facts.width * facts.height, stored.width * stored.height);
  if (pixels > MAX_VIDEO_PIXELS) throw tooLarge('has too many pixels', MAX_VIDEO_PIXELS, pixels);
  if (facts.duration !== null && facts.duration > MAX_VIDEO_SECONDS) throw tooLong(facts.duration);
}

/** Filters that make a stored frame upright, with square pixels, and of the samples wanted. Luma keeps its values. */
function filters({ facts, pixelFormat, turn }: Probed, samples: Samples): string {
  const { width, height, range, pixelAspect } = facts;
  const same = `in_range=${range}:out_range=${range}`;
  const steps = [...turn.filters];
  if (pixelAspect !== 1) steps.push(`scale=${width}:${height}:${same}`, `format=${pixelFormat}`, 'setsar=1');
  if (samples === 'luma') {
    if (pixelFormat !== 'gray') steps.push('extractplanes=y');
  } else if (!/^yuvj?420p$/.test(pixelFormat)) {
    // Grey counts as full range in ffmpeg, whatever the file says.
    const [from, name] =
      pixelFormat === 'gray' ? ['full', 'yuvj420p'] : [range, range === 'full' ? 'yuvj420p' : 'yuv420p'];
    steps.push(`scale=in_range=${from}:out_range=${from}`, `format=${name}`);
  }
  return steps.length === 0 ? 'null' : steps.join(',');
}

/** Bytes of a frame in such samples. Colour of an odd size is rounded up. */
export function frameBytes(samples: Samples, width: number, height: number): number {
  return width * height + (samples === 'luma' ? 0 : 2 * Math.ceil(width / 2) * Math.ceil(height / 2));
}

/**
 * The frames of a video as a NUT stream, which carries every frame's own time, in the unit that the file uses. All packets
 * are given, for a time may be written as a step from the one before; `shown` tells the frames that count. The program is gone
 * when this ends, however it ends.
 */
export async function* decodeFrames(
  probed: Probed,
  samples: Samples,
  { ffmpeg = 'ffmpeg', signal }: { readonly ffmpeg?: string | undefined; readonly signal?: AbortSignal | undefined },
): AsyncGenerator<Packet & { readonly shown: boolean }, Decoded, undefined> {
  signal?.throwIfAborted();
  const { facts } = probed;
  const child = start(
    ffmpeg,
    [
      ...FFMPEG_START,
      ...['-copyts', '-noautorotate', '-itsoffset', probed.offset],
      ...inputArguments(probed.input),
      ...['-map', `0:${probed.stream}`, '-map_metadata', '-1', '-map_chapters', '-1'],
      ...['-vf', filters(probed, samples), '-fps_mode', 'passthrough', '-enc_time_base', probed.timeBase],
      ...['-c:v', 'rawvideo', '-fflags', '+bitexact', '-write_index', '0', '-f', 'nut', 'pipe:1'],
    ],
    [probed.input.path],
  );
  child.stdin.end();
  const abort = (): void => void child.stop();
  signal?.addEventListener('abort', abort);
  let stalled = false;
  const source = new ByteSource(child.stdout, PATIENCE, () => {
    stalled = true;
    void child.stop();
  });
  let [frames, skipped, first, last] = [0, 0, 0, -1];
  let broken: unknown;
  try {
    try {
      for await (const packet of nutPackets(source, (width, height) => frameBytes(samples, width, height))) {
        if (packet.frame === null) {
          yield { ...packet, shown: false };
          continue;
        }
        const { time, width, height } = packet.frame;
        if (width !== facts.width || height !== facts.height)
          throw invalid('the frames are not of the size the file states');
        if (time - last < LEAST_STEP) {
          if (frames + ++skipped > MAX_VIDEO_FRAMES) throw tooManyFrames();
          yield { ...packet, shown: false };
          continue;
        }
        if (time > MAX_VIDEO_SECONDS) throw tooLong(time);
        if (++frames + skipped > MAX_VIDEO_FRAMES) throw tooManyFrames();
        if (frames === 1) first = time;
        last = time;
        yield { ...packet, shown: true };
      }
    } catch (error) {
      signal?.throwIfAborted(); // the rest follows from it
      if (error instanceof NutError && error.kind === 'size')
        throw invalid('frames change their size within the video');
      if (error instanceof NutError && error.kind === 'content')
        throw new WatermarkError('FFMPEG_FAILED', 'ffmpeg wrote something else than frames', { cause: error });
      // The program has ended, or was ended: why is asked next.
      if (!(error instanceof NutError) && (error as { code?: string }).code !== 'ERR_STREAM_PREMATURE_CLOSE')
        throw error;
      broken = error;
    }
    signal?.throwIfAborted();
    const end = await child.ended;
    if (stalled) throw new WatermarkError('FFMPEG_FAILED', 'ffmpeg said nothing for too long', { limit: PATIENCE });
    check(end, frames, broken);
    return { frames, first, last, skipped, faults: end.faults };
  } finally {
    signal?.removeEventListener('abort', abort);
    await child.stop();
  }
}

function check(end: End, frames: number, broken: unknown): void {
  const damaged =
    end.code === TOO_DAMAGED || (end.code !== null && /Invalid data|Conversion failed/.test(end.said.join(' ')));
  if (end.signal !== null || broken !== undefined || (end.code !== 0 && !damaged)) throw failed('ffmpeg', end);
  if (frames === 0) throw invalid('no frame could be decoded');
}

/** What a reader should know of what was read, in words. */
export function problemsOf({ facts }: Probed, decoded: Decoded | undefined): string[] {
  const problems: string[] = [];
  if (facts.videoTracks > 1)
    problems.push(`the file holds ${facts.videoTracks} video tracks; only the first one is taken`);
  if (facts.interlaced) problems.push('the video is interlaced: both fields are taken as one frame');
  if (facts.pixelAspect !== 1)
    problems.push(
      `the pixels are not square: frames are stretched to ${facts.width} by ${facts.height}, as players show them`,
    );
  if (decoded === undefined) return problems;
  const { frames, first, last, skipped, faults } = decoded;
  const step = frames > 1 ? (last - first) / (frames - 1) : 0;
  // The head of an MP4 tells how long its track is; others, when it ends.
  const end = last + step - (facts.container === 'mov' ? first : 0);
  // A last frame may stand long: a head that counts frames tells whether one is missing.
  const fewer = facts.frames === null || frames + skipped < facts.frames || faults > 0;
  const cut = fewer && facts.duration !== null && facts.duration - end > Math.max(0.25, 2 * step);
  if (cut) problems.push(`the file ends after ${end.toFixed(1)} s of ${facts.duration.toFixed(1)} s`);
  else if (faults > 0) problems.push('parts of the file are damaged: frames may be missing or show remains of others');
  if (skipped > 0) problems.push(`${skipped} frames are not shown later than the one before, and were left out`);
  return problems;
}

const tooLarge = (what: string, limit: number, actual: number): WatermarkError =>
  new WatermarkError('IMAGE_TOO_LARGE', `the video ${what}: make it smaller first`, { field: 'video', limit, actual });

function tooLong(actual: number): WatermarkError {
  const facts = { field: 'video', limit: MAX_VIDEO_SECONDS, actual };
  return new WatermarkError('VIDEO_TOO_LONG', `the video is longer than ${MAX_VIDEO_SECONDS} s: cut it first`, facts);
}

function tooManyFrames(): WatermarkError {
  const facts = { field: 'video', limit: MAX_VIDEO_FRAMES };
  return new WatermarkError(
    'VIDEO_TOO_LONG',
    `the video has more than ${MAX_VIDEO_FRAMES} frames: cut it first`,
    facts,
  );
}

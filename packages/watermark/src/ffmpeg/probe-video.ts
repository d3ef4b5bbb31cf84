import type { Size } from '../image.js';
import type { Range } from '../video/video.js';
import { ByteSource } from './byte-source.js';
import { failed, start } from './child.js';
import type { Container } from './container.js';
import { type Input, inputArguments, invalid, openVideo, type Programs } from './input.js';
import { type Turn, turnOf } from './turn.js';

/** What a video file says of itself. */
export interface VideoFacts {
  readonly container: Container;
  /** ffmpeg's name of the codec, as `h264`. */
  readonly codec: string;
  /** Size as it is shown: upright, with square pixels. */
  readonly width: number;
  readonly height: number;
  /** By how much the stored frames are turned clockwise to be upright, in degrees. */
  readonly rotation: 0 | 90 | 180 | 270;
  /** Whether they are mirrored as well. */
  readonly mirrored: boolean;
  /** Width of a stored, upright pixel over its height. */
  readonly pixelAspect: number;
  /** Bits a sample. Above 8, `readVideo` and `markVideoFile` refuse. */
  readonly bits: number;
  /** Whether it is of high dynamic range (PQ or HLG); refused too. */
  readonly hdr: boolean;
  readonly range: Range;
  /** ffmpeg's names, `unknown` where the file says nothing. */
  readonly colour: { readonly matrix: string; readonly primaries: string; readonly transfer: string };
  readonly interlaced: boolean;
  /** Seconds, as the file's head says; null when it does not. */
  readonly duration: number | null;
  /** Frames, as the file's head says; null when it does not. */
  readonly frames: number | null;
  /** Mean frames a second; null when unknown. */
  readonly rate: number | null;
  /** Whether frames follow at uneven distances, as far as the file's start shows. */
  readonly variable: boolean;
  /** Video tracks, of which the first is taken. */
  readonly videoTracks: number;
  /** Codecs of the sound tracks. */
  readonly audio: readonly string[];
}

/** The same, and what the calls of ffmpeg need. */
export interface Probed {
  readonly input: Input;
  readonly facts: VideoFacts;
  /** Number of the video stream in the file. */
  readonly stream: number;
  /** Unit of its times in seconds, as `1/600`. */
  readonly timeBase: string;
  /** What is added to the file's times, in seconds. */
  readonly offset: string;
  readonly pixelFormat: string;
  readonly turn: Turn;
  /** Sound tracks: their numbers in the file and their codecs. */
  readonly sound: readonly { readonly stream: number; readonly codec: string }[];
  /** Stored size, before it is turned. */
  readonly stored: Size;
}

const FIELDS =
  'stream=index,codec_type,codec_name,width,height,pix_fmt,color_range,color_space,color_transfer,color_primaries,field_order,' +
  'sample_aspect_ratio,r_frame_rate,avg_frame_rate,time_base,duration,nb_frames:stream_disposition=attached_pic,timed_thumbnails:' +
  'stream_side_data=displaymatrix:format=start_time,duration';
/** Most bytes that ffprobe may answer: it says less than a kilobyte for each stream. */
const MAX_ANSWER = 1_048_576;
/** Time that ffprobe may be silent, in milliseconds: it reads the first megabytes. */
const PATIENCE = 30_000;
/** Frames of such transfer curves are of high dynamic range: PQ and HLG. */
const HDR: readonly string[] = ['smpte2084', 'arib-std-b67'];
const FIELD_ORDERS: readonly string[] = ['tt', 'bb', 'tb', 'bt'];
/** Pixels more oblong than this are no camera's. */
const MAX_ASPECT = 4;

interface Stream {
  readonly index: number;
  readonly [field: string]: unknown;
}

/**
 * What a video file says of itself, read by ffprobe without decoding it.
 *
 * @param path of an MP4, MOV, MKV, WebM, AVI or MPEG-TS file.
 * @throws {WatermarkError} ADAPTER_MISSING: ffprobe cannot be started; VIDEO_INVALID: not such a file, cut short before its
 * index, or without a video track; FFMPEG_FAILED: ffprobe failed otherwise.
 * @throws {Error} the file system's, with its `code` and without the name, when the file cannot be opened.
 * @throws {TypeError} no path.
 * @example
 * const { width, height, duration } = await probeVideo('gait.mp4');
 */
export async function probeVideo(path: string, programs: Programs = {}): Promise<VideoFacts> {
  return (await probed(path, programs)).facts;
}

/** The same for the other verbs. */
export async function probed(path: string, { ffprobe = 'ffprobe' }: Programs): Promise<Probed> {
  const input = await openVideo(path);
  const answer = await asked(ffprobe, input);
  const streams = Array.isArray(answer['streams']) ? (answer['streams'] as Stream[]) : [];
  const format = (answer['format'] ?? {}) as Readonly<Record<string, unknown>>;
  const videos = streams.filter(
    ({ codec_type: type, disposition = {} }) =>
      type === 'video' && !Object.values(disposition as object).some((flag) => flag === 1),
  );
  const sound = streams
    .filter(({ codec_type: type }) => type === 'audio')
    .map(({ index, codec_name: name }) => ({ stream: index, codec: word(name) }));
  const [video] = videos;
  if (video === undefined)
    throw invalid(sound.length > 0 ? 'the file holds sound and no video' : 'the file holds no video track');
  const stored = { width: Number(video['width']), height: Number(video['height']) };
  if (!(stored.width > 0 && stored.height > 0)) throw invalid('the video track has no size: it may be damaged');
  const turn = turnOf(video['side_data_list']);
  if (turn === null) throw invalid('the video is turned by an angle that is not a quarter');
  const pixelFormat = word(video['pix_fmt']);
  const aspect = aspectOf(video['sample_aspect_ratio'], turn.swapped);
  const shown = squared(turn.swapped ? { width: stored.height, height: stored.width } : stored, aspect);
  const mean = ratio(video['avg_frame_rate']);
  const steady = ratio(video['r_frame_rate']);
  return {
    input,
    stream: video.index,
    timeBase: word(video['time_base']),
    offset: offsetOf(input.container, format['start_time']),
    pixelFormat,
    turn,
    sound,
    stored,
    facts: {
      container: input.container,
      codec: word(video['codec_name']),
      ...shown,
      rotation: turn.rotation,
      mirrored: turn.mirrored,
      pixelAspect: aspect,
      bits: bitsOf(pixelFormat),
      hdr: HDR.includes(word(video['color_transfer'])),
      range: rangeOf(pixelFormat, video['color_range']),
      colour: {
        matrix: word(video['color_space']),
        primaries: word(video['color_primaries']),
        transfer: word(video['color_transfer']),
      },
      interlaced: FIELD_ORDERS.includes(word(video['field_order'])),
      duration: seconds(video['duration']) ?? seconds(format['duration']),
      frames: /^\d{1,9}$/.test(word(video['nb_frames'])) ? Number(video['nb_frames']) : null,
      rate: mean,
      variable: mean !== null && steady !== null && Math.abs(mean / steady - 1) > 0.001,
      videoTracks: videos.length,
      audio: sound.map(({ codec }) => codec),
    },
  };
}

/** ffprobe's answer. */
async function asked(ffprobe: string, input: Input): Promise<Readonly<Record<string, unknown>>> {
  const args = ['-hide_banner', '-v', 'error', ...inputArguments(input), '-show_entries', FIELDS, '-of', 'json'];
  const child = start(ffprobe, args, [input.path]);
  try {
    const source = new ByteSource(child.stdout, PATIENCE, () => void child.stop());
    const bytes = await source.bytes(MAX_ANSWER).catch(() => new Uint8Array(0));
    if (bytes.length === MAX_ANSWER) throw invalid('the file holds too many tracks');
    const end = await child.ended;
    if (end.signal !== null) throw failed('ffprobe', end);
    if (end.code !== 0) throw unreadable(end.said.join(' ')) ?? failed('ffprobe', end);
    return JSON.parse(new TextDecoder().decode(bytes)) as Readonly<Record<string, unknown>>;
  } finally {
    await child.stop();
  }
}

/** What ffprobe says of files that are not what they begin as. Its words are the same since many versions. */
function unreadable(said: string): Error | null {
  if (/moov atom not found/.test(said))
    return invalid(
      'the file is cut short or damaged: its index (moov) is missing, and no frame can be read without it',
    );
  if (/not on whitelist/.test(said))
    return invalid('the file holds a codec that is not read: convert it to H.264 first');
  return /Invalid data|EBML header parsing failed|End of file|could not find/i.test(said)
    ? invalid('the file cannot be read as the video it begins as')
    : null;
}

const word = (value: unknown): string => (typeof value === 'string' && value !== '' ? value : 'unknown');

function seconds(value: unknown): number | null {
  const number = Number(word(value));
  return number > 0 && Number.isFinite(number) ? number : null;
}

/**
 * Times are the file's own, as a browser's player tells them. Those of a transport stream begin anywhere: they count from its
 * start. There ffmpeg would take the very offset to be its own, and count from the start of the tracks that are asked for:
 * then sound and picture come apart. A microsecond makes the difference.
 */
function offsetOf(container: Container, start: unknown): string {
  return container === 'mpegts' ? (0.000_001 - (Number(word(start)) || 0)).toFixed(6) : '0';
}

function ratio(value: unknown): number | null {
  const [, above, below] = /^(\d+)[/:](\d+)$/.exec(word(value)) ?? [];
  return Number(above) > 0 && Number(below) > 0 ? Number(above) / Number(below) : null;
}

/** Bits a sample, by ffmpeg's name of the samples' layout: `yuv420p10le`, `gray12be`, `p010le`. */
function bitsOf(pixelFormat: string): number {
  const [, bits] = /(?:p|gray|gbrp|gbrap|^p0|y2)(9|10|12|14|16)(?:le|be)$/.exec(pixelFormat) ?? [];
  return bits === undefined ? 8 : Number(bits);
}

function rangeOf(pixelFormat: string, range: unknown): Range {
  if (range === 'pc') return 'full';
  return range !== 'tv' && (pixelFormat.startsWith('yuvj') || pixelFormat === 'gray') ? 'full' : 'limited';
}

/** Width over height of an upright pixel; 1 where the file says nothing or nonsense. */
function aspectOf(value: unknown, swapped: boolean): number {
  const aspect = ratio(value) ?? 1;
  if (aspect > MAX_ASPECT || aspect < 1 / MAX_ASPECT) return 1;
  return swapped ? 1 / aspect : aspect;
}

/** The size with square pixels: made larger one way, as browsers do, so that no sample is lost. */
function squared(
  { width, height }: { width: number; height: number },
  aspect: number,
): { width: number; height: number } {
  return aspect >= 1 ? { width: Math.round(width * aspect), height } : { width, height: Math.round(height / aspect) };
}

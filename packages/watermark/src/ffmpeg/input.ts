import { constants, open } from 'node:fs/promises';
import { resolve } from 'node:path';
import { WatermarkError } from '../errors.js';
import { MAX_VIDEO_PIXELS } from '../limits.js';
import { sniff } from '../sharp/formats.js';
import { type Container, containerOf, HEAD_BYTES } from './container.js';

/** Where the programs are. */
export interface Programs {
  /** Default: `ffmpeg`, looked for on the PATH. */
  readonly ffmpeg?: string;
  /** Default: `ffprobe`, looked for on the PATH. */
  readonly ffprobe?: string;
}

/** A video file, looked at but not yet read. */
export interface Input {
  readonly path: string;
  readonly container: Container;
}

/** Decoders that a file may set to work: those of cameras, phones and browsers. The rare ones are less tried against hostile files. */
const DECODERS =
  'h264,hevc,libdav1d,libaom-av1,av1,vp8,vp9,libvpx,libvpx-vp9,mpeg4,mpeg2video,mpeg1video,h263,mjpeg,dvvideo,prores,ffv1,rawvideo,' +
  'aac,aac_latm,mp3,mp3float,mp2,mp2float,ac3,eac3,opus,libopus,vorbis,libvorbis,flac,alac,amrnb,libopencore_amrnb,amrwb,libopencore_amrwb,' +
  'pcm_s16le,pcm_s16be,pcm_s24le,pcm_s24be,pcm_s32le,pcm_f32le,pcm_u8,pcm_s8,pcm_mulaw,pcm_alaw,adpcm_ima_qt,adpcm_ms,' +
  // Covers and subtitles: never used, but ffprobe looks at every track.
  'png,mov_text,text,subrip,srt,ass,ssa,webvtt,dvdsub,dvbsub,pgssub,cc_dec';
const DEMUXERS = 'mov,matroska,avi,mpegts';
/** Largest single block a program may ask for, in bytes: a frame of the largest size with what decoders add, many times over. */
const MAX_ALLOC = 1_073_741_824;
/** Threads of a program: decoding is not what takes long, and a server does other things as well. */
const THREADS = 2;

/** Words that every call of ffmpeg begins with. */
export const FFMPEG_START: readonly string[] = [
  ...['-nostdin', '-hide_banner', '-v', 'error', '-max_alloc', String(MAX_ALLOC)],
  ...['-filter_threads', '1', '-filter_complex_threads', '1'],
];

/**
 * A file as the arguments of an input. Its container is stated and the others are shut out, so that a playlist in its place is
 * not read; nothing but files may be opened; `file:` keeps a name from being an option or an address.
 */
export function inputArguments({ path, container }: Input): string[] {
  return [
    ...['-protocol_whitelist', 'file', '-format_whitelist', DEMUXERS, '-codec_whitelist', DECODERS],
    ...['-max_pixels', String(MAX_VIDEO_PIXELS), '-threads', String(THREADS)],
    ...['-f', container, '-i', `file:${resolve(path)}`],
  ];
}

/** Looks at the first bytes of a file. */
export async function openVideo(path: string): Promise<Input> {
  if (typeof path !== 'string' || path === '') throw new TypeError('the path of a video file is needed');
  const head = await headOf(path);
  const container = containerOf(head);
  if (container !== null) return { path, container };
  if (head.length === 0) throw invalid('the file is empty');
  if (sniff(head) !== null) throw invalid('the file is a picture, not a video');
  throw invalid('the file is no MP4, MOV, MKV, WebM, AVI or MPEG-TS video');
}

/** What the file system says names the file, which may name a patient: its code alone is passed on. */
export async function nameless<T>(what: string, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined || error instanceof WatermarkError) throw error;
    throw Object.assign(new Error(`${what}: ${code}`), { code });
  }
}

/** The first bytes of a file. */
async function headOf(path: string): Promise<Uint8Array> {
  // Without waiting: a pipe by name would open when somebody writes into it, and never otherwise.
  const how = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);
  const file = await nameless('the video cannot be opened', () => open(path, how));
  try {
    const stat = await file.stat();
    if (!stat.isFile()) throw invalid('a video must be a file, for it is read several times');
    const { bytesRead, buffer } = await file.read(new Uint8Array(HEAD_BYTES));
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

/** VIDEO_INVALID. */
export function invalid(message: string, field = 'video'): WatermarkError {
  return new WatermarkError('VIDEO_INVALID', message, { field });
}

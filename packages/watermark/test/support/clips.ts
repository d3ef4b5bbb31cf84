// Tiny videos, made by ffmpeg itself from patterns that it draws.
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const MOST = 268_435_456;
export const H264 = ['-c:v', 'libx264', '-preset', 'ultrafast'];
const AAC = ['-f', 'lavfi', '-i', 'sine=d=1', '-c:a', 'aac', '-shortest'];
/** A moving pattern as an input of ffmpeg, and what filters make of it. */
export const pattern = (size: string, filters = '', seconds = 1): string[] => [
  ...['-f', 'lavfi', '-i', `testsrc2=s=${size}:r=25:d=${seconds}${filters}`],
];
export const YUV = ',format=yuv420p';

/** Arguments of ffmpeg for each clip, without the file's name. */
const RECIPES = {
  'steady.mp4': [...pattern('160x120', YUV), ...AAC, ...H264],
  'fast-start.mp4': [...pattern('160x120', YUV), ...H264, '-bf', '0', '-movflags', '+faststart'],
  // Frames at uneven distances, in units of 1/90000 s.
  'uneven.mp4': [
    ...pattern('160x120', ",format=yuv420p,select='not(mod(n,3))+not(mod(n,7))',setpts=PTS+0.0137*mod(N\\,5)/TB"),
    ...['-fps_mode', 'passthrough', '-enc_time_base', '1/90000', '-video_track_timescale', '90000', ...H264],
  ],
  'late.ts': [...pattern('160x120', YUV), ...AAC, ...H264, '-output_ts_offset', '7.3'],
  // Sound begins before the picture does.
  'late-picture.mp4': [...AAC.slice(0, 4), '-itsoffset', '0.3', ...pattern('160x120', YUV), ...AAC.slice(4), ...H264],
  'full.mp4': [...pattern('160x120'), '-vf', 'scale=out_range=full,format=yuvj420p', ...H264, '-color_range', 'pc'],
  'odd.mkv': [...pattern('320x240'), '-vf', 'crop=161:91:exact=1,format=yuv420p,setsar=1', '-c:v', 'ffv1'],
  'life.mkv': ['-f', 'lavfi', '-i', 'life=s=96x80:r=10:seed=7', '-t', '1', '-pix_fmt', 'gray', '-c:v', 'ffv1'],
  'full-colour.mkv': [...pattern('160x120'), '-vf', 'format=yuv444p', '-c:v', 'ffv1'],
  'half-colour.mkv': [
    ...pattern('160x120'),
    '-vf',
    'scale=out_range=full,format=yuvj422p',
    '-color_range',
    'pc',
    '-c:v',
    'ffv1',
  ],
  'noisy.webm': [
    ...['-f', 'lavfi', '-i', 'mandelbrot=s=160x120:r=10,noise=alls=20:allf=t:all_seed=3,format=yuv420p', '-t', '1'],
    ...['-f', 'lavfi', '-i', 'sine=d=1', '-c:a', 'libvorbis', '-metadata:s:a', 'title=Jane Example'],
    ...['-c:v', 'libvpx-vp9', '-deadline', 'realtime', '-cpu-used', '8', '-shortest'],
  ],
  // Large enough to be traced.
  'story.mp4': [
    ...['-f', 'lavfi', '-i', 'mandelbrot=s=400x300:r=5:start_scale=1.2,noise=alls=12:allf=t:all_seed=3,format=yuv420p'],
    ...['-t', '2', ...H264, '-metadata', 'title=Jane Example'],
  ],
  'oblong.avi': [...pattern('160x120', `${YUV},setsar=4/3`), '-c:v', 'mpeg4', '-c:a', 'pcm_s16le'],
  'interlaced.ts': [
    ...pattern('160x120', ',format=yuv420p,interlace'),
    ...H264,
    '-flags',
    '+ilme+ildct',
    '-x264opts',
    'tff=1',
  ],
  'ten-bit.mp4': [...pattern('96x80'), '-pix_fmt', 'yuv420p10le', ...H264],
  // As a phone writes it: of ten bits too.
  'hdr.mp4': [
    ...pattern('96x80'),
    '-pix_fmt',
    'yuv420p10le',
    ...H264,
    '-color_trc',
    'smpte2084',
    '-bsf:v',
    'h264_metadata=transfer_characteristics=16',
  ],
  'rgb.mkv': [...pattern('96x80'), '-pix_fmt', 'bgr0', '-c:v', 'ffv1'],
  'sound.mp4': ['-f', 'lavfi', '-i', 'sine=d=1', '-c:a', 'aac'],
  'long.mkv': [...pattern('96x80', ',format=yuv420p,setpts=N*1000/TB'), '-fps_mode', 'passthrough', ...H264],
  // Every second frame at the time of the one before.
  'twice.mkv': [
    ...pattern('96x80', ',format=yuv420p,setpts=floor(N/2)*0.08/TB'),
    ...['-fps_mode', 'passthrough', '-enc_time_base', '1/1000', '-c:v', 'ffv1'],
  ],
  'rare.mkv': [...pattern('96x80'), '-c:v', 'snow', '-strict', '-2'],
} as const satisfies Readonly<Record<string, readonly string[]>>;

export type ClipName = keyof typeof RECIPES;

/** Runs ffmpeg or ffprobe and gives what it writes. */
export async function run(program: 'ffmpeg' | 'ffprobe', args: readonly string[]): Promise<Buffer> {
  const usual = program === 'ffmpeg' ? ['-nostdin', '-y', '-v', 'error'] : ['-v', 'error'];
  const { stdout } = await promisify(execFile)(program, [...usual, ...args], { encoding: 'buffer', maxBuffer: MOST });
  return stdout;
}

/** Whether this is the long suite, which runs the daily files with more in them. */
export const LONG: boolean = process.env['WARDSEAL_FULL'] === '1';

/** Rows of a table: every day the first ones, all of them in the long suite. */
export const rows = <T>(all: readonly T[], daily: number): T[] => all.slice(0, LONG ? undefined : daily);

/** A folder with clips. */
export interface Clips {
  readonly folder: string;
  path(name: string): string;
  /** Makes a clip when it is first asked for. */
  clip(name: ClipName): Promise<string>;
  write(name: string, content: Uint8Array | string): string;
  /** A copy of a file, changed. */
  changed(from: string, name: string, change: (bytes: Buffer) => Uint8Array): string;
  close(): void;
}

export function clips(): Clips {
  const folder = mkdtempSync(join(tmpdir(), 'wardseal-clips-'));
  const made = new Map<string, Promise<string>>();
  const path = (name: string): string => join(folder, name);
  const write = (name: string, content: Uint8Array | string): string => {
    writeFileSync(path(name), content);
    return path(name);
  };
  return {
    folder,
    path,
    write,
    clip(name) {
      const making = made.get(name) ?? run('ffmpeg', [...RECIPES[name], path(name)]).then(() => path(name));
      made.set(name, making);
      return making;
    },
    changed: (from, name, change) => write(name, change(readFileSync(from))),
    close: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** Times of the frames of the first video track, as ffprobe tells them; of a transport stream from the file's start. */
export async function timesOf(file: string): Promise<number[]> {
  const fields = ['-show_entries', 'frame=best_effort_timestamp_time:format=start_time', '-of', 'json'];
  const { frames, format } = JSON.parse((await run('ffprobe', ['-select_streams', 'v:0', ...fields, file])).toString());
  const start = file.endsWith('.ts') ? Number(format.start_time) : 0;
  return (frames as { best_effort_timestamp_time: string }[]).map(
    (one) => Number(one.best_effort_timestamp_time) - start,
  );
}

/** Samples of all frames, as ffmpeg decodes them, in the layout given and without a turn. */
export const samplesOf = (file: string, layout: string): Promise<Buffer> =>
  run('ffmpeg', [
    '-noautorotate',
    '-i',
    file,
    '-map',
    '0:v:0',
    '-fps_mode',
    'passthrough',
    '-f',
    'rawvideo',
    '-pix_fmt',
    layout,
    '-',
  ]);

/** An MP4 with another display matrix in its track's head (ISO 14496-12, 8.3.2): four of its numbers, as whole ones or not. */
export function withMatrix(bytes: Buffer, [a, b, c, d]: readonly [number, number, number, number]): Buffer {
  const out = Buffer.from(bytes);
  const at = out.indexOf('tkhd') + 4 + 40; // version 0: 40 bytes before the matrix
  for (const [i, value] of [a, b, 0, c, d, 0].entries()) out.writeInt32BE(Math.round(value * 65_536), at + 4 * i);
  return out;
}

/** How many programs run that were given this file. */
export async function runningOn(file: string): Promise<number> {
  const { stdout } = await promisify(execFile)('ps', ['-eo', 'args=']);
  return stdout.split('\n').filter((line) => /^\S*ff(?:mpeg|probe) /.test(line) && line.includes(file)).length;
}

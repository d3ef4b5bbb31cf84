import { hex, sha256 } from '@wardseal/primitives';
import { UsageError } from '@wardseal/primitives/cli';
import { WatermarkError } from '../errors.js';
import { ffmpegVersion } from '../ffmpeg/ffmpeg-version.js';
import { readVideo } from '../ffmpeg/read-video.js';
import type { Pixels } from '../image.js';
import type { Version } from '../record/record.js';
import type { AnyTrace } from '../report/any-trace.js';
import { type EvidencePictures, evidencePictures } from '../report/evidence-pictures.js';
import { readPicture, writePicture } from '../sharp/index.js';
import { type TraceOptions, type TraceReport, trace } from '../trace.js';
import { traceVideo, type VideoTraceReport } from '../trace-video.js';
import type { Video } from '../video/video.js';
import { fileOf } from './pictures.js';
import { pictureReaders } from './trace-record.js';
import { hashOf, isVideoFile } from './videos.js';

/** A copy and its original, both pictures or both videos, as they are read, traced and shown. */
export interface Compared {
  readonly fileHashes: { readonly suspect: string; readonly original: string };
  trace(options: TraceOptions): Promise<AnyTrace>;
  /** What the files are missing, in words; complete after the trace. */
  problems(): readonly string[];
  pictures(report: AnyTrace): Promise<EvidencePictures>;
  /** Programs that decoded them. */
  readers(): Promise<readonly Version[]>;
}

/** Reads both files. The original says whether videos are compared; a copy may then be a still of it as well. */
export async function compared(suspect: string, original: string): Promise<Compared> {
  if (await isVideoFile(original, 'the original')) return videos(suspect, original);
  if (await isVideoFile(suspect, 'the suspect'))
    throw new UsageError('the suspect is a video, so that --original must be one');
  return pictures(suspect, original);
}

async function pictures(suspectPath: string, originalPath: string): Promise<Compared> {
  const original = await pictureOf(originalPath, 'the original');
  const suspect = await pictureOf(suspectPath, 'the suspect');
  return {
    fileHashes: { suspect: suspect.hash, original: original.hash },
    trace: (options) => trace(suspect.pixels, original.pixels, options),
    problems: () => [],
    pictures: (report) => evidencePictures(suspect.pixels, original.pixels, report as TraceReport, encoded),
    readers: pictureReaders,
  };
}

async function videos(suspectPath: string, originalPath: string): Promise<Compared> {
  const original = await videoOf(originalPath, 'the original');
  const still = !(await isVideoFile(suspectPath, 'the suspect'));
  const suspect = still ? await stillOf(suspectPath) : await videoOf(suspectPath, 'the suspect');
  return {
    fileHashes: { suspect: suspect.hash, original: original.hash },
    async trace({ corners, ...options }) {
      if (corners !== undefined)
        throw new UsageError('--corners is for pictures: frames of a video each lie as they lie');
      return traceVideo(suspect.video, original.video, options);
    },
    problems: () => [
      ...suspect.problems().map((words) => `copy: ${words}`),
      ...original.problems().map((words) => `original: ${words}`),
    ],
    pictures: (report) => evidencePictures(suspect.video, original.video, report as VideoTraceReport, encoded),
    readers: async () => [{ name: 'ffmpeg', version: await ffmpegVersion() }, ...(still ? await pictureReaders() : [])],
  };
}

interface Side {
  readonly video: Video;
  readonly hash: string;
  problems(): readonly string[];
}

async function videoOf(path: string, what: string): Promise<Side> {
  const video = await told(what, () => readVideo(path));
  return { video, hash: await hashOf(path, what), problems: () => video.problems() };
}

/** A still of a video is a video of one frame. */
async function stillOf(path: string): Promise<Side> {
  const { pixels, hash } = await pictureOf(path, 'the suspect');
  const { width, height } = pixels;
  return { video: { width, height, frames: () => [{ pixels, time: 0 }] }, hash, problems: () => [] };
}

async function pictureOf(path: string, what: string): Promise<{ pixels: Pixels; hash: string }> {
  const file = await fileOf(path, what);
  return { pixels: await told(what, () => readPicture(file)), hash: hex(sha256(file)) };
}

/** Two files are read: an error says which of them it is about. */
async function told<T>(what: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof WatermarkError) error.message = `${what}: ${error.message}`;
    throw error;
  }
}

async function encoded(pixels: Pixels): Promise<string> {
  const file = await writePicture(pixels, { format: 'jpeg', quality: 90 });
  return `data:image/jpeg;base64,${Buffer.from(file).toString('base64')}`;
}

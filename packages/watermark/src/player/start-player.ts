import { WatermarkError } from '../errors.js';
import { checkOptions } from '../options.js';
import { untilAborted } from '../worker/collect.js';
import { ownCopy } from '../worker/hand-over.js';
import type { FrameMarkerOptions, FrameReport } from './frame-marker.js';
import { framesOf } from './frames-of.js';
import { lineTo } from './line.js';
import { screenOn } from './screen.js';

export type { FrameMarkerOptions, FrameReport } from './frame-marker.js';

export interface PlayerOptions extends FrameMarkerOptions {
  /** Holds the video and plays its sound: `src` a Blob URL, or `srcObject`. It must not be in the document. */
  readonly video: HTMLVideoElement;
  /** Where marked frames are shown, at the video's size in pixels. Nothing else may have drawn on it. */
  readonly canvas: HTMLCanvasElement;
  /** Makes the worker from the script `@wardseal/watermark/player-worker`. Called once. */
  readonly worker: () => Worker;
  /** Told why nothing is shown any more: the canvas is empty and the video stands still by then. Called once at most. */
  readonly onProblem: (error: Error) => void;
}

export interface PlayerReport extends FrameReport {
  /** Frames that the video had and the canvas did not show, for want of time. */
  readonly dropped: number;
}

export interface Player {
  /** Ends it: the video is paused, the canvas emptied, the worker ended. `onProblem` is not called. */
  stop(): void;
  /** What was shown so far; the quality is that of the marked frames together. */
  report(): PlayerReport;
}

/**
 * Shows a video on a canvas, each frame with the mark of this viewing. The video plays out of sight: `play`, `pause`,
 * `currentTime`, `playbackRate`, `volume` and its events are used as always, and the sound is its own. Frames are marked
 * in a worker, one at a time. While it is busy frames are left out; **none is ever shown without its mark**.
 *
 * One viewing, one video: when another source is put into the element the player ends, for its mark would be wrong.
 * Pictures in pictures and casting, which would show the video itself, are switched off.
 *
 * @returns the player. It ends and tells `onProblem` a WatermarkError on CHIPS_INVALID, QUALITY_INVALID, ROI_INVALID,
 * IMAGE_TOO_SMALL, IMAGE_TOO_LARGE: as `videoMarker`; VIDEO_INVALID: the browser cannot play the video, or not read it
 * because it is of another origin, its source was changed, or the element was put into the document; CANVAS_UNAVAILABLE:
 * no canvas in the worker; WORKER_FAILED: the worker cannot be loaded, ended or is silent for ten seconds. Options that
 * are not plain data are a TypeError there.
 * @throws {WatermarkError} CANVAS_UNAVAILABLE: no frames of videos here, or the canvas was used by something else.
 * @throws {TypeError} an option is missing or not there, or the video is in the document.
 * @example
 * const player = startPlayer({ video, canvas, worker: () => new Worker(url, { type: 'module' }), chips, onProblem });
 * await video.play();
 */
export function startPlayer(options: PlayerOptions): Player {
  checkOptions('startPlayer', options);
  const { video, canvas, worker, onProblem, ...mark } = options;
  checkParts({ video, canvas, worker, onProblem });
  const screen = screenOn(canvas);
  keepOutOfSight(video);

  const over = new AbortController();
  let shown: FrameReport = { frames: 0, psnr: Number.POSITIVE_INFINITY };
  const end = (): void => {
    if (over.signal.aborted) return;
    over.abort();
    line.end();
    frames.end();
    screen.clear();
    video.pause();
  };
  const fail = (error: unknown): void => {
    if (over.signal.aborted) return;
    end();
    onProblem(error as Error);
  };
  const source = sourceOf(video);
  const check = (): void => {
    if (video.isConnected) throw invalid('the video is in the document, where its own frames are seen');
    if (sourceOf(video) !== source) throw invalid('the video was exchanged: begin a player for each');
  };
  const line = lineTo(worker(), fail);
  const frames = framesOf(video);
  const play = async (): Promise<never> => {
    if (video.error !== null) throw unplayable(video.error);
    await line.open(ownCopy(mark) as FrameMarkerOptions);
    for (;;) {
      await untilAborted(frames.fresh(), [over.signal]);
      check();
      const frame = frames.take();
      if (frame === null) continue;
      const { picture, report } = await line.mark(frame);
      if (over.signal.aborted) picture.close();
      over.signal.throwIfAborted();
      screen.show(picture);
      shown = report;
    }
  };
  video.addEventListener('error', () => fail(unplayable(video.error)), { signal: over.signal });
  play().catch(fail);
  return {
    stop: end,
    report: () => ({ ...shown, dropped: Math.max(0, frames.presented() - shown.frames) }),
  };
}

/** A Blob URL or a stream: what the chips were given for. */
const sourceOf = (video: HTMLVideoElement): MediaProvider | string => video.srcObject ?? video.src;

/** What shows a video without the page's help shows it without the mark. */
function keepOutOfSight(video: HTMLVideoElement): void {
  video.disablePictureInPicture = true;
  video.disableRemotePlayback = true;
  // Telephones play a video in full screen unless told otherwise.
  video.playsInline = true;
}

function checkParts({ video, canvas, worker, onProblem }: Omit<PlayerOptions, keyof FrameMarkerOptions>): void {
  const able = typeof VideoFrame === 'function' && typeof HTMLVideoElement === 'function';
  if (!able || !('requestVideoFrameCallback' in HTMLVideoElement.prototype)) {
    const message = 'there are no frames of videos here: use a current browser, and a page that came by https';
    throw new WatermarkError('CANVAS_UNAVAILABLE', message, { field: 'video' });
  }
  if (!(video instanceof HTMLVideoElement)) throw new TypeError('video must be a video element');
  if (!(canvas instanceof HTMLCanvasElement)) throw new TypeError('canvas must be a canvas element');
  if (typeof worker !== 'function') throw new TypeError('worker must be a function that makes the worker');
  if (typeof onProblem !== 'function') throw new TypeError('onProblem must be a function');
  if (sourceOf(video) === '') throw new TypeError('the video needs its `src` or `srcObject` before the player begins');
  if (video.isConnected) throw new TypeError('the video must stay out of the document: its own frames carry no mark');
}

const invalid = (message: string, cause?: unknown): WatermarkError =>
  new WatermarkError('VIDEO_INVALID', message, { field: 'video', ...(cause !== undefined && { cause }) });

const unplayable = (cause: MediaError | null): WatermarkError => invalid('the browser cannot play the video', cause);

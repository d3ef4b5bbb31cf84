import { WatermarkError } from '../errors.js';

/** The frames of a video as it plays: always the newest, none is kept. */
export interface Frames {
  /** Comes when there is another frame than the last one taken. */
  fresh(): Promise<void>;
  /** The frame that the video shows, or null when it has none now. */
  take(): VideoFrame | null;
  /** Frames that the video has shown, as far as the browser says. */
  presented(): number;
  end(): void;
}

/**
 * Takes frames out of a video. Each is taken at the moment it is asked for: its own timestamp, and not the time that the
 * browser called back for, belongs to its pixels.
 */
export function framesOf(video: HTMLVideoElement): Frames {
  // A video that stands still may have shown its frame already.
  let fresh = true;
  let wake = (): void => {};
  let first: number | null = null;
  let latest = 0;
  const onFrame: VideoFrameRequestCallback = (_, { presentedFrames }) => {
    first ??= presentedFrames;
    latest = presentedFrames;
    fresh = true;
    handle = video.requestVideoFrameCallback(onFrame);
    wake();
  };
  let handle = video.requestVideoFrameCallback(onFrame);

  return {
    fresh: () =>
      new Promise((resolve) => {
        wake = resolve;
        if (fresh) resolve();
      }),
    take() {
      fresh = false;
      return capture(video);
    },
    presented: () => (first === null ? 0 : latest - first + 1),
    end: () => video.cancelVideoFrameCallback(handle),
  };
}

function capture(video: HTMLVideoElement): VideoFrame | null {
  try {
    return new VideoFrame(video);
  } catch (cause) {
    if ((cause as { readonly name?: unknown } | null)?.name === 'InvalidStateError') return null;
    const message = 'the frames of the video cannot be read: it is of another origin, or there is no memory for it';
    throw new WatermarkError('VIDEO_INVALID', message, { field: 'video', cause });
  }
}

import type { Pixels } from '../image.js';

/** One frame of a video. */
export interface Frame {
  /** 8-bit samples: 1 channel (luma), 3 (RGB) or 4 (RGBA), the same size in every frame. */
  readonly pixels: Pixels;
  /** When it is shown, in seconds from the video's start. Rises from frame to frame. */
  readonly time: number;
}

/** How the luma of one-channel frames is written: black to white as 0 to 255, or as 16 to 235 (most camera video). */
export type Range = 'full' | 'limited';

/** A video as frames. Whoever reads it may ask for them several times, from the start. */
export interface Video {
  /** Size as it is shown, upright, in pixels. */
  readonly width: number;
  readonly height: number;
  /** Of one-channel frames. Default 'full'. */
  readonly range?: Range;
  /** All frames in the order they are shown. A file that ends early gives those that it holds. */
  frames(): AsyncIterable<Frame> | Iterable<Frame>;
}

import { type Pixels, type Plane, shrinkLuma } from './image.js';

/** Long side of the canonical grid, in canonical pixels. A picture with a shorter long side is its own grid. */
export const CANONICAL_SIDE = 1024;
/**
 * Long side of the canonical grid of a video, in canonical pixels: chips twice as large as a photograph's, for what video
 * compression leaves of a picture is its coarse half.
 */
export const VIDEO_SIDE = 512;
/** Side of a chip, in canonical pixels. */
export const CHIP = 2;
/** Side of a tile, in canonical pixels: an eighth of the canonical long side. */
export const TILE = 128;

/** Width and height of the canonical grid of a picture; at least two, so that there is something between two samples. */
export function canonicalSize(
  width: number,
  height: number,
  most: number = CANONICAL_SIDE,
): { width: number; height: number } {
  const long = Math.max(width, height);
  if (long <= most) return { width, height };
  const along = (side: number): number => Math.max(2, Math.round((side * most) / long));
  return { width: along(width), height: along(height) };
}

/** Luma of a picture on its canonical grid. */
export function canonicalLuma(pixels: Pixels, channels: number, most: number = CANONICAL_SIDE): Plane {
  const { width, height } = canonicalSize(pixels.width, pixels.height, most);
  return shrinkLuma(pixels, channels, width, height);
}

import { type Pixels, type Plane, shrinkLuma } from './image.js';

/** Long side of the canonical grid, in canonical pixels. A picture with a shorter long side is its own grid. */
export const CANONICAL_SIDE = 1024;
/** Side of a chip, in canonical pixels. */
export const CHIP = 2;
/** Side of a tile, in canonical pixels: an eighth of the canonical long side. */
export const TILE = 128;

/** Width and height of the canonical grid of a picture; at least two, so that there is something between two samples. */
export function canonicalSize(width: number, height: number): { width: number; height: number } {
  const long = Math.max(width, height);
  if (long <= CANONICAL_SIDE) return { width, height };
  const along = (side: number): number => Math.max(2, Math.round((side * CANONICAL_SIDE) / long));
  return { width: along(width), height: along(height) };
}

/** Luma of a picture on its canonical grid. */
export function canonicalLuma(pixels: Pixels, channels: number): Plane {
  const { width, height } = canonicalSize(pixels.width, pixels.height);
  return shrinkLuma(pixels, channels, width, height);
}

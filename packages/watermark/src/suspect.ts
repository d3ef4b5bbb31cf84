import { type Pixels, type Plane, shrinkLuma } from './image.js';

/** Long side of a suspect's luma while it is registered, in pixels: leaks are rarely larger, and detail beyond it is not used. */
const WORKING_SIDE = 1600;

/** A suspect's luma at the size at which it is registered. Never enlarged. */
export function coarseLuma(suspect: Pixels, channels: number): Plane {
  return lumaShrunkBy(suspect, channels, Math.max(1, Math.max(suspect.width, suspect.height) / WORKING_SIDE));
}

/** A suspect's luma, each side divided by a factor of at least 1. */
export function lumaShrunkBy(suspect: Pixels, channels: number, factor: number): Plane {
  const side = (n: number): number => Math.max(1, Math.round(n / factor));
  return shrinkLuma(suspect, channels, side(suspect.width), side(suspect.height));
}

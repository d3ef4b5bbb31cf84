import { type Pixels, type Plane, shrinkLuma } from './image.js';

/** Long side of a suspect's luma while it is registered, in pixels: leaks are rarely larger, and detail beyond it is not used. */
const WORKING_SIDE = 1600;

/** A suspect's luma, shrunk by `factor` or, when 1, to the working size. Never enlarged. */
export function workingLuma(suspect: Pixels, channels: number, factor: number): Plane {
  const long = Math.max(suspect.width, suspect.height);
  const by = factor === 1 ? Math.max(1, long / WORKING_SIDE) : factor;
  const side = (n: number): number => Math.max(1, Math.round(n / by));
  return shrinkLuma(suspect, channels, side(suspect.width), side(suspect.height));
}

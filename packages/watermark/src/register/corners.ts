import { WatermarkError } from '../errors.js';
import type { Size } from '../image.js';
import { cornersOf, type Homography, throughPoints } from './homography.js';

/** A point of the suspect, in its pixels from its top left corner; it may lie outside. */
export type Point = readonly [x: number, y: number];

/** Where the original's top left, top right, bottom right and bottom left corners lie in the suspect. */
export type Corners = readonly [Point, Point, Point, Point];

/** Least area that corners given by hand may span, in square pixels: half a tile each way, as for a picture. */
const LEAST_AREA = 64 * 64;
/** Farthest that a corner may lie outside, in lengths of the suspect's longer side: a crop to a twentieth. */
const FARTHEST = 20;

/** The map that corners given by hand describe: the original's pixels to the suspect's. Throws CORNERS_INVALID. */
export function cornersMap(corners: Corners, original: Size, suspect: Size): Homography {
  const invalid = (message: string): never => {
    throw new WatermarkError('CORNERS_INVALID', `\`corners\` ${message}`, { field: 'corners' });
  };
  if (!Array.isArray(corners) || corners.length !== 4) return invalid('must be four points');
  const far = FARTHEST * Math.max(suspect.width, suspect.height);
  for (const point of corners as readonly unknown[]) {
    const pair = Array.isArray(point) && point.length === 2 && point.every((value) => Number.isFinite(value));
    if (!pair) return invalid('must be pairs of finite numbers');
    if (point.some((value: number) => Math.abs(value) > far)) return invalid('must lie nearer to the suspect');
  }
  const turns = [0, 1, 2, 3].map((k) => cross(corners[k]!, corners[(k + 1) & 3]!, corners[(k + 2) & 3]!));
  const convex = turns.every((turn) => turn > 0) || turns.every((turn) => turn < 0);
  if (!convex) return invalid('must make a convex quadrilateral, in order');
  if (Math.abs(turns[0]! + turns[2]!) / 2 < LEAST_AREA) return invalid('lie too close together');
  const map = throughPoints(cornersOf(original), corners);
  return map ?? invalid('must make a convex quadrilateral, in order');
}

function cross(a: Point, b: Point, c: Point): number {
  return (b[0] - a[0]) * (c[1] - b[1]) - (b[1] - a[1]) * (c[0] - b[0]);
}

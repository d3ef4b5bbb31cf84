import { type Plane, shrinkPlane } from '../image.js';
import { score } from './align.js';
import type { Homography } from './homography.js';
import { flatten, noiseAt } from './sample.js';

/** Long sides of the original at which contents are compared: slow shading shows at the first, texture at the last. */
const SIDES = [96, 192, 384];
const RADIUS = 6;
/** Correlation at one of the sizes that says: the same picture. */
const SAME = 0.25;
/** Mean energy of the flattened picture below which there is nothing to compare: smooth skin has 0.05 to 0.3, others 0.45 up. */
const FAINT = 0.35;

/** Whether two pictures show the same under a map, at some size. */
export function sameContent(original: Plane, suspect: Plane, h: Homography): boolean {
  return SIDES.some((side) => score(original, suspect, h, side).correlation >= SAME);
}

/** Whether a picture is so smooth at every size that its content neither confirms nor contradicts a map. */
export function isFaint(picture: Plane): boolean {
  return SIDES.every((side) => {
    const factor = Math.min(1, side / Math.max(picture.width, picture.height));
    const along = (length: number): number => Math.max(8, Math.round(length * factor));
    const small = shrinkPlane(
      picture,
      Math.min(picture.width, along(picture.width)),
      Math.min(picture.height, along(picture.height)),
    );
    const { data } = flatten(small, RADIUS, noiseAt(factor));
    return data.reduce((sum, value) => sum + value * value, 0) < FAINT * data.length;
  });
}

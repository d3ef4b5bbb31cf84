import type { Size } from '../image.js';
import { apply, cornersOf, type Homography, throughPoints } from '../register/homography.js';

/** The map that takes each corner where the middle one of several maps takes it; null without maps. */
export function middleMap(maps: readonly { readonly map: Homography }[], size: Size): Homography | null {
  if (maps.length === 0) return null;
  const corners = cornersOf(size);
  const middle = corners.map(
    ([x, y]) =>
      [median(maps.map(({ map }) => apply(map, x, y)[0])), median(maps.map(({ map }) => apply(map, x, y)[1]))] as const,
  );
  return throughPoints(corners, middle);
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2;
}

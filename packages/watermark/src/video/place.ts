import type { Homography } from '../register/homography.js';
import { findLies } from './lies.js';
import { findMoments, flatsOf, type Moment } from './moments.js';
import { settle } from './settle.js';
import type { Grey, Survey } from './survey.js';

/** Correlation of flattened thumbnails below which the copy shows something else. */
const LEAST = 0.3;
/** Lies that are settled to the frame. */
const SETTLED = 2;

/** Which frames of the original a copy shows, and the map from the original's thumbnails to the copy's that they share. */
export interface Placed {
  readonly moments: readonly Moment[];
  readonly map: Homography;
}

/** Finds the moments and the map: each lie that is possible is followed through time, and the best are settled. */
export function place(
  copy: readonly { readonly time: number; readonly thumb: Grey }[],
  original: Survey,
  tick: () => void,
): Placed | null {
  const thumbs = copy.map(({ thumb }) => thumb);
  const flats = flatsOf(original, tick);
  const followed = findLies(thumbs, original.thumbs, tick).map((map) => {
    return { map, ...findMoments(copy, flats, map, original.thumbs[0]!, tick) };
  });
  followed.sort((a, b) => b.correlation - a.correlation);
  const settled = followed.slice(0, SETTLED).map(({ map, moments }) => settle(moments, map, thumbs, original, tick));
  settled.sort((a, b) => b.correlation - a.correlation);
  const best = settled[0]!;
  return best.correlation < LEAST ? null : { moments: best.all(), map: best.map };
}

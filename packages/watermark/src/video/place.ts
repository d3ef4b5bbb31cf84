import { align } from '../register/align.js';
import type { Homography } from '../register/homography.js';
import { findLies } from './lies.js';
import { middleMap } from './middle-map.js';
import { findMoments, flatsOf, type Moment } from './moments.js';
import { spread } from './spread.js';
import { type Grey, planeOf, type Survey } from './survey.js';

/** Correlation of flattened thumbnails below which the copy shows something else. */
const LEAST = 0.3;
/** Frames of the copy by which lies are compared and the map is found. */
const ANCHORS = 24;
/** Lies that are settled, and rounds in which moments and map improve each other. */
const SETTLED = 3;
const ROUNDS = 4;
/** Correlation below which an anchor has no say about the map. */
const HEARD = 0.3;

/** A kept frame of the copy. */
interface Shown {
  readonly time: number;
  readonly thumb: Grey;
}

/** Which frames of the original a copy shows, and the map from the original's thumbnails to the copy's that they share. */
export interface Placed {
  readonly moments: readonly Moment[];
  readonly map: Homography;
}

/**
 * Finds moments and map. Neither can be had alone: a frame that comes a little early or late looks like the right one,
 * but shifted. Yet the map is one for all frames, and time runs in the copy as in the original. So each possible lie is
 * followed through time, and in turns the map becomes the middle of what the frames say and the moments are found anew.
 */
export function place(copy: readonly Shown[], original: Survey, tick: () => void): Placed | null {
  const flats = flatsOf(original, tick);
  const anchors = spread(copy.length, ANCHORS).map((i) => copy[i]!);
  const follow = (frames: readonly Shown[], map: Homography) => {
    return { map, ...findMoments(frames, flats, map, original.thumbs[0]!, tick) };
  };
  const lies = findLies(
    anchors.map(({ thumb }) => thumb),
    original.thumbs,
    tick,
  );
  const followed = lies.map((map) => follow(anchors, map)).sort(byCorrelation);
  const settled = followed.slice(0, SETTLED).map((start) => {
    let best = start;
    for (let round = 0, held = start; round < ROUNDS; round++) {
      const map = mapOf(held.moments, anchors, held.map, original, tick);
      if (map === null) break;
      held = follow(anchors, map);
      if (held.correlation > best.correlation) best = held;
    }
    return best;
  });
  const { map, correlation } = settled.sort(byCorrelation)[0]!;
  if (correlation < LEAST) return null;
  return { map, moments: follow(copy, map).moments };
}

function byCorrelation(a: { readonly correlation: number }, b: { readonly correlation: number }): number {
  return b.correlation - a.correlation;
}

/** What the frames say of the map at these moments. */
function mapOf(
  moments: readonly Moment[],
  copy: readonly Shown[],
  near: Homography,
  { thumbs }: Survey,
  tick: () => void,
): Homography | null {
  const heard: { readonly map: Homography }[] = [];
  for (const { at, original } of moments) {
    tick();
    const found = align(planeOf(thumbs[original]!), planeOf(copy[at]!.thumb), near, 0, () => {});
    if (found !== null && found.correlation >= HEARD) heard.push({ map: found.homography });
  }
  return middleMap(heard, thumbs[0]!);
}

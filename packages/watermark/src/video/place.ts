import { align } from '../register/align.js';
import type { Homography } from '../register/homography.js';
import { findLies } from './lies.js';
import { middleMap } from './middle-map.js';
import { ANY_PACE, agreement, findPath, flatsOf, type Moment, type Pace, type Path, STEADY_PACE } from './moments.js';
import { spread } from './spread.js';
import { type Grey, planeOf, type Survey } from './survey.js';

/** Correlation of flattened thumbnails below which the copy shows something else. */
const LEAST = 0.3;
/** Frames of the copy by which lies are compared and the map is found. */
const ANCHORS = 16;
/** Lies that are settled at either pace, and rounds in which moments and map improve each other. */
const SETTLED = 5;
const ROUNDS = 4;
/** What a round must improve for another to follow, and the correlation at which nothing else is tried. */
const WORTH = 0.002;
const SURE = 0.9;
/** Correlation below which an anchor has no say about the map. */
const HEARD = 0.3;

const PACES: readonly Pace[] = [STEADY_PACE, ANY_PACE];

/** A way that the copy lies. */
interface Lain {
  readonly map: Homography;
  readonly pace: Pace;
}

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
 * but shifted. Yet the map is one for all frames, and time runs in the copy mostly as in the original. So each possible
 * lie is followed through time, and in turns the map becomes the middle of what the frames say and the moments are found
 * anew: at a steady pace first, which does not let frames that are off mend a map that is.
 */
export function place(copy: readonly Shown[], original: Survey, tick: () => void): Placed | null {
  const flats = flatsOf(original, tick);
  const [first] = original.thumbs;
  const follow = (frames: readonly Shown[], map: Homography, paces: readonly Pace[]): (Path & Lain)[] => {
    const thumbs = frames.map(({ thumb }) => thumb);
    const rows = agreement(thumbs, flats, map, first!, tick);
    const times = frames.map(({ time }) => time);
    return paces.map((pace) => ({ map, pace, ...findPath(rows, times, flats, pace) }));
  };
  const anchors = spread(copy.length, ANCHORS).map((i) => copy[i]!);
  const followed = findLies(anchors, original, tick).flatMap((map) => follow(anchors, map, PACES));
  let best: (Path & Lain) | null = null;
  for (const pace of PACES) {
    const starts = followed.filter((one) => one.pace === pace).sort((a, b) => b.correlation - a.correlation);
    for (const start of starts.slice(0, SETTLED)) {
      for (let round = 0, held = start; round < ROUNDS && (best?.correlation ?? 0) < SURE; round++) {
        if (best === null || held.correlation > best.correlation) best = held;
        const map = mapOf(held.moments, anchors, held.map, original, tick);
        const [next] = map === null ? [] : follow(anchors, map, [pace]);
        if (next === undefined || next.correlation < held.correlation + WORTH) break;
        held = next;
        if (held.correlation > best.correlation) best = held;
      }
    }
  }
  if (best === null || best.correlation < LEAST) return null;
  const [whole] = follow(copy, best.map, [best.pace]);
  return { map: best.map, moments: whole!.moments };
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

import { align } from '../register/align.js';
import type { Homography } from '../register/homography.js';
import { findLies } from './lies.js';
import { middleMap } from './middle-map.js';
import { agreement, findPath, flatsOf, type Moment, type Pace } from './moments.js';
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
/** Part of the anchors in which an outline must be seen. */
const FRAMED = 0.6;
/** Correlation below which an anchor has no say about the map. */
const HEARD = 0.3;

const PACES: readonly Pace[] = ['steady', 'any'];
/** What another pace must be better by: with jumps and slips it can always agree a little better. */
const BETTER = 0.1;

/** The map of a frame's thumbnail; null for one that has none. */
type MapOf = (frame: Shown) => Homography | null;

/** A way that the copy lies: one map for all frames, or one for each that has one. */
interface Lain extends Placed {
  readonly correlation: number;
  readonly mapOf: MapOf;
  readonly pace: Pace;
}

/** A kept frame of the copy. */
export interface Shown {
  readonly time: number;
  readonly thumb: Grey;
  /** The map that the outline of a picture within an even surround gives, as in a film of a screen; null without one. */
  readonly outlined: Homography | null;
}

/**
 * Which frames of the original a copy shows, and for each the map from the original's thumbnail to the copy's: the same
 * for all, unless a screen was filmed by a hand.
 */
export interface Placed {
  readonly moments: readonly (Moment & { readonly map: Homography })[];
}

/**
 * Finds moments and map. Neither can be had alone: a frame that comes a little early or late looks like the right one,
 * but shifted. Yet the map is one for all frames, and time runs in the copy mostly as in the original. So each possible
 * lie is followed through time, and in turns the map becomes the middle of what the frames say and the moments are found
 * anew: at a steady pace first, which does not let frames that are off mend a map that is.
 */
export function place(copy: readonly Shown[], original: Survey, tick: () => void): Placed | null {
  const flats = flatsOf(original, tick);
  const first = original.thumbs[0]!;
  const follow = (frames: readonly Shown[], mapOf: MapOf, paces: readonly Pace[]): Lain[] => {
    const mapped = withMaps(frames, mapOf);
    const rows = agreement(mapped, flats, first, tick);
    const times = mapped.map(({ time }) => time);
    return paces.map((pace) => {
      const { moments, correlation } = findPath(rows, times, flats, pace);
      const placed = moments.map((one) => ({ ...one, at: mapped[one.at]!.at, map: mapped[one.at]!.map }));
      return { mapOf, pace, correlation, moments: placed };
    });
  };
  const anchors = spread(copy.length, ANCHORS).map((i) => copy[i]!);
  const followed = findLies(anchors, original, tick).flatMap((map) => follow(anchors, () => map, PACES));
  // Shapes as unlike as a strip and a portrait: there is no way that one could lie on the other.
  if (followed.length === 0) return null;
  const settle = (pace: Pace): Lain => {
    const starts = followed.filter((one) => one.pace === pace).sort((a, b) => b.correlation - a.correlation);
    let best = starts[0]!;
    for (const start of starts.slice(0, SETTLED)) {
      for (let round = 0, held = start; round < ROUNDS && best.correlation < SURE; round++) {
        const map = commonMap(held, anchors, original, tick);
        const [next] = map === null ? [] : follow(anchors, () => map, [pace]);
        if (next === undefined || next.correlation < held.correlation + WORTH) break;
        held = next;
        if (held.correlation > best.correlation) best = held;
      }
    }
    return best;
  };
  let best = settle('steady');
  if (best.correlation < SURE) {
    const outlineOf: MapOf = ({ outlined }) => outlined;
    const enough = withMaps(anchors, outlineOf).length >= FRAMED * anchors.length;
    const framed = enough ? follow(anchors, outlineOf, PACES) : [];
    for (const other of [...framed, settle('any')]) {
      const least = other.pace === best.pace ? 0 : BETTER;
      if (other.correlation > best.correlation + least) best = other;
    }
  }
  if (best.correlation < LEAST) return null;
  return { moments: follow(copy, best.mapOf, [best.pace])[0]!.moments };
}

/** The frames that have a map, with it and their place in the list. */
function withMaps(frames: readonly Shown[], mapOf: MapOf): (Shown & { at: number; map: Homography })[] {
  return frames.flatMap((frame, at) => {
    const map = mapOf(frame);
    return map === null ? [] : [{ ...frame, at, map }];
  });
}

/** What the frames say of the map at these moments. */
function commonMap({ moments }: Lain, copy: readonly Shown[], { thumbs }: Survey, tick: () => void): Homography | null {
  const heard: { readonly map: Homography }[] = [];
  for (const { at, original, map } of moments) {
    tick();
    const found = align(planeOf(thumbs[original]!), planeOf(copy[at]!.thumb), map, 0, () => {});
    if (found !== null && found.correlation >= HEARD) heard.push({ map: found.homography });
  }
  return middleMap(heard, thumbs[0]!);
}

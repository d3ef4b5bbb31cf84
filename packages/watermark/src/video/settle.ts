import type { Plane } from '../image.js';
import { align, score } from '../register/align.js';
import { apply, cornersOf, type Homography, throughPoints } from '../register/homography.js';
import type { Moment } from './moments.js';
import { spread } from './spread.js';
import type { Grey, Survey } from './survey.js';

/** Frames by which the common map is found. */
const ANCHORS = 16;
/** Rounds in which moments and map improve each other; the frames to either side that each looks at. */
const ROUNDS: readonly number[] = [12, 6, 4];
/** Correlation below which an anchor has no say. */
const LEAST = 0.3;

/** The map from the original's thumbnail to the copy's that most frames share. */
export interface Settled {
  readonly map: Homography;
  /** Of the flattened thumbnails of most anchors under that map, -1 to 1. */
  readonly correlation: number;
  /** All moments to the frame. */
  all(): readonly Moment[];
}

/**
 * Finds the very frames. A frame of the original that comes a little early or late looks the same but shifted, so that
 * neither frame nor map can be had alone; but the map is one for all frames and the movement is not. In turns each anchor
 * takes the frame that agrees best under the common map, and the map becomes the middle of what the anchors say.
 */
export function settle(
  moments: readonly Moment[],
  start: Homography,
  thumbs: readonly Grey[],
  original: Survey,
  tick: () => void,
): Settled {
  const planes = new Map<Grey, Plane>();
  const planeOf = (grey: Grey): Plane => {
    const held = planes.get(grey) ?? { ...grey, data: Float32Array.from(grey.data) };
    planes.set(grey, held);
    return held;
  };
  const size = original.thumbs[0]!;
  const aligned = (moment: Moment, near: Homography): { map: Homography; correlation: number } | null => {
    tick();
    const found = align(planeOf(original.thumbs[moment.original]!), planeOf(thumbs[moment.at]!), near, 1, () => {});
    return found === null ? null : { map: found.homography, correlation: found.correlation };
  };
  const nearest = (moment: Moment, map: Homography, reach: number): Moment => {
    let best = { ...moment, correlation: -1 };
    const [first, last] = [
      Math.max(0, moment.original - reach),
      Math.min(original.thumbs.length - 1, moment.original + reach),
    ];
    for (let i = first; i <= last; i++) {
      const { correlation } = score(planeOf(original.thumbs[i]!), planeOf(thumbs[moment.at]!), map, 128);
      if (correlation > best.correlation) best = { ...moment, original: i, correlation };
    }
    tick();
    return best;
  };

  const agreeing = [...moments]
    .sort((a, b) => b.correlation - a.correlation)
    .slice(0, Math.max(1, moments.length >> 1));
  agreeing.sort((a, b) => a.at - b.at);
  let anchors = spread(agreeing.length, ANCHORS).map((i) => agreeing[i]!);
  const common = (maps: readonly ({ map: Homography; correlation: number } | null)[]): Homography | null =>
    middleMap(
      maps.filter((one) => one !== null).filter((one) => one.correlation >= LEAST),
      size,
    );
  let map = start;
  for (const reach of ROUNDS) {
    const held = map;
    anchors = anchors.map((one) => nearest(one, held, reach));
    map = common(anchors.map((one) => aligned(one, held))) ?? held;
  }
  const settled = map;
  const correlation = median(anchors.map((one) => nearest(one, settled, 1).correlation));
  return {
    map: settled,
    correlation,
    all: () => moments.map((one) => nearest(one, settled, ROUNDS[0]!)),
  };
}

/** The map that takes each corner where the middle one of several maps takes it; null without maps. */
export function middleMap(
  maps: readonly { readonly map: Homography }[],
  size: { readonly width: number; readonly height: number },
): Homography | null {
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

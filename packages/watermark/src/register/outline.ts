import { type Plane, shrinkPlane } from '../image.js';
import type { Point } from './corners.js';

/** Long side at which the outline is looked for, in pixels. */
const SIDE = 320;
/** Least difference from the surroundings that is a picture's edge, in luma levels. */
const CONTRAST = 10;
/** Pixels in a row that must differ: one alone is noise. */
const RUN = 3;
/** Part of a side, in its middle, that is looked at: near the corners the neighbouring sides are met. */
const MIDDLE = 0.7;
/** Distance of a point from its line that still counts, in pixels, and the part of the points that must count. */
const SLACK = 1.5;
const AGREEING = 0.6;

/** A line as offset + slope * along. */
interface Line {
  readonly offset: number;
  readonly slope: number;
}

/**
 * Corners of the picture within an even surround, as in a photograph of a screen or a screenshot with bars: top left,
 * top right, bottom right, bottom left, in pixels of the plane. On smooth pictures the outline is the clearest feature
 * of all. Null when there is no surround or its edges are not straight.
 */
export function outline(plane: Plane): readonly [Point, Point, Point, Point] | null {
  const factor = Math.min(1, SIDE / Math.max(plane.width, plane.height));
  const small = shrinkPlane(
    plane,
    Math.max(1, Math.round(plane.width * factor)),
    Math.max(1, Math.round(plane.height * factor)),
  );
  const { width, height, data } = small;
  const across = (x: number, y: number): number => data[y * width + x]!;
  const down = (y: number, x: number): number => data[y * width + x]!;
  const left = edge(height, width, across);
  const right = edge(height, width, (x, y) => across(width - 1 - x, y));
  const top = edge(width, height, down);
  const bottom = edge(width, height, (y, x) => down(height - 1 - y, x));
  if (left === null || right === null || top === null || bottom === null) return null;
  const sides = [left, top, right, bottom];
  if (sides.every((line) => line.offset === 0 && line.slope === 0)) return null;
  const far = (line: Line, size: number): Line => ({ offset: size - line.offset, slope: -line.slope });
  const [east, south] = [far(right, width), far(bottom, height)];
  const corners = [meet(left, top), meet(east, top), meet(east, south), meet(left, south)] as const;
  return corners.map(([x, y]) => [(x * plane.width) / width, (y * plane.height) / height] as const) as unknown as [
    Point,
    Point,
    Point,
    Point,
  ];
}

/** The line along which a picture begins, seen from one side; the side itself when there is no surround; null when crooked. */
function edge(lines: number, depth: number, at: (deep: number, line: number) => number): Line | null {
  const border = Array.from({ length: lines }, (_, line) => at(0, line)).sort((a, b) => a - b);
  const level = border[lines >> 1]!;
  const even = border[Math.floor(0.85 * lines)]! - border[Math.floor(0.15 * lines)]! < CONTRAST;
  if (!even) return { offset: 0, slope: 0 };
  const points: [number, number][] = [];
  const from = Math.floor((lines * (1 - MIDDLE)) / 2);
  for (let line = from; line < lines - from; line++) {
    let run = 0;
    let deep = 0;
    for (; deep < depth / 2 && run < RUN; deep++) run = Math.abs(at(deep, line) - level) > CONTRAST ? run + 1 : 0;
    if (run === RUN) points.push([line + 0.5, deep - RUN]);
  }
  return points.length < AGREEING * (lines - 2 * from) ? null : lineThrough(points);
}

/** The line that most points lie on, from pairs spread evenly, then least squares over those points. */
function lineThrough(points: readonly [number, number][]): Line | null {
  let best: [number, number][] = [];
  const step = Math.max(1, Math.floor(points.length / 24));
  for (let i = 0; i < points.length; i += step) {
    for (let j = i + 4 * step; j < points.length; j += step) {
      const slope = (points[j]![1] - points[i]![1]) / (points[j]![0] - points[i]![0]);
      const on = points.filter(([x, y]) => Math.abs(points[i]![1] + slope * (x - points[i]![0]) - y) < SLACK);
      if (on.length > best.length) best = on;
    }
  }
  if (best.length < AGREEING * points.length) return null;
  const n = best.length;
  const mx = best.reduce((sum, [x]) => sum + x, 0) / n;
  const my = best.reduce((sum, [, y]) => sum + y, 0) / n;
  let xx = 0;
  let xy = 0;
  for (const [x, y] of best) {
    xx += (x - mx) ** 2;
    xy += (x - mx) * (y - my);
  }
  const slope = xx === 0 ? 0 : xy / xx;
  return { offset: my - slope * mx, slope };
}

/** Where an upright line, x = offset + slope y, meets a level one, y = offset + slope x. */
function meet(upright: Line, level: Line): Point {
  const y = (level.offset + level.slope * upright.offset) / (1 - level.slope * upright.slope);
  return [upright.offset + upright.slope * y, y];
}

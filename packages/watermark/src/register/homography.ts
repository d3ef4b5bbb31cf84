import { gauss } from '../gauss.js';
import type { Size } from '../image.js';

/** Four points, in order around. */
type Corners = [[number, number], [number, number], [number, number], [number, number]];

/**
 * A plane homography, row by row, mapping points of the original's canonical grid to points of the suspect. Points are
 * continuous: the centre of the pixel in column i lies at i + 0.5, so that scaling is a plain factor.
 */
export type Homography = readonly [number, number, number, number, number, number, number, number, number];

/** a after b. */
export function compose(a: Homography, b: Homography): Homography {
  const out = new Array<number>(9);
  for (let r = 0; r < 3; r++) {
    for (let c = 0; c < 3; c++) {
      out[3 * r + c] = a[3 * r]! * b[c]! + a[3 * r + 1]! * b[3 + c]! + a[3 * r + 2]! * b[6 + c]!;
    }
  }
  return out as unknown as Homography;
}

/** Scaled so that the last entry is one. */
export function normalise(h: Homography): Homography {
  return h.map((value) => value / h[8]) as unknown as Homography;
}

/** Scaling along both axes, then a shift. */
export function scaling(x: number, y: number, left = 0, top = 0): Homography {
  return [x, 0, left, 0, y, top, 0, 0, 1];
}

/** The map back. */
export function inverse(h: Homography): Homography {
  const [a, b, c, d, e, f, g, i, j] = h;
  return normalise([
    e * j - f * i,
    c * i - b * j,
    b * f - c * e,
    f * g - d * j,
    a * j - c * g,
    c * d - a * f,
    d * i - e * g,
    b * g - a * i,
    a * e - b * d,
  ]);
}

/** A map between two pictures as the map between two smaller or larger copies of them. */
export function betweenGrids(h: Homography, from: Size, fromGrid: Size, to: Size, toGrid: Size): Homography {
  const there = scaling(toGrid.width / to.width, toGrid.height / to.height);
  return normalise(compose(there, compose(h, scaling(from.width / fromGrid.width, from.height / fromGrid.height))));
}

/** Top left, top right, bottom right and bottom left of a picture. */
export function cornersOf({ width, height }: Size): Corners {
  return [
    [0, 0],
    [width, 0],
    [width, height],
    [0, height],
  ];
}

/** The eight ways a picture can lie: [a, b, c, d] maps x, y to a x + b y, c x + d y. Turns, then the same mirrored. */
export const ORIENTATIONS: readonly (readonly [number, number, number, number])[] = [
  [1, 0, 0, 1],
  [0, -1, 1, 0],
  [-1, 0, 0, -1],
  [0, 1, -1, 0],
  [-1, 0, 0, 1],
  [0, 1, 1, 0],
  [1, 0, 0, -1],
  [0, -1, -1, 0],
];

/** Where a point goes. */
export function apply(h: Homography, x: number, y: number): [number, number] {
  const d = h[6] * x + h[7] * y + h[8];
  return [(h[0] * x + h[1] * y + h[2]) / d, (h[3] * x + h[4] * y + h[5]) / d];
}

/** The map that carries four points to four others; null when three of them lie on a line. */
export function throughPoints(
  from: readonly (readonly [number, number])[],
  to: readonly (readonly [number, number])[],
): Homography | null {
  const rows: number[][] = [];
  for (let k = 0; k < 4; k++) {
    const [x, y] = from[k]!;
    const [u, v] = to[k]!;
    rows.push([x, y, 1, 0, 0, 0, -u * x, -u * y, u], [0, 0, 0, x, y, 1, -v * x, -v * y, v]);
  }
  const h = [...gauss(rows), 1];
  return h.every((value) => Number.isFinite(value)) ? (h as unknown as Homography) : null;
}

/** Signed area factor at a point: suspect pixels per canonical pixel, negative when mirrored. */
export function areaFactor(h: Homography, x: number, y: number): number {
  const [x0, y0] = apply(h, x, y);
  const [x1, y1] = apply(h, x + 1, y);
  const [x2, y2] = apply(h, x, y + 1);
  return (x1 - x0) * (y2 - y0) - (x2 - x0) * (y1 - y0);
}

/** A map that a real copy could have: finite, not folded over, not shrunk or blown up beyond use, over the whole grid. */
export function plausible(h: Homography, width: number, height: number, suspectArea: number): boolean {
  if (!h.every((value) => Number.isFinite(value))) return false;
  const corners = [0, 1, 2, 3].map((k) => {
    const x = k & 1 ? width : 0;
    const y = k & 2 ? height : 0;
    return { depth: h[6] * x + h[7] * y + h[8], area: areaFactor(h, x, y) };
  });
  const areas = corners.map((corner) => Math.abs(corner.area));
  const sameSide = corners.every((corner) => corner.depth > 0.3 && corner.area > 0 === corners[0]!.area > 0);
  return (
    sameSide && Math.max(...areas) < 10 * Math.min(...areas) && Math.min(...areas) * width * height > suspectArea / 50
  );
}

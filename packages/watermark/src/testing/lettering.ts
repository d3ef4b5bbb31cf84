import { colours, type Raster } from './raster.js';

/**
 * A cap's strokes as pairs of points of a grid of three by three, counted row by row from the top left:
 * `T` goes from 0 to 2 and from 1 to 7.
 */
const STROKES: Readonly<Record<string, string>> = {
  A: '61 18 35',
  C: '20 06 68',
  D: '06 01 15 57 76',
  E: '06 02 35 68',
  F: '06 02 35',
  G: '20 06 68 85 54',
  H: '06 28 35',
  I: '17',
  K: '06 32 38',
  L: '06 68',
  M: '60 04 42 28',
  N: '60 08 82',
  O: '02 28 86 60',
  P: '06 02 25 53',
  R: '06 02 25 53 48',
  S: '20 03 35 58 86',
  T: '02 17',
  U: '06 68 82',
  V: '07 72',
  W: '06 64 48 82',
  X: '08 26',
  Y: '04 24 47',
};
/** Width of a cap, and from one to the next, in cap heights. */
const WIDTH = 0.65;
const ADVANCE = 0.9;

/** Draws a line of capitals with round strokes of a thickness, over what is there. Letters without strokes are spaces. */
export function letter(
  onto: Raster,
  text: string,
  place: { readonly left: number; readonly top: number; readonly cap: number; readonly thickness: number },
  level: number,
): void {
  const { left, top, cap, thickness } = place;
  [...text].forEach((one, index) => {
    const x = left + index * ADVANCE * cap;
    const across = (point: string): number => x + ((Number(point) % 3) / 2) * WIDTH * cap;
    const down = (point: string): number => top + (Math.floor(Number(point) / 3) / 2) * cap;
    for (const [from = '', to = ''] of (STROKES[one] ?? '').split(' ').filter(Boolean)) {
      stroke(onto, [across(from), down(from), across(to), down(to)], Math.max(1, thickness) / 2, level);
    }
  });
}

function stroke(onto: Raster, line: readonly [number, number, number, number], radius: number, level: number): void {
  const [x0, y0, x1, y1] = line;
  const [dx, dy] = [x1 - x0, y1 - y0];
  const length = dx * dx + dy * dy;
  const [right, bottom] = [Math.max(x0, x1) + radius, Math.max(y0, y1) + radius];
  for (let y = Math.max(0, Math.floor(Math.min(y0, y1) - radius)); y < Math.min(onto.height, bottom); y++) {
    for (let x = Math.max(0, Math.floor(Math.min(x0, x1) - radius)); x < Math.min(onto.width, right); x++) {
      const [px, py] = [x + 0.5 - x0, y + 0.5 - y0];
      const along = Math.min(1, Math.max(0, (px * dx + py * dy) / length));
      if ((px - along * dx) ** 2 + (py - along * dy) ** 2 > radius * radius) continue;
      const at = (y * onto.width + x) * onto.channels;
      onto.data.fill(level, at, at + colours(onto));
    }
  }
}

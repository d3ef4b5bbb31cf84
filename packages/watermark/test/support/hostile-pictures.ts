import type { Pixels } from '../../src/index.js';
import { random } from '../pictures.js';

/** A grey picture of any rule. */
function draw(width: number, height: number, rule: (x: number, y: number) => number): Pixels {
  const data = Uint8Array.from({ length: width * height }, (_, i) => rule(i % width, Math.floor(i / width)));
  return { data, width, height };
}

const chance = random(17);
const tile = Uint8Array.from({ length: 128 * 128 }, () => chance() * 256);
/** Pictures made to break a search for a mark. */
export const hostile: readonly (readonly [name: string, picture: Pixels])[] = [
  ['all black', draw(160, 128, () => 0)],
  ['all white', draw(160, 128, () => 255)],
  ['one grey', draw(160, 128, () => 128)],
  ['one pixel apart', draw(160, 128, (x, y) => (x === 77 && y === 33 ? 255 : 0))],
  ['a checkerboard of pixels', draw(192, 128, (x, y) => ((x + y) & 1) * 255)],
  ['a checkerboard of chips', draw(192, 128, (x, y) => (((x >> 1) + (y >> 1)) & 1) * 255)],
  ['a checkerboard of tiles', draw(384, 256, (x, y) => (((x >> 7) + (y >> 7)) & 1) * 255)],
  ['stripes of a pixel', draw(192, 128, (x) => (x & 1) * 255)],
  ['a ramp', draw(192, 128, (x) => x)],
  ['noise between the extremes', draw(192, 128, () => (chance() < 0.5 ? 0 : 255))],
  ['noise', draw(192, 128, () => chance() * 256)],
  ['a random tile repeated', draw(384, 256, (x, y) => tile[(y & 127) * 128 + (x & 127)]!)],
  ['a random tile repeated at another size', draw(288, 192, (x, y) => tile[(y % 96) * 128 + (x % 96)]!)],
  ['the least size', draw(64, 64, () => chance() * 256)],
  ['a thin strip', draw(64, 1200, (x, y) => (x * y) % 251)],
  ['a thin strip, lying', draw(1200, 64, (x, y) => (x ^ y) & 255)],
];

import { fft2 } from '../fft.js';
import { boxMean } from '../filters.js';
import type { Plane } from '../image.js';

/** Longest shift that is kept, in pixels: two tiles of the longest side. */
export const REACH = 400;
/** Beyond this many deviations a point counts no more: stripes and shelves shout. */
const MOST = 12;
/** A frequency counts for at most this many times its neighbours: a codec's blocks and a screen's moire are single lines. */
const LOUDEST = 4;

/** Autocorrelation of a plane for shifts up to REACH along both axes, each point in deviations of its neighbourhood. */
export function autocorrelation(flat: Plane): Plane {
  const side = 2 ** Math.ceil(Math.log2(Math.max(flat.width, flat.height, 2 * REACH + 2)));
  const re = new Float64Array(side * side);
  const im = new Float64Array(side * side);
  for (let y = 0; y < flat.height; y++) {
    re.set(flat.data.subarray(y * flat.width, (y + 1) * flat.width), y * side);
  }
  fft2(re, im, side, side);
  // Each frequency against its neighbours: what the picture itself repeats must not drown the lattice.
  const power = new Float32Array(side * side);
  for (let i = 0; i < power.length; i++) power[i] = re[i]! * re[i]! + im[i]! * im[i]!;
  const usual = boxMean({ data: power, width: side, height: side }, side / 128);
  for (let i = 0; i < power.length; i++) {
    re[i] = usual.data[i] === 0 ? 0 : Math.min(LOUDEST, power[i]! / usual.data[i]!);
    im[i] = 0;
  }
  fft2(re, im, side, side, true);
  const width = 2 * REACH + 1;
  const data = new Float32Array(width * width);
  for (let y = -REACH; y <= REACH; y++) {
    for (let x = -REACH; x <= REACH; x++) {
      data[(y + REACH) * width + x + REACH] = re[((y + side) % side) * side + ((x + side) % side)]!;
    }
  }
  return standardise({ data, width, height: width });
}

function standardise(plane: Plane): Plane {
  const mean = boxMean(plane, 6);
  const high = new Float32Array(plane.data.length);
  const squares = new Float32Array(plane.data.length);
  for (let i = 0; i < high.length; i++) {
    high[i] = plane.data[i]! - mean.data[i]!;
    squares[i] = high[i]! * high[i]!;
  }
  const spread = boxMean({ ...plane, data: squares }, 16);
  for (let i = 0; i < high.length; i++) {
    const value = spread.data[i] === 0 ? 0 : high[i]! / Math.sqrt(spread.data[i]!);
    high[i] = Math.max(-MOST, Math.min(MOST, value));
  }
  return { ...plane, data: high };
}

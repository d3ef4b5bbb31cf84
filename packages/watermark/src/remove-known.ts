import { TILE_AREA, TILE_CHIPS } from './code/tile.js';
import { fft2 } from './fft.js';
import { gauss } from './gauss.js';

/** Reach of a chip into its neighbours, in chips: beyond two nothing is left of it. */
const REACH = 2;
/** Reach of the window through which the spectrum of what is left is smoothed, in chips. */
const WINDOW = 4;
/** Least power of a frequency, as a part of the strongest: what compression wiped out is not amplified without end. */
const LEAST_POWER = 0.01;

/** A tile in which one viewer's known chips are +1 or -1 and all others 0. */
export type Known = Float64Array<ArrayBuffer>;

/**
 * Folded votes without what is known of them, and without the smear of each chip over its neighbours: resampling and
 * compression spread a chip, so that a known one disturbs the unknown ones beside it. The sync chips, which every copy
 * has, tell how a chip spreads; spread likewise, known chips are fitted (least squares) and taken out; the rest goes
 * through a Wiener filter. No code of anybody who is not among the known has a part in it.
 *
 * @param tile 4096 folded votes.
 * @param sync the sync chips.
 * @param known chips to take out besides.
 */
export function removeKnown(tile: Float64Array, sync: Known, known: readonly Known[]): Float64Array<ArrayBuffer> {
  const pulse = pulseOf(tile, sync);
  const basis = [sync, ...known].map((chips) => spread(chips, pulse));
  const weights = gauss(basis.map((a) => [...basis.map((b) => dot(a, b) + (a === b ? 1e-9 : 0)), dot(a, tile)]));
  const rest = Float64Array.from(tile);
  basis.forEach((chips, k) => {
    for (let i = 0; i < TILE_AREA; i++) rest[i]! -= weights[k]! * chips[i]!;
  });
  return wiener(rest, pulse);
}

/** How a chip shows in the votes around it: (2 REACH + 1)^2 numbers, the same in all four directions. */
function pulseOf(tile: Float64Array, sync: Known): Float64Array {
  const side = 2 * REACH + 1;
  const seen = new Float64Array(side * side);
  sync.forEach((chip, at) => {
    if (chip === 0) return;
    for (let k = 0; k < seen.length; k++) seen[k]! += chip * tile[shifted(at, k)]!;
  });
  const out = new Float64Array(side * side);
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      const [up, left] = [side - 1 - y, side - 1 - x];
      const sum = seen[y * side + x]! + seen[y * side + left]! + seen[up * side + x]! + seen[up * side + left]!;
      out[y * side + x] = sum / 4;
    }
  }
  return out;
}

/** The chip that lies at place k of the pulse around another; tiles go on beyond their borders. */
function shifted(at: number, k: number): number {
  const side = 2 * REACH + 1;
  const y = (Math.floor(at / TILE_CHIPS) + Math.floor(k / side) - REACH + TILE_CHIPS) % TILE_CHIPS;
  const x = ((at % TILE_CHIPS) + (k % side) - REACH + TILE_CHIPS) % TILE_CHIPS;
  return y * TILE_CHIPS + x;
}

function spread(chips: Float64Array, pulse: Float64Array): Float64Array {
  const out = new Float64Array(TILE_AREA);
  chips.forEach((chip, at) => {
    if (chip === 0) return;
    for (let k = 0; k < pulse.length; k++) out[shifted(at, k)]! += chip * pulse[k]!;
  });
  return out;
}

/** The chips that white chips, spread by the pulse, most likely were: spectrum times pulse over power. */
function wiener(votes: Float64Array, pulse: Float64Array): Float64Array<ArrayBuffer> {
  const one = new Float64Array(TILE_AREA);
  one[0] = 1;
  const response = spectrum(spread(one, pulse)).re;
  const { re, im } = spectrum(votes);
  const power = smoothed(re.map((value, i) => value * value + im[i]! * im[i]!));
  const least = LEAST_POWER * power.reduce((most, value) => Math.max(most, value), 0);
  for (let i = 0; i < TILE_AREA; i++) {
    const gain = least === 0 ? 0 : Math.max(0, response[i]!) / Math.max(least, power[i]!);
    re[i]! *= gain;
    im[i]! *= gain;
  }
  fft2(re, im, TILE_CHIPS, TILE_CHIPS, true);
  return re;
}

function spectrum(data: Float64Array): { re: Float64Array<ArrayBuffer>; im: Float64Array<ArrayBuffer> } {
  const [re, im] = [Float64Array.from(data), new Float64Array(TILE_AREA)];
  fft2(re, im, TILE_CHIPS, TILE_CHIPS);
  return { re, im };
}

/** A power spectrum without its ragged edge: its autocorrelation, of which only what is near counts. */
function smoothed(power: Float64Array): Float64Array {
  const { re, im } = spectrum(power);
  for (let i = 0; i < TILE_AREA; i++) {
    const along = (n: number): number => Math.min(n, TILE_CHIPS - n);
    const away = Math.hypot(along(i % TILE_CHIPS), along(Math.floor(i / TILE_CHIPS)));
    const window = away <= WINDOW ? Math.cos((Math.PI / 2) * (away / (WINDOW + 1))) ** 2 : 0;
    re[i]! *= window / TILE_AREA;
    im[i]! *= window / TILE_AREA;
  }
  fft2(re, im, TILE_CHIPS, TILE_CHIPS, true);
  return re;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < TILE_AREA; i++) sum += a[i]! * b[i]!;
  return sum;
}

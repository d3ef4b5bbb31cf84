import { fft2 } from '../fft.js';
import { type Plane, shrinkPlane } from '../image.js';
import { compose, type Homography, scaling } from './homography.js';
import { flatten, noiseAt } from './sample.js';
import { TURNS } from './whole.js';

/** Side of the transform; the larger of the two pictures is half as long, so that no shift wraps around. */
const SIDE = 128;
const LONG = SIDE / 2;
/** Ratio between the scales tried: half of it is what the alignment corrects by itself. */
const RATIO = 1.15;
/** Steps of scale either way: a suspect that shows a third of the original's side, or is three times as wide. */
const STEPS = 8;
/** Least part of the smaller picture that must lie on the other. */
const LEAST_OVERLAP = 0.4;

/** Radius of the local mean and contrast, in pixels of the small pictures. */
const RADIUS = 6;

interface Spectra {
  /** Of the picture, as real part, and of its support, as imaginary part. */
  readonly picture: { re: Float64Array; im: Float64Array };
  /** Of the picture's squares. */
  readonly squares: { re: Float64Array; im: Float64Array };
  readonly width: number;
  readonly height: number;
}

/**
 * Guesses for a suspect with too little texture for corners: both pictures small and flattened, correlated at every
 * shift by Fourier transforms, for several scales, the four turns and the mirror (normalised by the part that overlaps:
 * Padfield, "Masked object registration in the Fourier domain", 2012). The best first.
 */
export function phaseGuesses(original: Plane, suspect: Plane, most: number, tick: () => void): Homography[] {
  const found: { map: Homography; score: number }[] = [];
  const known = new Map<number, Spectra>();
  for (const turn of TURNS) {
    const turned = turnedPlane(suspect, turn);
    for (let step = -STEPS; step <= STEPS; step++) {
      tick();
      // Positive steps: the suspect shows a part of the original. Negative: the original is a part of the suspect.
      const side = LONG * RATIO ** -Math.max(0, -step);
      let base = known.get(side);
      if (base === undefined) {
        base = spectraOf(original, side);
        known.set(side, base);
      }
      const other = spectraOf(turned.plane, LONG * RATIO ** -Math.max(0, step));
      const peak = bestShift(base, other);
      const toBase = scaling(base.width / original.width, base.height / original.height);
      const fromOther = scaling(turned.plane.width / other.width, turned.plane.height / other.height);
      const map = compose(turned.back, compose(fromOther, compose(scaling(1, 1, -peak.x, -peak.y), toBase)));
      found.push({ map, score: peak.score });
    }
  }
  found.sort((a, b) => b.score - a.score);
  return found.slice(0, most).map((one) => one.map);
}

/** The suspect turned or mirrored, and the map back. */
function turnedPlane(plane: Plane, turn: Homography): { plane: Plane; back: Homography } {
  const swapped = turn[0] === 0;
  const [width, height] = swapped ? [plane.height, plane.width] : [plane.width, plane.height];
  const back = compose(scaling(plane.width, plane.height), compose(turn, scaling(1 / width, 1 / height)));
  const data = new Float32Array(plane.data.length);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const u = Math.floor(back[0] * (x + 0.5) + back[1] * (y + 0.5) + back[2]);
      const v = Math.floor(back[3] * (x + 0.5) + back[4] * (y + 0.5) + back[5]);
      data[y * width + x] = plane.data[v * plane.width + u]!;
    }
  }
  return { plane: { data, width, height }, back };
}

function spectraOf(plane: Plane, side: number): Spectra {
  const factor = Math.min(1, side / Math.max(plane.width, plane.height));
  const width = Math.max(8, Math.round(plane.width * factor));
  const height = Math.max(8, Math.round(plane.height * factor));
  const flat = flatten(shrinkPlane(plane, width, height), RADIUS, noiseAt(factor));
  const make = (): { re: Float64Array; im: Float64Array } => ({
    re: new Float64Array(SIDE * SIDE),
    im: new Float64Array(SIDE * SIDE),
  });
  const [picture, squares] = [make(), make()];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const value = flat.data[y * width + x]!;
      picture.re[y * SIDE + x] = value;
      picture.im[y * SIDE + x] = 1;
      squares.re[y * SIDE + x] = value * value;
    }
  }
  fft2(picture.re, picture.im, SIDE, SIDE);
  fft2(squares.re, squares.im, SIDE, SIDE);
  return { picture, squares, width, height };
}

/** The shift of `other` on `base` at which they agree best for the size of their overlap. */
function bestShift(base: Spectra, other: Spectra): { x: number; y: number; score: number } {
  const size = SIDE * SIDE;
  // First transform back: the product and, as imaginary part, the overlap. Second: the energies of both in the overlap.
  const [a, b, c, d] = [0, 1, 2, 3].map(() => new Float64Array(size)) as [
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  for (let y = 0; y < SIDE; y++) {
    for (let x = 0; x < SIDE; x++) {
      const i = y * SIDE + x;
      const j = ((SIDE - y) % SIDE) * SIDE + ((SIDE - x) % SIDE);
      const p = halves(base.picture, i, j);
      const q = halves(other.picture, i, j);
      const [pr, pi] = [base.squares.re[i]!, base.squares.im[i]!];
      const [qr, qi] = [other.squares.re[i]!, other.squares.im[i]!];
      const [sr, si] = times(p[0], p[1], q[0], q[1]);
      const [mr, mi] = times(p[2], p[3], q[2], q[3]);
      a[i] = sr - mi;
      b[i] = si + mr;
      const [er, ei] = times(pr, pi, q[2], q[3]);
      const [fr, fi] = times(p[2], p[3], qr, qi);
      c[i] = er - fi;
      d[i] = ei + fr;
    }
  }
  fft2(a, b, SIDE, SIDE, true);
  fft2(c, d, SIDE, SIDE, true);
  const least = LEAST_OVERLAP * Math.min(base.width * base.height, other.width * other.height);
  let best = { x: 0, y: 0, score: 0 };
  for (let i = 0; i < size; i++) {
    const overlap = b[i]! / size;
    if (overlap < least) continue;
    const correlation = a[i]! / Math.sqrt(Math.max(1e-9, c[i]! * d[i]!));
    const score = Math.atanh(Math.min(0.99, correlation)) * Math.sqrt(overlap);
    if (score <= best.score) continue;
    const x = i % SIDE;
    const y = Math.floor(i / SIDE);
    best = { x: x < LONG ? x : x - SIDE, y: y < LONG ? y : y - SIDE, score };
  }
  return best;
}

/** The spectra of two real pictures that were transformed as one complex picture. */
function halves(of: { re: Float64Array; im: Float64Array }, i: number, j: number): [number, number, number, number] {
  return [
    (of.re[i]! + of.re[j]!) / 2,
    (of.im[i]! - of.im[j]!) / 2,
    (of.im[i]! + of.im[j]!) / 2,
    (of.re[j]! - of.re[i]!) / 2,
  ];
}

/** a times the conjugate of b. */
function times(ar: number, ai: number, br: number, bi: number): [number, number] {
  return [ar * br + ai * bi, ai * br - ar * bi];
}

/**
 * The tightest constant for which P(sum of a_i e_i >= t |a|) <= C P(N(0, 1) >= t) holds for every vector a and every t,
 * with independent signs e_i: 1 / (4 P(N >= sqrt 2)) (Bentkus and Dzindzalieta, Bernoulli 21, 2015).
 */
export const RADEMACHER_CONSTANT = 3.179;

/** Smallest p-value that is told: beyond it doubles end. */
export const LEAST_P = 1e-300;

/** P(N(0, 1) >= z), with a relative error below 1e-6 for z >= 0. */
export function gaussianTail(z: number): number {
  if (z < 0) return 1 - gaussianTail(-z);
  if (z > 37) return 0;
  if (z < 2.5) {
    // Series for the centre: 1/2 - phi(z) (z + z^3/3 + z^5/15 + ...), Abramowitz and Stegun 26.2.11.
    let term = z;
    let sum = z;
    for (let k = 1; k < 60; k++) {
      term *= (z * z) / (2 * k + 1);
      sum += term;
    }
    return 0.5 - density(z) * sum;
  }
  // Continued fraction for the tail, Abramowitz and Stegun 26.2.14.
  let fraction = z;
  for (let k = 60; k >= 1; k--) fraction = z + k / fraction;
  return density(z) / fraction;
}

function density(z: number): number {
  return Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI);
}

/**
 * An upper bound on the chance that a random code reaches z on a fixed folded tile. It holds for every picture, because
 * the chance is over the code, which knows nothing of the picture.
 */
export function pBound(z: number): number {
  if (!(z > 0)) return 1;
  return Math.min(1, Math.max(LEAST_P, RADEMACHER_CONSTANT * gaussianTail(z)));
}

/** Scores codes of `votes.length` chips against folded votes: z = sum of vote * chip / length of the vote vector. */
export function scorer(votes: Float64Array): (bits: Uint8Array) => number {
  let squares = 0;
  for (const vote of votes) squares += vote * vote;
  const scale = squares === 0 ? 0 : 1 / Math.sqrt(squares);
  // One table of 256 sums for each byte of the code: eight times fewer additions.
  const bytes = votes.length / 8;
  const table = new Float64Array(bytes * 256);
  for (let b = 0; b < bytes; b++) {
    for (let value = 0; value < 256; value++) {
      let sum = 0;
      for (let k = 0; k < 8; k++) sum += (value >> (7 - k)) & 1 ? -votes[8 * b + k]! : votes[8 * b + k]!;
      table[b * 256 + value] = sum * scale;
    }
  }
  return (bits) => {
    let z = 0;
    for (let b = 0; b < bytes; b++) z += table[b * 256 + bits[b]!]!;
    return z;
  };
}

/** The scores of viewings that never were, and whether they look as theory says. */
export interface NullHistogram {
  readonly decoys: number;
  readonly mean: number;
  readonly deviation: number;
  readonly highest: number;
  /** Left edge of the first bin, and the width of every bin, in z. */
  readonly from: number;
  readonly step: number;
  readonly counts: readonly number[];
  /** False when mean, spread or highest value could not come from innocent codes: then nobody is accused. */
  readonly sound: boolean;
}

const FROM = -8;
const STEP = 0.25;
const BINS = 64;

/** Sums up decoy scores; values beyond -8 and 8 count in the outer bins. */
export function nullHistogram(scores: Float64Array): NullHistogram {
  const counts = new Array<number>(BINS).fill(0);
  let sum = 0;
  let squares = 0;
  let highest = Number.NEGATIVE_INFINITY;
  for (const z of scores) {
    sum += z;
    squares += z * z;
    if (z > highest) highest = z;
    const bin = Math.floor((z - FROM) / STEP);
    counts[Math.min(BINS - 1, Math.max(0, bin))]!++;
  }
  const n = scores.length;
  const mean = sum / n;
  const deviation = Math.sqrt(Math.max(0, squares / n - mean * mean));
  // Mean and spread within six standard errors; a highest value that innocent codes reach once in a million cases.
  const centred = Math.abs(mean) < 6 / Math.sqrt(n);
  const spread = deviation === 0 || Math.abs(deviation - 1) < 6 / Math.sqrt(2 * n);
  const sound = centred && spread && n * pBound(highest) > 1e-6;
  return { decoys: n, mean, deviation, highest, from: FROM, step: STEP, counts, sound };
}

// What is kept of many scores, and what chance says of it.
import { gaussianTail } from '../../src/statistics.ts';

/** Scores of one kind on one tile. */
export interface Tally {
  readonly scores: number;
  readonly mean: number;
  readonly deviation: number;
  readonly highest: number;
  /** Scores of at least 3, 4 and 5. */
  readonly beyond: readonly [number, number, number];
  /** Highest score of each block, in order. */
  readonly maxima: readonly number[];
  /** Counts from -7 to 7 in steps of 0.1; the ends hold what lies beyond. */
  readonly counts: readonly number[];
}

/** Scores in a block. */
export const BLOCK = 1000;
export const FROM = -7;
export const STEP = 0.1;
const BINS = 140;

/** Sums up scores in the order given. */
export function tally(scores: Float64Array): Tally {
  const counts = new Array<number>(BINS).fill(0);
  const maxima: number[] = [];
  let [sum, squares] = [0, 0];
  scores.forEach((z, i) => {
    sum += z;
    squares += z * z;
    counts[Math.min(BINS - 1, Math.max(0, Math.floor((z - FROM) / STEP)))]!++;
    if (i % BLOCK === 0) maxima.push(z);
    else maxima[maxima.length - 1] = Math.max(z, maxima.at(-1)!);
  });
  const n = scores.length;
  const mean = sum / n;
  const beyond = [3, 4, 5].map((t) => scores.reduce((count, z) => count + (z >= t ? 1 : 0), 0));
  return {
    scores: n,
    mean,
    deviation: Math.sqrt(squares / n - mean * mean),
    highest: Math.max(...maxima),
    beyond: beyond as unknown as Tally['beyond'],
    maxima,
    counts,
  };
}

/** Several tallies as one. */
export function together(all: readonly Tally[]): Tally {
  const scores = all.reduce((sum, one) => sum + one.scores, 0);
  const weighted = (of: (one: Tally) => number): number =>
    all.reduce((sum, one) => sum + of(one) * one.scores, 0) / scores;
  const mean = weighted((one) => one.mean);
  const beyond = [0, 1, 2].map((k) => all.reduce((sum, one) => sum + one.beyond[k]!, 0));
  return {
    scores,
    mean,
    deviation: Math.sqrt(weighted((one) => one.deviation ** 2 + one.mean ** 2) - mean * mean),
    highest: Math.max(...all.map((one) => one.highest)),
    beyond: beyond as unknown as Tally['beyond'],
    maxima: all.flatMap((one) => one.maxima),
    counts: all[0]!.counts.map((_, bin) => all.reduce((sum, one) => sum + one.counts[bin]!, 0)),
  };
}

/** A Gumbel law: the limit of the highest of many. */
export interface Gumbel {
  readonly location: number;
  readonly scale: number;
}

const EULER = 0.5772156649;

/** The Gumbel law with the mean and the spread of these maxima. */
export function gumbelOf(maxima: readonly number[]): Gumbel {
  const mean = maxima.reduce((sum, z) => sum + z, 0) / maxima.length;
  const variance = maxima.reduce((sum, z) => sum + (z - mean) ** 2, 0) / (maxima.length - 1);
  const scale = Math.sqrt(6 * variance) / Math.PI;
  return { location: mean - EULER * scale, scale };
}

/** The same for the highest of a block of independent normal scores, by integrating its exact law. */
export function gumbelOfChance(block: number): Gumbel {
  const step = 0.001;
  let [mean, square] = [0, 0];
  const below = (z: number): number => (1 - gaussianTail(z)) ** block;
  for (let z = -2; z < 10; z += step) {
    const part = below(z + step) - below(z);
    mean += part * (z + step / 2);
    square += part * (z + step / 2) ** 2;
  }
  const scale = Math.sqrt(6 * (square - mean * mean)) / Math.PI;
  return { location: mean - EULER * scale, scale };
}

import { uint } from '@wardseal/primitives';
import { decoyBits, layoutOf, traceBits } from './code/tile.js';
import { MAX_DECOYS, MIN_DECOYS } from './limits.js';
import { type NullHistogram, nullHistogram, pBound, scorer } from './statistics.js';
import type { Layer } from './version.js';

/** Corrected p below which a viewing is named. */
export const MATCH_P = 1e-9;
/** Corrected p below which a viewing is said to be consistent with the suspect: never an accusation. */
export const CONSISTENT_P = 1e-4;
/** Decoys unless told otherwise. */
export const DEFAULT_DECOYS = 10_000;
/** Hits that are listed even when they say nothing, so that a reader sees how far the best stands out. */
const LISTED = 10;
/** Codes scored from one call of `tick` to the next. */
const STRIDE = 1024;

export type Verdict = 'match' | 'consistent' | 'none';

export interface Hit {
  readonly id: string;
  /** Standard deviations above what an innocent viewing gives. */
  readonly z: number;
  /** Upper bound on the chance that an innocent viewing scores z or more. */
  readonly p: number;
  /** The same for any of the candidates and any of the geometries tried (Bonferroni). */
  readonly pCorrected: number;
  readonly verdict: Verdict;
}

/** Who is scored, and what the correction counts. */
export interface Scoring {
  readonly key: Uint8Array;
  readonly layer: Layer;
  /** Ids and their bytes. */
  readonly candidates: ReadonlyMap<string, Uint8Array>;
  /** Viewings that never were, scored for the null. */
  readonly decoys: number;
  /** Geometries whose scores were looked at. */
  readonly geometries: number;
}

export interface Scores {
  /** Every match and consistent viewing, and the ten best others; best first. */
  readonly hits: readonly Hit[];
  readonly nullHistogram: NullHistogram;
  /** Times the candidates were scored. */
  readonly rounds: number;
}

/**
 * Scores every candidate's tracing code on folded votes, and decoys beside them.
 *
 * @param tile 4096 votes, one a chip, as `foldVotes` gives them.
 * @param tick told how much is done, from 0 to 1, now and then; may throw to stop.
 */
export function scoreCandidates(tile: Float64Array, about: Scoring, tick: (done: number) => void): Scores {
  const { key, layer, candidates, decoys, geometries } = about;
  const total = decoys + candidates.size;
  let done = 0;
  const step = (): void => {
    if (done++ % STRIDE === 0) tick((done - 1) / total);
  };
  const layout = layoutOf(key, layer);
  const score = scorer(Float64Array.from(layout.trace, (at) => tile[at]!));
  const scores = new Float64Array(decoys);
  for (let i = 0; i < decoys; i++) {
    step();
    scores[i] = score(decoyBits(key, layer, uint(i, 4)));
  }
  const histogram = nullHistogram(scores);
  const hits: Hit[] = [];
  for (const [id, bytes] of candidates) {
    step();
    const z = score(traceBits(key, layer, bytes));
    const p = pBound(z);
    const pCorrected = Math.min(1, p * candidates.size * geometries);
    hits.push({ id, z, p, pCorrected, verdict: histogram.sound ? verdictOf(pCorrected) : 'none' });
  }
  hits.sort((a, b) => b.z - a.z);
  const listed = hits.filter((hit, rank) => rank < LISTED || hit.verdict !== 'none');
  return { hits: listed, nullHistogram: histogram, rounds: 1 };
}

/** What a corrected p allows to say. */
export function verdictOf(pCorrected: number): Verdict {
  if (pCorrected < MATCH_P) return 'match';
  return pCorrected < CONSISTENT_P ? 'consistent' : 'none';
}

/**
 * The number of decoys asked for, or the default.
 *
 * @throws {RangeError} not a whole number from 1,000 to 1,000,000.
 */
export function checkDecoys(decoys: number = DEFAULT_DECOYS): number {
  if (!Number.isInteger(decoys) || decoys < MIN_DECOYS || decoys > MAX_DECOYS) {
    throw new RangeError(`decoys must be a whole number from ${MIN_DECOYS} to ${MAX_DECOYS}`);
  }
  return decoys;
}

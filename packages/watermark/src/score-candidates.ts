import { uint } from '@wardseal/primitives';
import {
  blindId,
  buildTile,
  chipAt,
  decoyBits,
  type Layout,
  layoutOf,
  maskBits,
  SYNC_CHIPS,
  syncBits,
  TILE_AREA,
  traceBits,
} from './code/tile.js';
import { MAX_DECOYS, MIN_DECOYS } from './limits.js';
import { type Known, removeKnown } from './remove-known.js';
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
/** Rounds of scoring. Every p is multiplied by it, in whichever round it was reached. */
export const MOST_ROUNDS = 2;
/** Score in the first round below which nobody is scored again: the second does not make four times as much of it. */
const WORTH_ANOTHER_ROUND = 2;
/** Codes scored from one call of `tick` to the next. */
const STRIDE = 1024;

export type Verdict = 'match' | 'consistent' | 'none';

export interface Hit {
  readonly id: string;
  /** Standard deviations above what an innocent viewing gives. */
  readonly z: number;
  /** Upper bound on the chance that an innocent viewing scores z or more. */
  readonly p: number;
  /** The same for any of the candidates, any of the geometries tried and either round (Bonferroni). */
  readonly pCorrected: number;
  readonly verdict: Verdict;
  /** Which round gave this score: 1, the evidence as it lies; 2, after those named in the first had been taken out. */
  readonly round: number;
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
  /** Of the first round. */
  readonly nullHistogram: NullHistogram;
  /** 2, or 1 when a control failed. */
  readonly rounds: number;
}

/**
 * Scores every candidate's tracing code on folded votes, and decoys beside them, twice: on the votes as they are, and on
 * what is left when all that is known has been taken out, which is the sync chips and the codes of those whom the first
 * round named. The second names accomplices whom the first misses.
 *
 * No innocent's code decides what a round looks at as long as no innocent is named, so each round by itself names one
 * with at most the chance that the bound says, and both with at most twice that: p is multiplied by two
 * (docs/decisions/0068-collusion.md).
 *
 * @param tile 4096 votes, one a chip, as `foldVotes` gives them.
 * @param tick told how much is done, from 0 to 1, now and then; may throw to stop.
 */
export function scoreCandidates(tile: Float64Array, about: Scoring, tick: (done: number) => void): Scores {
  const { key, layer, candidates, decoys, geometries } = about;
  const layout = layoutOf(key, layer);
  const scorerOn = (votes: Float64Array): Score => scorer(Float64Array.from(layout.trace, (at) => votes[at]!));
  const hitOf = (id: string, z: number, round: number): Hit => {
    const p = pBound(z);
    const pCorrected = Math.min(1, p * candidates.size * geometries * MOST_ROUNDS);
    return { id, z, p, pCorrected, verdict: verdictOf(pCorrected), round };
  };
  let done = 0;
  const step = (): void => {
    if (done++ % STRIDE === 0) tick((done - 1) / (decoys + candidates.size));
  };

  const first = scorerOn(tile);
  const scores = new Float64Array(decoys);
  /** Decoys of the second round's control. */
  const kept: Uint8Array[] = [];
  for (let i = 0; i < decoys; i++) {
    step();
    const bits = decoyBits(key, layer, uint(i, 4));
    scores[i] = first(bits);
    if (i < DEFAULT_DECOYS) kept.push(bits);
  }
  const histogram = nullHistogram(scores);
  const hits: Hit[] = [];
  /** By place in `hits`: codes that may be named in the second round, and chips of those named in the first. */
  const open = new Map<number, Uint8Array>();
  const known: Known[] = [];
  for (const [id, bytes] of candidates) {
    step();
    const bits = traceBits(key, layer, bytes);
    const hit = hitOf(id, first(bits), 1);
    // So many as to be a burden are never named: scores of 6 and more of codes that have little in common share 2048.
    if (hit.verdict === 'match') known.push(chipsOf(about, layout, bytes, bits));
    else if (hit.z >= WORTH_ANOTHER_ROUND) open.set(hits.length, bits);
    hits.push(hit);
  }
  if (!histogram.sound) return { hits: listed(hits.map(unsaid)), nullHistogram: histogram, rounds: 1 };

  tick(1);
  const second = scorerOn(removeKnown(tile, sparse(layout.sync, syncBits(key, layer)), known));
  if (!nullHistogram(Float64Array.from(kept, second)).sound) {
    return { hits: listed(hits), nullHistogram: histogram, rounds: 1 };
  }
  for (const [at, bits] of open) {
    const { id, z, verdict } = hits[at]!;
    const again = hitOf(id, second(bits), 2);
    // Scores that say nothing stay those of the first round, like the control's.
    if (again.z > z && again.verdict !== verdict) hits[at] = again;
  }
  return { hits: listed(hits), nullHistogram: histogram, rounds: MOST_ROUNDS };
}

type Score = ReturnType<typeof scorer>;

/** Best first: whoever is named or consistent, and the ten best of all. */
function listed(hits: Hit[]): Hit[] {
  hits.sort((a, b) => b.z - a.z);
  return hits.filter((hit, rank) => rank < LISTED || hit.verdict !== 'none');
}

/** A score of which nothing may be said. */
const unsaid = (hit: Hit): Hit => ({ ...hit, verdict: 'none' });

/** The id and tracing chips of a viewing in an otherwise empty tile. */
export function chipsOf({ key, layer }: Scoring, layout: Layout, id: Uint8Array, trace: Uint8Array): Known {
  const parts = {
    sync: new Uint8Array(SYNC_CHIPS / 8),
    mask: maskBits(key, layer),
    id: blindId(key, layer, id),
    trace,
  };
  const tile = buildTile(layout, parts);
  const out = Float64Array.from({ length: TILE_AREA }, (_, at) => chipAt(tile, at));
  for (const at of layout.sync) out[at] = 0;
  return out;
}

export function sparse(places: Uint16Array, bits: Uint8Array): Known {
  const out = new Float64Array(TILE_AREA);
  places.forEach((at, i) => {
    out[at] = chipAt(bits, i);
  });
  return out;
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

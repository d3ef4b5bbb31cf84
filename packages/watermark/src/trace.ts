import { collectCandidates } from './collect-candidates.js';
import { deadline } from './deadline.js';
import { foldVotes } from './fold.js';
import { canonicalLuma } from './grid.js';
import { checkImageKey } from './ids.js';
import { checkPixels, hashPixels, type Pixels, type Plane } from './image.js';
import { checkOptions } from './options.js';
import { checkLayer } from './prepare-chips.js';
import { type Corners, cornersMap } from './register/corners.js';
import { areaFactor, betweenGrids, type Homography } from './register/homography.js';
import { judgeOf } from './register/judge.js';
import { type Registered, register, type Step } from './register/register.js';
import type { Method } from './register/steps.js';
import { checkDecoys, type Hit, scoreCandidates } from './score-candidates.js';
import { type NullHistogram, pBound } from './statistics.js';
import { coarseLuma } from './suspect.js';
import { type Layer, MARK_VERSION } from './version.js';

/** Part of the work, as progress tells it, that lays the suspect on the original. */
const REGISTERING = 0.7;

export interface TraceOptions {
  /** The key of the picture or video, from `deriveImageKey`. */
  readonly key: Uint8Array;
  /** Viewing ids from the access log, at most a million; duplicates count once. */
  readonly candidates: Iterable<string> | AsyncIterable<string>;
  /** Viewings that never were, scored for the null: 1,000 to 1,000,000. Default 10,000. */
  readonly decoys?: number;
  /**
   * Time after which the search gives up, in milliseconds. Default: none. It is looked at between steps: a source of
   * candidates or frames that never answers is waited for, and has to end by itself.
   */
  readonly budgetMs?: number;
  /** Told how far the search is, from 0 to 1. */
  readonly onProgress?: (done: number) => void;
  /** Whose mark is looked for. Default 'view'. A hit on 'share' names a copy's sender or recipient. */
  readonly layer?: Layer;
  /** Where the original's corners lie in the suspect, marked by hand: within about 1 % of its size; refined afterwards. */
  readonly corners?: Corners;
}

export type Registration =
  | { readonly status: 'failed'; readonly tried: readonly Step[] }
  | {
      readonly status: 'registered';
      readonly method: Method;
      /** Every step that ran, in order, and what it reached. */
      readonly tried: readonly Step[];
      /** Original pixel coordinates to suspect pixel coordinates, row by row; pixel centres lie at halves. */
      readonly homography: Homography;
      readonly mirrored: boolean;
      /** Correlation of the flattened pictures, 0 to 1. */
      readonly correlation: number;
      /** Part of the original that the suspect shows, 0 to 1. */
      readonly overlap: number;
    };

export interface TraceReport {
  readonly algorithm: 'informed-spread-spectrum';
  readonly version: typeof MARK_VERSION;
  readonly layer: Layer;
  readonly registration: Registration;
  /** Whether any mark under this key is there, whoever made it: the sync chips' score, p corrected for every map. */
  readonly presence: { readonly z: number; readonly p: number } | null;
  /** Every match and consistent viewing, and the ten best others; best first. Empty when not registered. */
  readonly hits: readonly Hit[];
  readonly candidates: number;
  /** Geometries whose scores were looked at: the other factor of the correction. */
  readonly geometries: number;
  /** Times the candidates were scored: 2, or 1 when a control failed; 0 when not registered. */
  readonly rounds: number;
  readonly nullHistogram: NullHistogram | null;
  /** SHA-256 over width, height, channels and samples, as hexadecimal. */
  readonly inputHashes: { readonly suspect: string; readonly original: string };
  readonly ms: number;
}

/**
 * Says which of the viewings that the access log lists leaked. It lays the suspect on the unmarked original, takes the
 * original away and scores every candidate's tracing code on what remains. A verdict 'match' means: had all candidates
 * been innocent, the chance of any such score is below 1e-9. Needs the log's entry beside it to accuse anybody.
 *
 * @param suspect the leaked copy, any size, turned, mirrored, cropped; 8-bit, 1, 3 or 4 channels.
 * @param original the unmarked picture.
 * @throws {WatermarkError} IMAGE_INVALID, IMAGE_TOO_LARGE, IMAGE_TOO_SMALL: as for `embed`, for either picture;
 * KEY_INVALID: the key is not 32 bytes; CANDIDATES_INVALID: not a list, none, or more than a million; ID_INVALID: a
 * candidate is not an id; CHIPS_INVALID: unknown layer; CORNERS_INVALID: not four finite points, not convex in order, far
 * outside, or tiny; BUDGET_EXCEEDED: the time ran out before an answer.
 * @throws {TypeError} no options, or one that is not there.
 * @throws {RangeError} `decoys` is not a whole number from 1,000 to 1,000,000, or `budgetMs` is not positive.
 * @example
 * const report = await trace(leaked, original, { key: imageKey, candidates: viewingIds });
 */
export async function trace(suspect: Pixels, original: Pixels, options: TraceOptions): Promise<TraceReport> {
  const started = Date.now();
  checkOptions('trace', options);
  const channels = { suspect: checkPixels(suspect, 'suspect'), original: checkPixels(original, 'original') };
  checkImageKey(options.key);
  const layer = checkLayer(options.layer ?? 'view');
  const decoys = checkDecoys(options.decoys);
  const { onProgress = () => {} } = options;
  const inTime = deadline(started, options.budgetMs);
  const byHand = options.corners === undefined ? null : cornersMap(options.corners, original, suspect);
  const candidates = await collectCandidates(options.candidates, inTime);
  // How long the search for a map takes is not known before: each of its small steps takes a part of what is left.
  let searched = 0;
  const tick = (): void => {
    inTime();
    searched += (REGISTERING - searched) / 80;
    onProgress(searched);
  };

  const about = {
    algorithm: 'informed-spread-spectrum',
    version: MARK_VERSION,
    layer,
    candidates: candidates.size,
    geometries: 1,
    inputHashes: {
      suspect: hashPixels(suspect, channels.suspect),
      original: hashPixels(original, channels.original),
    },
  } as const;
  inTime();
  const luma = canonicalLuma(original, channels.original);
  inTime();
  const coarse = coarseLuma(suspect, channels.suspect);
  const judge = judgeOf(luma, { pixels: suspect, channels: channels.suspect, coarse }, options.key, layer, tick);
  const corners = byHand === null ? null : betweenGrids(byHand, original, luma, suspect, coarse);
  const { found, tried, maps } = register(luma, coarse, judge, tick, corners);
  inTime();
  if (found === null) {
    onProgress(1);
    const nothing = {
      registration: { status: 'failed', tried },
      presence: null,
      hits: [],
      rounds: 0,
      nullHistogram: null,
    } as const;
    return { ...about, ...nothing, ms: Date.now() - started };
  }

  const votes = foldVotes(found.evidence.votes, layer);
  const syncZ = found.evidence.sync;
  const scoring = { key: options.key, layer, candidates, decoys, geometries: about.geometries };
  const { hits, nullHistogram, rounds } = scoreCandidates(votes, scoring, (done) => {
    inTime();
    onProgress(REGISTERING + (1 - REGISTERING) * done);
  });
  onProgress(1);
  return {
    ...about,
    registration: describe(found, tried, luma, coarse, original, suspect),
    presence: { z: syncZ, p: Math.min(1, maps * pBound(syncZ)) },
    hits,
    rounds,
    nullHistogram,
    ms: Date.now() - started,
  };
}

function describe(
  found: Registered,
  tried: readonly Step[],
  luma: Plane,
  coarse: Plane,
  original: Pixels,
  suspect: Pixels,
): Registration {
  const { method, correlation, overlap } = found;
  const mirrored = areaFactor(found.homography, luma.width / 2, luma.height / 2) < 0;
  const homography = betweenGrids(found.homography, luma, original, coarse, suspect);
  return { status: 'registered', method, tried, homography, mirrored, correlation, overlap };
}

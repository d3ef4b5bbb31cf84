import type { Plane } from '../image.js';
import { type Alignment, align, type Refined, score } from './align.js';
import type { Homography } from './homography.js';
import { MAPS_NEARBY } from './sharpen.js';
import { type Method, steps } from './steps.js';

/** Below this correlation of the flattened pictures content alone is no registration: strangers reach 0.05, copies 0.4. */
export const LEAST_CORRELATION = 0.25;
/** At this correlation content alone is enough to stop looking. */
const GOOD_CORRELATION = 0.4;
/** Sync score at which a map is right, whatever the content says: a search over false maps reaches 5.5. */
export const SURE_SYNC = 6.5;
/** Coarse correlation from which it is worth the time to look for the mark under a map. */
const PROMISING = 0.2;
/** Maps from which the sync chips search, and rounds of each: a round begins where the last one ended. */
const SHARPENED = 6;
const ROUNDS = 2;
/** Long side at which a sharpened map's agreement is measured. */
const MEASURED_SIDE = 384;

/** Long sides of the original at which slow shading is compared. */
const CONTENT_SIDES = [96, 192, 384];

/** A step that ran and the best correlation it reached; null when it had no guess. */
export interface Step {
  readonly method: Method;
  readonly correlation: number | null;
}

/** What a map shows of the mark, without looking at any viewing. */
export interface Evidence {
  /** One vote a canonical pixel, before folding. */
  readonly votes: Plane;
  /** Score of the sync chips, in deviations. */
  readonly sync: number;
}

/** The two things that only the holder of the image's key can do with a map. */
export interface Judge {
  evidence(h: Homography): Evidence;
  /** A better map nearby, by the sync chips. */
  sharpen(votes: Plane, h: Homography): Homography | null;
}

export interface Registered extends Alignment {
  readonly method: Method;
  readonly evidence: Evidence;
  /** Whether the sync chips chose the map among many near it. */
  readonly sharpened: boolean;
}

export interface Outcome {
  readonly found: Registered | null;
  readonly tried: readonly Step[];
  /** Maps whose sync score could have been the highest: chance had as many goes at the presence of a mark. */
  readonly maps: number;
}

interface Hypothesis extends Refined {
  readonly method: Method;
}

/**
 * Brings a suspect's luma onto the original's canonical grid by the first step that leads there. A map is believed when
 * the keyed sync chips show under it, or when the contents agree; no viewing's code is looked at.
 */
export function register(
  original: Plane,
  suspect: Plane,
  judge: Judge,
  tick: () => void,
  corners: Homography | null = null,
): Outcome {
  const tried: Step[] = [];
  const hypotheses: Hypothesis[] = [];
  let best: Registered | null = null;
  let maps = 0;
  const consider = (method: Method, map: Alignment, sharpened: boolean): Evidence => {
    tick();
    const evidence = judge.evidence(map.homography);
    maps += sharpened ? MAPS_NEARBY : 1;
    const { homography, correlation, overlap } = map;
    const found = { method, homography, correlation, overlap, evidence, sharpened };
    if (best === null || better(found, best)) best = found;
    return evidence;
  };
  const held = (): Registered | null => best;
  const sure = (): boolean => (held()?.evidence.sync ?? 0) >= SURE_SYNC;

  for (const [method, guesses] of steps(original, suspect, corners, tick)) {
    let reached: number | null = null;
    for (const guess of guesses) {
      const refined = align(original, suspect, guess.homography, guess.level, tick);
      if (refined === null) continue;
      reached = Math.max(reached ?? -1, refined.correlation);
      hypotheses.push({ ...refined, method });
      if (Math.max(refined.correlation, refined.coarse.correlation) >= PROMISING) consider(method, refined, false);
      if (sure()) break;
    }
    tried.push({ method, correlation: reached });
    if (sure()) break;
    // Content agrees and no mark shows: an unmarked copy or a wrong key, most likely. Phases would find the same.
    if (method === 'features' && (held()?.correlation ?? 0) >= GOOD_CORRELATION) break;
  }
  if (!sure()) searchBySync(original, suspect, hypotheses, judge, consider, sure);
  const last = held();
  return { found: last !== null && believed(original, suspect, last) ? last : null, tried, maps };
}

/**
 * The mark alone is not enough: it could have been put on another picture. Where texture is too fine or too faint to
 * agree, slow shading must, unless a person has vouched for the content by marking its corners.
 */
function believed(original: Plane, suspect: Plane, found: Registered): boolean {
  if (found.correlation >= LEAST_CORRELATION) return true;
  if (found.evidence.sync < SURE_SYNC) return false;
  if (found.method === 'corners') return true;
  return CONTENT_SIDES.some(
    (side) => score(original, suspect, found.homography, side).correlation >= LEAST_CORRELATION,
  );
}

/** A sure sync score beats any content; otherwise content decides. */
function better(a: Registered, b: Registered): boolean {
  if (Math.max(a.evidence.sync, b.evidence.sync) >= SURE_SYNC) return a.evidence.sync > b.evidence.sync;
  return a.correlation > b.correlation;
}

/** Content could not place the suspect to the pixel: the sync chips search around the best of its maps. */
function searchBySync(
  original: Plane,
  suspect: Plane,
  hypotheses: readonly Hypothesis[],
  judge: Judge,
  consider: (method: Method, map: Alignment, sharpened: boolean) => Evidence,
  sure: () => boolean,
): void {
  const promise = (one: Hypothesis): number => Math.max(one.correlation, one.coarse.correlation);
  const order = [...hypotheses].sort((a, b) => promise(b) - promise(a));
  const starts = order.flatMap((one) => [one, { ...one, ...one.coarse }]).slice(0, SHARPENED);
  for (const { method, homography } of starts) {
    let map = homography;
    let evidence = consider(method, score(original, suspect, map, MEASURED_SIDE), false);
    for (let round = 0; round < ROUNDS; round++) {
      const next = judge.sharpen(evidence.votes, map);
      if (next === null) break;
      map = next;
      evidence = consider(method, score(original, suspect, map, MEASURED_SIDE), true);
    }
    if (sure()) return;
  }
}

import type { Plane } from '../image.js';
import { type Alignment, align, score } from './align.js';
import { isFaint, sameContent } from './content.js';
import type { Homography } from './homography.js';
import { MAPS_NEARBY } from './sharpen.js';
import { type Method, steps } from './steps.js';

/** Below this correlation of the flattened pictures content alone is no registration: strangers reach 0.05, copies 0.4. */
const LEAST_CORRELATION = 0.25;
/** At this correlation content alone is enough to stop looking. */
const GOOD_CORRELATION = 0.4;
/**
 * Sync score at which nothing else is tried: of a map that content gave, and of one that a search over maps gave. Under a
 * wrong map a few tiles of a marked copy may still lie on tiles: a search then reaches 8, under the right one twice that.
 */
const SURE = { given: 5, searched: 10 } as const;
/**
 * Sync score at which a map is believed when all has been tried: chance gives the few maps of content 4 once in 1,000, and
 * a search 5.5 when there is no mark.
 */
const ENOUGH = { given: 4, searched: 6.5 } as const;
/** Sync score after a first search at which a second one is worth its time. */
const HOPEFUL_SYNC = 3;
/** Coarse correlation from which it is worth the time to look for the mark under a map. */
const PROMISING = 0.2;
/** Maps around which the sync chips search, and rounds of each: a round begins where the last one ended. */
const SEARCHED = 3;
const ROUNDS = 2;
/** Long side at which a map that was not aligned by content is compared. */
const MEASURED_SIDE = 384;

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

/** What only the holder of the image's key can do. */
export interface Judge {
  evidence(h: Homography): Evidence;
  /** A better map nearby, by the sync chips. */
  sharpen(votes: Plane, h: Homography): Homography | null;
  /** Maps by the mark's own tiles, and how many such maps there are. */
  tiles(): { readonly maps: readonly Homography[]; readonly among: number };
}

export interface Registered extends Alignment {
  readonly method: Method;
  readonly evidence: Evidence;
  /** Where the map comes from: it was given by content or by hand, or searched for by the sync chips. */
  readonly origin: keyof typeof SURE;
}

export interface Outcome {
  readonly found: Registered | null;
  readonly tried: readonly Step[];
  /** Maps whose sync score could have been the highest: chance had as many goes at the presence of a mark. */
  readonly maps: number;
}

/** A map that content led to, and how well content agrees, coarsely or in detail. */
interface Lead {
  readonly method: Method;
  readonly homography: Homography;
  readonly promise: number;
}

/**
 * Brings a suspect's luma onto the original's canonical grid by the first step that leads there. A map is believed when
 * the keyed sync chips show under it and the contents do not contradict, or when the contents agree; no viewing's code
 * is looked at.
 */
export function register(
  original: Plane,
  suspect: Plane,
  judge: Judge,
  tick: () => void,
  corners: Homography | null = null,
): Outcome {
  // On a smooth picture the fine levels follow noise: a guess as it was made may be better than a refined one.
  const faint = isFaint(original);
  const tried: Step[] = [];
  const leads: Lead[] = [];
  let best: Registered | null = null;
  let maps = 0;
  const held = (): Registered | null => best;
  const sure = (): boolean => excess(held(), SURE) >= 0;
  const consider = (method: Method, { homography, correlation, overlap }: Alignment, among = 1): Evidence => {
    tick();
    const evidence = judge.evidence(homography);
    maps += among;
    const origin = among === 1 ? 'given' : 'searched';
    const found: Registered = { method, homography, correlation, overlap, evidence, origin };
    if (best === null || better(found, best)) best = found;
    return evidence;
  };
  /** Content could not place the suspect to the pixel: the sync chips search around its best maps, of `first` each. */
  const searchNear = (around: readonly Lead[], first = 1): void => {
    for (const { method, homography } of around) {
      let map = homography;
      for (let round = 0; round <= ROUNDS && !sure(); round++) {
        const among = round === 0 ? first : MAPS_NEARBY;
        const { votes, sync } = consider(method, score(original, suspect, map, MEASURED_SIDE), among);
        if (round === ROUNDS || (round > 0 && sync < HOPEFUL_SYNC)) break;
        const next = judge.sharpen(votes, map);
        if (next === null) break;
        map = next;
      }
    }
  };

  for (const [method, guesses] of steps(original, suspect, corners, tick)) {
    let reached: number | null = null;
    for (const guess of guesses) {
      const refined = align(original, suspect, guess.homography, guess.level, tick);
      if (refined === null) continue;
      const { coarse } = refined;
      const promise = Math.max(refined.correlation, coarse.correlation);
      reached = Math.max(reached ?? -1, refined.correlation);
      // Guesses as they were made come first on a smooth picture.
      leads.push({ method, homography: (faint ? guess : refined).homography, promise });
      leads.push({ method, homography: coarse.homography, promise: coarse.correlation });
      if (promise >= PROMISING) consider(method, refined);
      if (sure()) break;
    }
    if (method === 'corners' || (faint && method === 'whole')) searchNear(leads.splice(0).slice(0, SEARCHED));
    tried.push({ method, correlation: reached });
    if (sure()) break;
    // Content agrees and no mark shows: an unmarked copy or a wrong key, most likely. Phases would find the same.
    if (method === 'features' && (held()?.correlation ?? 0) >= GOOD_CORRELATION) break;
  }
  if (!sure()) {
    leads.sort((a, b) => b.promise - a.promise);
    // Where content agrees in detail there is one place to search.
    const most = (held()?.correlation ?? 0) >= GOOD_CORRELATION ? 1 : SEARCHED;
    searchNear(leads.filter((lead) => lead.promise >= PROMISING).slice(0, most));
  }
  if (!sure() && (held()?.correlation ?? 0) < GOOD_CORRELATION) {
    const { maps: found, among } = judge.tiles();
    searchNear(
      found.map((homography) => ({ method: 'phase', homography, promise: 0 })),
      among,
    );
  }
  const last = held();
  if (last === null) return { found: null, tried, maps };
  const content = last.correlation >= LEAST_CORRELATION;
  // The mark alone is not enough: it could have been put on another picture. A person who marks corners has looked.
  const shown = last.method === 'corners' || faint || sameContent(original, suspect, last.homography);
  return { found: content || (shown && excess(last, ENOUGH) >= 0) ? last : null, tried, maps };
}

/** How far a map's sync score lies above what its origin demands. */
function excess(found: Registered | null, least: Readonly<Record<keyof typeof SURE, number>>): number {
  return found === null ? Number.NEGATIVE_INFINITY : found.evidence.sync - least[found.origin];
}

/** A mark that shows beats any content; otherwise content decides. */
function better(a: Registered, b: Registered): boolean {
  const [overA, overB] = [excess(a, ENOUGH), excess(b, ENOUGH)];
  return Math.max(overA, overB) >= 0 ? overA > overB : a.correlation > b.correlation;
}

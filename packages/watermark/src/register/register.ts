import type { Plane } from '../image.js';
import { type Alignment, align } from './align.js';
import { findFeatures } from './features.js';
import { compose, type Homography } from './homography.js';
import { agree, matchFeatures } from './match.js';
import { wholePictureGuesses } from './whole.js';

/** Below this correlation of the flattened pictures a registration is not one: strangers reach 0.05, copies 0.4 and more. */
export const LEAST_CORRELATION = 0.25;
/** At this correlation no other way is tried. */
const GOOD_CORRELATION = 0.4;
/** Whole-picture guesses that are refined before features are looked for. */
const GUESSES = 2;

/** How a registration was found. Other ways (phases, corners given by hand) join this list without changing the rest. */
export type Method = 'whole' | 'features';

export interface Registered extends Alignment {
  readonly method: Method;
}

/** Brings a suspect's luma onto the original's canonical grid; null when no way leads there. */
export function register(original: Plane, suspect: Plane): Registered | null {
  let best: Registered | null = null;
  for (const way of ways(original, suspect)) {
    const found = align(original, suspect, way.guess, way.level);
    if (found === null || found.correlation <= (best?.correlation ?? LEAST_CORRELATION)) continue;
    best = { ...found, method: way.method };
    if (best.correlation >= GOOD_CORRELATION) break;
  }
  return best;
}

/** First guesses, cheapest first. */
function* ways(original: Plane, suspect: Plane): Generator<{ guess: Homography; method: Method; level: number }> {
  for (const guess of wholePictureGuesses(original, suspect).slice(0, GUESSES)) {
    yield { guess, method: 'whole', level: 0 };
  }
  const known = findFeatures(original);
  const direct = agree(matchFeatures(known, findFeatures(suspect)));
  if (direct !== null) yield { guess: direct, method: 'features', level: 1 };
  const mirrored = agree(matchFeatures(known, findFeatures(mirror(suspect))));
  const unmirror: Homography = [-1, 0, suspect.width, 0, 1, 0, 0, 0, 1];
  if (mirrored !== null) yield { guess: compose(unmirror, mirrored), method: 'features', level: 1 };
}

function mirror(plane: Plane): Plane {
  const { width, height } = plane;
  const data = new Float32Array(plane.data.length);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) data[y * width + x] = plane.data[y * width + width - 1 - x]!;
  }
  return { data, width, height };
}

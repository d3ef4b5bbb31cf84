import type { Plane } from '../image.js';
import { findFeatures } from './features.js';
import { compose, type Homography } from './homography.js';
import { agree, matchFeatures } from './match.js';
import { phaseGuesses } from './phase.js';
import { wholePictureGuesses } from './whole.js';

/** Which step of the chain found the map. */
export type Method = 'whole' | 'features' | 'phase' | 'corners';

/** A first guess, and the level of the alignment at which it is good enough to begin. */
export interface Guess {
  readonly homography: Homography;
  readonly level: number;
}

/** Guesses that are followed of those that a step could make. */
const WHOLE = 3;
const PHASE = 4;

/** The chain of steps, cheapest first; corners given by hand come before all. A step's work begins when it is asked. */
export function* steps(
  original: Plane,
  suspect: Plane,
  corners: Homography | null,
  tick: () => void,
): Generator<[Method, Iterable<Guess>]> {
  if (corners !== null) yield ['corners', [{ homography: corners, level: 1 }]];
  yield ['whole', coarse(wholePictureGuesses(original, suspect).slice(0, WHOLE))];
  yield ['features', features(original, suspect, tick)];
  yield ['phase', coarse(phaseGuesses(original, suspect, PHASE, tick))];
}

function coarse(maps: readonly Homography[]): Guess[] {
  return maps.map((homography) => ({ homography, level: 0 }));
}

function* features(original: Plane, suspect: Plane, tick: () => void): Generator<Guess> {
  const known = findFeatures(original, tick);
  const direct = agree(matchFeatures(known, findFeatures(suspect, tick)));
  if (direct !== null) yield { homography: direct, level: 1 };
  tick();
  const mirrored = agree(matchFeatures(known, findFeatures(mirror(suspect), tick)));
  const unmirror: Homography = [-1, 0, suspect.width, 0, 1, 0, 0, 0, 1];
  if (mirrored !== null) yield { homography: compose(unmirror, mirrored), level: 1 };
}

function mirror(plane: Plane): Plane {
  const { width, height } = plane;
  const data = new Float32Array(plane.data.length);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) data[y * width + x] = plane.data[y * width + width - 1 - x]!;
  }
  return { data, width, height };
}

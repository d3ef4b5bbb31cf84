import type { Plane } from '../image.js';
import { score } from './align.js';
import { compose, type Homography, scaling } from './homography.js';

/** Aspect ratios may differ this much before a whole-picture guess is dropped: rounding of small thumbnails. */
const ASPECT_SLACK = 1.06;

/** The four turns of the unit square, each also mirrored. */
export const TURNS: readonly Homography[] = [
  [1, 0, 0, 0, 1, 0, 0, 0, 1],
  [0, -1, 1, 1, 0, 0, 0, 0, 1],
  [-1, 0, 1, 0, -1, 1, 0, 0, 1],
  [0, 1, 0, -1, 0, 1, 0, 0, 1],
  [-1, 0, 1, 0, 1, 0, 0, 0, 1],
  [0, 1, 0, 1, 0, 0, 0, 0, 1],
  [1, 0, 0, 0, -1, 1, 0, 0, 1],
  [0, -1, 1, -1, 0, 1, 0, 0, 1],
];

/** Guesses for a suspect that shows the whole picture, turned or mirrored or not, the best first. */
export function wholePictureGuesses(original: Plane, suspect: Plane): Homography[] {
  const unit = scaling(1 / original.width, 1 / original.height);
  const guesses: { homography: Homography; correlation: number }[] = [];
  for (const turn of TURNS) {
    const swapped = turn[0] === 0;
    const aspect = original.width / original.height;
    const seen = swapped ? suspect.height / suspect.width : suspect.width / suspect.height;
    if (Math.max(aspect / seen, seen / aspect) > ASPECT_SLACK) continue;
    const homography = compose(scaling(suspect.width, suspect.height), compose(turn, unit));
    guesses.push(score(original, suspect, homography, 64));
  }
  guesses.sort((a, b) => b.correlation - a.correlation);
  return guesses.map((guess) => guess.homography);
}

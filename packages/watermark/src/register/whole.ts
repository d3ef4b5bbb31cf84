import type { Plane } from '../image.js';
import { score } from './align.js';
import { compose, cornersOf, type Homography, ORIENTATIONS, scaling, throughPoints } from './homography.js';
import { outline } from './outline.js';

/** Aspect ratios may differ this much before a whole-picture guess is dropped: rounding of small thumbnails. */
const ASPECT_SLACK = 1.06;

/** The same for an outline, which perspective shortens. */
const OUTLINE_SLACK = 1.25;

/** The four turns of the unit square, each also mirrored. */
export const TURNS: readonly Homography[] = ORIENTATIONS.map(([a, b, c, d]) => {
  // What turns to the negative side is brought back.
  return [a, b, a + b < 0 ? 1 : 0, c, d, c + d < 0 ? 1 : 0, 0, 0, 1];
});

/** Guesses for a suspect that shows the whole picture, with or without a surround, turned or mirrored or not, the best first. */
export function wholePictureGuesses(original: Plane, suspect: Plane): Homography[] {
  const guesses: { homography: Homography; correlation: number }[] = [];
  const unit = scaling(1 / original.width, 1 / original.height);
  const square = cornersOf({ width: 1, height: 1 });
  for (const [corners, slack] of [
    [cornersOf(suspect), ASPECT_SLACK],
    [outline(suspect), OUTLINE_SLACK],
  ] as const) {
    const onto = corners === null ? null : throughPoints(square, corners);
    if (corners === null || onto === null) continue;
    const length = (a: number, b: number): number =>
      Math.hypot(corners[a]![0] - corners[b]![0], corners[a]![1] - corners[b]![1]);
    const seen = (length(0, 1) + length(2, 3)) / (length(1, 2) + length(3, 0));
    for (const turn of TURNS) {
      const aspect = turn[0] === 0 ? original.height / original.width : original.width / original.height;
      if (Math.max(aspect / seen, seen / aspect) > slack) continue;
      const { homography, correlation } = score(original, suspect, compose(onto, compose(turn, unit)), 64);
      // Where content cannot tell, most copies are upright, and an outline was hardly found by chance.
      const likely = (turn === TURNS[0] ? 0.1 : 0) + (slack === OUTLINE_SLACK ? 0.1 : 0);
      guesses.push({ homography, correlation: correlation + likely });
    }
  }
  guesses.sort((a, b) => b.correlation - a.correlation);
  return guesses.map((guess) => guess.homography);
}

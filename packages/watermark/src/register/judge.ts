import { MAPS } from '../blind/refine.js';
import { chipAt, layoutOf, syncBits } from '../code/tile.js';
import { foldVotes } from '../fold.js';
import type { Pixels, Plane } from '../image.js';
import { perceptualMask } from '../mask.js';
import { scorer } from '../statistics.js';
import { lumaShrunkBy } from '../suspect.js';
import type { Layer } from '../version.js';
import { votesOf } from '../votes.js';
import { areaFactor, compose, type Homography, scaling } from './homography.js';
import type { Judge } from './register.js';
import { warp } from './sample.js';
import { sharpen } from './sharpen.js';
import { tileGuesses } from './tiles.js';

/** Suspect pixels per canonical pixel at which a suspect is read: a little above the grid's resolution. */
const OVERSAMPLING = 1.25;
/** Steps per doubling in which the suspect's size is rounded, so that neighbouring maps share one shrunken copy. */
const SIZE_STEPS = 4;

/** The judge of maps for one investigation: it reads the suspect under a map and looks for the sync chips of the key. */
export function judgeOf(
  original: Plane,
  suspect: { readonly pixels: Pixels; readonly channels: number; readonly coarse: Plane },
  key: Uint8Array,
  layer: Layer,
  tick: () => void,
): Judge {
  const { pixels, channels, coarse } = suspect;
  const mask = perceptualMask(original);
  const { sync } = layoutOf(key, layer);
  const bits = syncBits(key, layer);
  const plan = { layer, positions: sync, chips: Int8Array.from(sync, (_, i) => chipAt(bits, i)) };
  let held: { factor: number; fine: Plane } | null = null;
  const fineAt = (h: Homography): Plane => {
    const zoom = Math.sqrt(Math.abs(areaFactor(h, original.width / 2, original.height / 2)));
    const wanted = (zoom * (pixels.width / coarse.width)) / OVERSAMPLING;
    const factor = 2 ** (Math.floor(Math.log2(Math.max(1, wanted)) * SIZE_STEPS) / SIZE_STEPS);
    if (held?.factor !== factor) {
      held = { factor, fine: lumaShrunkBy(pixels, channels, factor) };
    }
    return held.fine;
  };
  return {
    evidence: (h) => {
      const fine = fineAt(h);
      const toFine = compose(scaling(fine.width / coarse.width, fine.height / coarse.height), h);
      const seen = warp(fine, toFine, original.width, original.height);
      const votes = votesOf(original, seen.plane, seen.inside, mask);
      const tile = foldVotes(votes, layer);
      return { votes, sync: scorer(Float64Array.from(sync, (at) => tile[at]!))(bits) };
    },
    sharpen: (votes, h) => sharpen(votes, h, plan),
    tiles: () => ({ maps: tileGuesses(original, coarse, { pixels, channels }, key, layer, tick), among: MAPS }),
  };
}

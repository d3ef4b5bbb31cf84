import { foldVotes } from '../fold.js';
import { type Plane, shrinkPlane } from '../image.js';
import { DEFAULT_VIDEO_PSNR } from '../limits.js';
import { areaFactor, compose, type Homography, scaling } from '../register/homography.js';
import { warp } from '../register/sample.js';
import type { Layer } from '../version.js';
import { votesOf } from '../votes.js';
import { SHIFTS } from './phases.js';
import { CELL, strengthOf } from './strength.js';

/** Copy pixels per canonical pixel at which a copy is read: a little above the grid's resolution. */
const OVERSAMPLING = 1.25;

/**
 * What a frame of the copy says, folded for every phase: tiles of 4096 votes, or null where it lies outside.
 *
 * @param original a frame's luma on its canonical grid, black at 0 and white at 255.
 * @param scale the original's pixels per canonical pixel.
 */
export function readFrame(
  original: Plane,
  scale: number,
  copy: Plane,
  map: Homography,
  layer: Layer,
): readonly Float64Array[] {
  const zoom = Math.sqrt(Math.abs(areaFactor(map, original.width / 2, original.height / 2)));
  const factor = Math.max(1, zoom / OVERSAMPLING);
  const fine = shrinkPlane(
    copy,
    Math.max(8, Math.round(copy.width / factor)),
    Math.max(8, Math.round(copy.height / factor)),
  );
  const toFine = compose(scaling(fine.width / copy.width, fine.height / copy.height), map);
  const seen = warp(fine, toFine, original.width, original.height);
  const strength = strengthOf(original, (255 * 255) / 10 ** (DEFAULT_VIDEO_PSNR / 10), scale);
  const votes = votesOf(original, seen.plane, seen.inside, cellsOver(strength, original));
  return SHIFTS.map(([right, down]) => foldVotes(votes, layer, right, down));
}

/** A cell's strength at each of its pixels. */
function cellsOver(strength: Plane, { width, height }: Plane): Plane {
  const data = new Float32Array(width * height);
  for (let y = 0; y < height; y++) {
    const row = Math.floor(y / CELL) * strength.width;
    for (let x = 0; x < width; x++) data[y * width + x] = strength.data[row + Math.floor(x / CELL)]!;
  }
  return { data, width, height };
}

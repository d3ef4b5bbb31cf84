import { CANONICAL_SIDE, TILE } from '../grid.js';
import type { Pixels, Plane } from '../image.js';
import type { Homography } from '../register/homography.js';
import type { Layer } from '../version.js';
import { autocorrelation } from './autocorrelation.js';
import { findLattices, toTile, uprightLattice, uprightStrength } from './lattice.js';
import { type Level, levels } from './levels.js';

/** Lattices that are tried at each level. */
const LATTICES = 6;
/** Canonical pixels by which tiles may be off at the edge of the picture between two sides that are tried. */
const SLACK = 1.5;

/** A way in which tiles may lie: the map to canonical pixels, but for where a tile begins and which way up it is. */
export interface Hypothesis {
  readonly level: Level;
  readonly toTile: Homography;
}

/**
 * Ways in which the tiles may lie, likely ones first: the whole picture, then at each size of the suspect the lattices in
 * which it repeats itself. All of them need no key. With `thorough`, then every side of upright tiles.
 */
export function* hypotheses(suspect: Pixels, channels: number, layer: Layer, thorough: boolean): Generator<Hypothesis> {
  const seen: { level: Level; surface: Plane }[] = [];
  for (const level of levels(suspect, channels)) {
    if (seen.length === 0) {
      for (const side of wholeSides(suspect, level)) yield { level, toTile: toTile(uprightLattice(side)) };
    }
    const surface = autocorrelation(level.flat);
    for (const lattice of findLattices(surface, level, layer, LATTICES)) yield { level, toTile: toTile(lattice) };
    seen.push({ level, surface });
  }
  if (thorough) yield* uprightOnes(seen, layer);
}

/** Sides of a tile, in pixels of a level, if the suspect shows a whole picture: one of the grid's size, or a smaller one. */
function wholeSides(suspect: Pixels, { flat, scale }: Level): number[] {
  const eighth = (Math.max(flat.width, flat.height) * TILE) / CANONICAL_SIDE;
  const long = Math.max(suspect.width, suspect.height);
  return long < CANONICAL_SIDE ? [TILE * scale, eighth] : [eighth];
}

/** Upright tiles of every side, those first in which the picture repeats itself more. */
function* uprightOnes(seen: readonly { level: Level; surface: Plane }[], layer: Layer): Generator<Hypothesis> {
  const found: { level: Level; side: number; strength: number }[] = [];
  for (const { level, surface } of seen) {
    const long = Math.max(level.flat.width, level.flat.height);
    // Half a step, over half the picture, in canonical pixels: side * (step / side) / 2 * (long / side) / 2.
    for (let side = level.shortest; side <= level.longest; side += (SLACK * 4 * side * side) / (TILE * long)) {
      found.push({ level, side, strength: uprightStrength(surface, side, layer) });
    }
  }
  found.sort((a, b) => b.strength - a.strength);
  for (const { level, side } of found) yield { level, toTile: toTile(uprightLattice(side)) };
}

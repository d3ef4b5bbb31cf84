import { CANONICAL_SIDE, TILE } from '../grid.js';
import type { Pixels, Plane } from '../image.js';
import type { Homography } from '../register/homography.js';
import type { Layer } from '../version.js';
import { autocorrelation } from './autocorrelation.js';
import type { Window } from './fold.js';
import { findLattices, squareLattice, toTile, uprightStrength } from './lattice.js';
import { type Level, levels } from './levels.js';

/** Lattices that are tried at each level; for a long list of keys the strongest alone. */
const LATTICES = 6;
/** Canonical pixels by which tiles may be off at the edge of the picture between two sides that are tried. */
const SLACK = 1.5;
/** How much smaller a photographed screen shows its picture, and how far it is turned, in radians. */
const LEAST_SHARE = 0.86;
const MOST_TURN = 0.025;
/** How far a whole picture may have been turned, in radians, where no lattice shows it. */
const MOST_TURN_OF_WHOLE = 0.1;
/** The part of a photograph's sides in whose middle a perspective is nearly a mere scaling. */
const MIDDLE = 0.65;

/** A way in which tiles may lie: the map to canonical pixels, but for where a tile begins and which way up it is. */
export interface Hypothesis {
  readonly level: Level;
  readonly toTile: Homography;
  /** The part of the picture for which it is meant; without one, all of it. */
  readonly window?: Window;
}

/**
 * Ways in which the tiles may lie, in stages, likely ones first. None needs a key.
 * First the whole picture, and at each size of the suspect the lattices in which it repeats itself. With `thorough` then
 * whole pictures that lean, photographs of a screen that shows a whole picture, and last upright tiles of every side.
 * Before each long step `stop` is asked.
 */
export function stages(
  suspect: Pixels,
  channels: number,
  layer: Layer,
  { thorough, stop }: { thorough: boolean; stop: () => boolean },
): Iterable<Hypothesis>[] {
  const seen: Seen[] = [];
  const first = repeating(suspect, channels, layer, { seen, stop, most: thorough ? LATTICES : 1 });
  return thorough ? [first, leaning(suspect, seen), upright(seen, layer)] : [first];
}

interface Seen {
  readonly level: Level;
  readonly surface: Plane;
}

function* repeating(
  suspect: Pixels,
  channels: number,
  layer: Layer,
  { seen, stop, most }: { seen: Seen[]; stop: () => boolean; most: number },
): Generator<Hypothesis> {
  for (const level of levels(suspect, channels)) {
    if (seen.length === 0) {
      for (const side of wholeSides(suspect, level)) yield { level, toTile: toTile(squareLattice(side, 0)) };
    }
    if (stop()) return;
    const surface = autocorrelation(level.flat);
    seen.push({ level, surface });
    if (stop()) return;
    for (const lattice of findLattices(surface, level, layer, most)) yield { level, toTile: toTile(lattice) };
  }
}

/** Sides of a tile, in pixels of a level, if the suspect shows a whole picture: one of the grid's size, or a smaller one. */
function wholeSides(suspect: Pixels, { flat, scale }: Level): number[] {
  const eighth = (Math.max(flat.width, flat.height) * TILE) / CANONICAL_SIDE;
  const long = Math.max(suspect.width, suspect.height);
  return long < CANONICAL_SIDE ? [TILE * scale, eighth] : [eighth];
}

/** The whole picture turned a little; then a little smaller and hardly turned, in the middle of a photograph. */
function* leaning(suspect: Pixels, seen: readonly Seen[]): Generator<Hypothesis> {
  const level = seen[0]?.level;
  if (level === undefined) return;
  const { width, height } = level.flat;
  const window = {
    left: Math.round((width * (1 - MIDDLE)) / 2),
    right: Math.round((width * (1 + MIDDLE)) / 2),
    top: Math.round((height * (1 - MIDDLE)) / 2),
    bottom: Math.round((height * (1 + MIDDLE)) / 2),
  };
  const step = (SLACK * 4) / (MIDDLE * Math.max(width, height));
  for (const whole of wholeSides(suspect, level)) {
    for (let turn = MIDDLE * step; turn < MOST_TURN_OF_WHOLE; turn += MIDDLE * step) {
      for (const signed of [turn, -turn]) yield { level, toTile: toTile(squareLattice(whole, signed)) };
    }
  }
  for (const whole of wholeSides(suspect, level)) {
    for (let share = 1 - step; share > LEAST_SHARE; share -= step) {
      const turns = Math.floor(MOST_TURN / step);
      for (let k = -turns; k <= turns; k++) {
        yield { level, window, toTile: toTile(squareLattice(whole * share, k * step)) };
      }
    }
  }
}

/** Upright tiles of every side, those first in which the picture repeats itself more. */
function* upright(seen: readonly Seen[], layer: Layer): Generator<Hypothesis> {
  const found: { level: Level; side: number; strength: number }[] = [];
  for (const { level, surface } of seen) {
    const long = Math.max(level.flat.width, level.flat.height);
    // Half a step, over half the picture, in canonical pixels: (step / side) / 2 * long / 2 * TILE / side.
    for (let side = level.shortest; side <= level.longest; side += (SLACK * 4 * side * side) / (TILE * long)) {
      found.push({ level, side, strength: uprightStrength(surface, side, layer) });
    }
  }
  found.sort((a, b) => b.strength - a.strength);
  for (const { level, side } of found) yield { level, toTile: toTile(squareLattice(side, 0)) };
}

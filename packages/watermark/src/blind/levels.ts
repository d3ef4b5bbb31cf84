import { TILE } from '../grid.js';
import { type Pixels, type Plane, shrinkLuma, shrinkPlane } from '../image.js';
import { areaFactor, compose, type Homography, scaling } from '../register/homography.js';
import { whiten } from './whiten.js';

/** A suspect at one size, whitened, and the tiles that are looked for in it. */
export interface Level {
  readonly flat: Plane;
  /** Pixels of this level per pixel of the suspect. */
  readonly scale: number;
  /** Shortest and longest side of a tile that is looked for here, in pixels of this level. */
  readonly shortest: number;
  readonly longest: number;
  /** The levels of the same suspect that were made so far. */
  readonly made: readonly Level[];
}

/**
 * Long sides, in the order in which they are searched: the canonical one for whole pictures and moderate crops, two for
 * small parts of a picture, a finer one for a picture shown small on a screen. Each sees tiles of 80 to 180 pixels, for
 * which the whitening is made, so together they see 1.8 to 23 tiles along the long side.
 */
const LONG_SIDES: readonly number[] = [1024, 576, 324, 1820];
const SHORTEST = 80;
const LONGEST = 181;
/** Where no finer level can be had, tiles are looked for down to this side: chips of 0.7 pixels. */
const SHORTEST_NATIVE = 44;

/** Side of a tile, in pixels, for which the whitening is made: chips of a little more than two pixels. */
const BEST_TILE = 144;

/** The levels of a suspect, each made when it is asked for. */
export function* levels(suspect: Pixels, channels: number): Generator<Level> {
  const long = Math.max(suspect.width, suspect.height);
  const finest = Math.min(long, Math.max(...LONG_SIDES));
  const sides = [...new Set(LONG_SIDES.map((side) => Math.min(side, long)))];
  const base = sized(suspect, finest, (width, height) => shrinkLuma(suspect, channels, width, height));
  const made: Level[] = [];
  for (const side of sides) {
    const luma = sized(suspect, side, (width, height) => shrinkPlane(base, width, height));
    const level = {
      flat: whiten(luma),
      scale: luma.width / suspect.width,
      shortest: side === finest ? SHORTEST_NATIVE : SHORTEST,
      longest: side === Math.min(...sides) ? Math.max(LONGEST, side / 1.3) : LONGEST,
      made,
    };
    made.push(level);
    yield level;
  }
}

function sized(suspect: Pixels, side: number, make: (width: number, height: number) => Plane): Plane {
  const by = side / Math.max(suspect.width, suspect.height);
  const along = (length: number): number => Math.max(2, Math.round(length * by));
  return make(along(suspect.width), along(suspect.height));
}

/** The level at which tiles are read best, out of those made so far, and the map from it to canonical pixels. */
export function bestLevel(level: Level, toTile: Homography): { level: Level; toTile: Homography } {
  const { width, height } = level.flat;
  const here = TILE / Math.sqrt(Math.abs(areaFactor(toTile, width / 2, height / 2)));
  const misfit = (other: Level): number => Math.abs(Math.log((here * other.scale) / level.scale / BEST_TILE));
  const best = level.made.reduce((a, b) => (misfit(b) < misfit(a) ? b : a), level);
  const ratio = level.scale / best.scale;
  return { level: best, toTile: compose(toTile, scaling(ratio, ratio)) };
}

import { autocorrelation } from '../blind/autocorrelation.js';
import { fold } from '../blind/fold.js';
import { findLattices, toTile } from '../blind/lattice.js';
import { levels } from '../blind/levels.js';
import { type Reading, read } from '../blind/read.js';
import { refine } from '../blind/refine.js';
import { searchTile, settle, spectrumOf, syncPattern } from '../blind/sync-search.js';
import { TILE } from '../grid.js';
import type { Pixels, Plane } from '../image.js';
import type { Layer } from '../version.js';
import { score } from './align.js';
import { apply, compose, cornersOf, type Homography, inverse, scaling } from './homography.js';

/** Lattices that are followed at each size of the suspect. */
const LATTICES = 6;
/** Peaks lower than this, in deviations, are what a search over false lattices reaches too. */
const LEAST_PEAK = 4.8;
/** Sync score at which the tiles are found. */
const FOUND = 7;
const PASSES = 3;
/** Long side of the original at which the places of the first tile are compared. */
const SIDE = 96;
/** Least part of the suspect, or of the original if that is smaller, that must lie on the other. */
const LEAST_OVERLAP = 0.4;

/**
 * Guesses from the mark's own tiles, found as in a blind reading: for pictures in which the mark is the only texture.
 * Tiles repeat, so where the first one lies is open; contents decide, best first, both colours of the chessboard.
 */
export function tileGuesses(
  original: Plane,
  coarse: Plane,
  suspect: { readonly pixels: Pixels; readonly channels: number },
  key: Uint8Array,
  layer: Layer,
  tick: () => void,
): Homography[] {
  const tiles = findTiles(suspect, coarse, key, layer, tick);
  if (tiles === null) return [];
  const corners = cornersOf(coarse).map(([x, y]) => apply(tiles, x, y));
  const back = inverse(tiles);
  const across = range(corners.map(([x]) => x));
  const down = range(corners.map(([, y]) => y));
  const least = LEAST_OVERLAP * Math.min(original.width * original.height, area(corners));
  const found: { map: Homography; odd: boolean; correlation: number }[] = [];
  for (let j = Math.ceil(-down.to / TILE); j <= (original.height - down.from) / TILE; j++) {
    for (let i = Math.ceil(-across.to / TILE); i <= (original.width - across.from) / TILE; i++) {
      const wide = Math.min(original.width, across.to + i * TILE) - Math.max(0, across.from + i * TILE);
      const high = Math.min(original.height, down.to + j * TILE) - Math.max(0, down.from + j * TILE);
      if (!(wide > 0 && high > 0 && wide * high >= least)) continue;
      tick();
      const map = compose(back, scaling(1, 1, -i * TILE, -j * TILE));
      const { correlation, overlap } = score(original, coarse, map, SIDE);
      found.push({ map, odd: ((i + j) & 1) !== 0, correlation: correlation * Math.sqrt(overlap) });
    }
  }
  found.sort((a, b) => b.correlation - a.correlation);
  const [even, odd] = [found.find((one) => !one.odd), found.find((one) => one.odd)];
  const best = layer === 'share' ? [even, odd] : [found[0]];
  return best.filter((one) => one !== undefined).map((one) => one.map);
}

/** From coarse suspect pixels to canonical pixels, whole tiles left open; null when no tiles are seen. */
function findTiles(
  { pixels, channels }: { readonly pixels: Pixels; readonly channels: number },
  coarse: Plane,
  key: Uint8Array,
  layer: Layer,
  tick: () => void,
): Homography | null {
  const pattern = syncPattern(key, layer);
  for (const level of levels(pixels, channels)) {
    tick();
    for (const lattice of findLattices(autocorrelation(level.flat), level, layer, LATTICES)) {
      tick();
      const start = toTile(lattice);
      const peak = searchTile(spectrumOf(fold(level.flat, start, layer), null, layer), pattern);
      if (peak.height < LEAST_PEAK) continue;
      let best: Reading = read(level.flat, settle(start, peak), pattern, key);
      for (let pass = 0; pass < PASSES; pass++) {
        tick();
        const map = refine(level.flat, best.toTile, pattern);
        const next = map === null ? null : read(level.flat, map, pattern, key);
        if (next === null || next.z <= best.z) break;
        best = next;
      }
      if (best.z < FOUND) continue;
      return compose(best.toTile, scaling(level.flat.width / coarse.width, level.flat.height / coarse.height));
    }
  }
  return null;
}

function range(values: readonly number[]): { from: number; to: number } {
  return { from: Math.min(...values), to: Math.max(...values) };
}

/** Area of a quadrilateral. */
function area(corners: readonly (readonly [number, number])[]): number {
  let twice = 0;
  corners.forEach(([x, y], k) => {
    const [u, v] = corners[(k + 1) & 3]!;
    twice += x * v - u * y;
  });
  return Math.abs(twice) / 2;
}

import { layoutOf, SYNC_CHIPS, syncBits, TILE_AREA } from '../code/tile.js';
import { pBound, scorer } from '../statistics.js';
import type { Layer } from '../version.js';

/**
 * Deviations that a frame's sync chips must reach at a phase to have a say, taken from their weight: of eight phases seven
 * are only noise, and which ones is not known where compression lets an old phase stand.
 */
const QUIET = 1;

/** All frames in one tile. */
export interface Combined {
  readonly tile: Float64Array;
  /**
   * Whether any mark under the key is there: half of the sync chips weigh, the other half are scored, both ways. Below zero
   * where it speaks against the copy: the mark is in the original.
   */
  readonly presence: { readonly z: number; readonly p: number };
}

/**
 * Sums the tiles of all frames and phases, each by how clearly the sync chips show in it. Sync chips hold nothing of a
 * viewing: what the tracing code will meet was fixed before any candidate.
 */
export function combine(frames: readonly (readonly Float64Array[])[], key: Uint8Array, layer: Layer): Combined {
  const { sync } = layoutOf(key, layer);
  const bits = syncBits(key, layer);
  const half = SYNC_CHIPS / 2;
  const halves = [0, 1].map((k) => ({
    places: sync.slice(k * half, (k + 1) * half),
    bits: bits.slice((k * half) / 8, ((k + 1) * half) / 8),
  }));
  const score = (tile: Float64Array, places: Uint16Array, chips: Uint8Array): number =>
    scorer(Float64Array.from(places, (at) => tile[at]!))(chips);
  const sum = (weigh: (tile: Float64Array) => number): Float64Array => {
    const out = new Float64Array(TILE_AREA);
    for (const tile of frames.flat()) {
      const weight = Math.max(0, weigh(tile) - QUIET);
      if (weight === 0) continue;
      const factor = weight / Math.hypot(...tile);
      for (let i = 0; i < out.length; i++) out[i]! += factor * tile[i]!;
    }
    return out;
  };
  const [a, b] = halves as [(typeof halves)[0], (typeof halves)[0]];
  /** Each half, scored on what the other weighed; `sign` -1 takes every vote for its opposite. */
  const held = (sign: 1 | -1): number =>
    Math.max(
      ...[[a, b] as const, [b, a] as const].map(
        ([weighing, scored]) =>
          sign *
          score(
            sum((tile) => sign * score(tile, weighing.places, weighing.bits)),
            scored.places,
            scored.bits,
          ),
      ),
    );
  const [there, against] = [held(1), held(-1)];
  const z = against > there ? -against : there;
  return { tile: sum((tile) => score(tile, sync, bits)), presence: { z, p: Math.min(1, 2 * pBound(z)) } };
}

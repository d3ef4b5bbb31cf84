import { hex } from '@wardseal/primitives';
import { foldTiles, whiten } from './blind/fold-blind.js';
import { findLattices, type Lattice } from './blind/lattice.js';
import {
  chipsAt,
  orient,
  type SyncPattern,
  type SyncPeak,
  searchShift,
  searchTile,
  syncPattern,
} from './blind/sync-search.js';
import { CODED_BITS, decodePayload } from './code/payload.js';
import { chipAt, ID_CHIPS, type Layout, layoutOf, maskBits, syncBits } from './code/tile.js';
import { WatermarkError } from './errors.js';
import { canonicalLuma, TILE } from './grid.js';
import { checkImageKey } from './ids.js';
import { checkPixels, type Pixels, type Plane } from './image.js';
import { MAX_KEYS } from './limits.js';
import { checkLayer } from './prepare-chips.js';
import { pBound, scorer } from './statistics.js';
import { type Layer, MARK_VERSION } from './version.js';

/** Time a blind search may take unless told otherwise, in milliseconds. */
export const DEFAULT_DECODE_BUDGET_MS = 10_000;
/** Chance of a sync score like this without a mark, corrected for every place looked at, above which nothing is read. */
export const PRESENCE_P = 1e-6;
/** Lattices that are tried beside the whole picture. */
const LATTICES = 8;
/** Peaks lower than this, in deviations of the surface, are not refined: without a mark the best of 131,072 is near 5. */
const LEAST_PEAK = 4.5;
/** Shifts of a tile times its orientations. */
const PLACES: number = TILE * TILE * 8;

export interface DecodeOptions {
  /** Image keys to try, at most 100,000. */
  readonly keys: Iterable<Uint8Array>;
  /** Time for the whole search, in milliseconds. Default 10,000. */
  readonly budgetMs?: number;
  /** Whose mark is looked for. Default 'view'. */
  readonly layer?: Layer;
}

/** What a blind reading gives: a lead to the entry in the log, never a verdict. Only `trace` names a viewing. */
export interface Lead {
  readonly version: typeof MARK_VERSION;
  readonly layer: Layer;
  /** True when an id was read and its CRC-32 fits. */
  readonly found: boolean;
  /** The blind id, 16 hexadecimal digits: the first 8 bytes of HMAC(image key, domain || viewing id). */
  readonly id?: string;
  /** Which of the keys, counted from 0. */
  readonly keyIndex?: number;
  /** Upper bound on the chance of a sync score as high as the best met without a mark, corrected for every place. */
  readonly pPresence: number;
  /** Where the tiles lie in the suspect, when found. */
  readonly geometry?: {
    /** Side of a tile, in suspect pixels. */
    readonly tileSide: number;
    /** Degrees. */
    readonly turn: number;
    readonly mirrored: boolean;
  };
  /** False when the time ran out before every key and lattice was tried. */
  readonly exhausted: boolean;
  readonly ms: number;
}

/**
 * Reads the id out of a copy without the original. Geometry first: the whole picture, then every lattice in which the
 * copy repeats itself; then, for each key, the sync chips give place, turn and mirroring, and the id is decoded softly.
 * The id that comes out is a lead: whoever knows a colleague's id could have put it there. A match comes from `trace`.
 *
 * @param suspect the leaked copy; 8-bit, 1, 3 or 4 channels.
 * @throws {WatermarkError} IMAGE_INVALID, IMAGE_TOO_LARGE, IMAGE_TOO_SMALL: as for `embed`; KEY_INVALID: no key, more
 * than 100,000, or one that is not 32 bytes; CHIPS_INVALID: unknown layer.
 * @throws {RangeError} `budgetMs` is not positive.
 * @example
 * const lead = decode(leaked, { keys: [imageKey] });
 */
export function decode(suspect: Pixels, options: DecodeOptions): Lead {
  const started = Date.now();
  const channels = checkPixels(suspect, 'suspect');
  const layer = checkLayer(options.layer ?? 'view');
  const budget = options.budgetMs ?? DEFAULT_DECODE_BUDGET_MS;
  if (!(budget > 0)) throw new RangeError('budgetMs must be a positive number');
  const keys = collectKeys(options.keys);
  const outOfTime = (): boolean => Date.now() - started > budget;

  const flat = whiten(canonicalLuma(suspect, channels));
  const zoom = suspect.width / flat.width;
  let pPresence = 1;
  let exhausted = true;
  let geometries = 0;
  const patterns = new Map<number, SyncPattern>();
  search: for (const lattice of lattices(flat)) {
    geometries++;
    const tile = foldTiles(flat, lattice.side, lattice.turn);
    for (const [keyIndex, key] of keys.entries()) {
      if (outOfTime()) {
        exhausted = false;
        break search;
      }
      const layout = layoutOf(key, layer);
      const sync = syncBits(key, layer);
      const pattern = patterns.get(keyIndex) ?? syncPattern(layout.sync, (i) => chipAt(sync, i));
      // A few patterns are kept; for a long list of keys memory matters more than the transform.
      if (patterns.size < 64) patterns.set(keyIndex, pattern);
      const first = searchTile(tile, pattern);
      if (first.height < LEAST_PEAK) continue;
      const { peak, chips, where } = sharpen(flat, lattice, tile, first, pattern);
      const syncVotes = Float64Array.from(layout.sync, (at) => chips[at]!);
      const p = Math.min(1, pBound(scorer(syncVotes)(sync)) * PLACES * geometries * REFINEMENTS * keys.length);
      pPresence = Math.min(pPresence, p);
      const id = p < PRESENCE_P ? readId(chips, layout, maskBits(key, layer)) : null;
      if (id === null) continue;
      return {
        version: MARK_VERSION,
        layer,
        found: true,
        id: hex(id),
        keyIndex,
        pPresence,
        geometry: {
          tileSide: where.side * zoom,
          turn: (where.turn * 180) / Math.PI + 90 * peak.quarter,
          mirrored: peak.mirrored,
        },
        exhausted: true,
        ms: Date.now() - started,
      };
    }
  }
  return { version: MARK_VERSION, layer, found: false, pPresence, exhausted, ms: Date.now() - started };
}

function* lattices(flat: Plane): Generator<Lattice> {
  yield { side: TILE, turn: 0, strength: 0 };
  yield* findLattices(flat, LATTICES);
}

function collectKeys(keys: Iterable<Uint8Array>): Uint8Array[] {
  if (typeof keys !== 'object' || keys === null || !(Symbol.iterator in keys)) {
    throw new WatermarkError('KEY_INVALID', 'keys must be a list', { field: 'keys' });
  }
  const out: Uint8Array[] = [];
  for (const key of keys) {
    checkImageKey(key, 'keys');
    out.push(key);
    if (out.length > MAX_KEYS) {
      throw new WatermarkError('KEY_INVALID', `more than ${MAX_KEYS} keys`, { field: 'keys', limit: MAX_KEYS });
    }
  }
  if (out.length === 0) throw new WatermarkError('KEY_INVALID', 'no key', { field: 'keys' });
  return out;
}

/** Step sizes of the refinement, in pixels over the whole picture. */
const STEPS: readonly number[] = [1.2, 0.6, 0.3];
/** Geometries that one refinement looks at, at most: turns at each step size, four neighbours each. */
const REFINEMENTS: number = STEPS.length * 6 * 4;

/** Small changes of side and turn that make the sync peak higher. */
function sharpen(
  flat: Plane,
  start: Lattice,
  tile: Float64Array,
  first: SyncPeak,
  pattern: SyncPattern,
): { peak: SyncPeak; chips: Float64Array; where: Lattice } {
  let best = { where: start, peak: first, tile };
  const long = Math.max(flat.width, flat.height);
  for (const step of STEPS) {
    for (let again = 0, moved = true; moved && again < 6; again++) {
      moved = false;
      const share = step / long;
      for (const [ds, dt] of [
        [share, 0],
        [-share, 0],
        [0, share],
        [0, -share],
      ] as const) {
        const where = { ...best.where, side: best.where.side * (1 + ds), turn: best.where.turn + dt };
        const folded = foldTiles(flat, where.side, where.turn);
        const peak = { ...best.peak, ...searchShift(orient(folded, first.quarter, first.mirrored), pattern) };
        if (peak.height <= best.peak.height) continue;
        best = { where, peak, tile: folded };
        moved = true;
      }
    }
  }
  const { peak } = best;
  const oriented = orient(best.tile, peak.quarter, peak.mirrored);
  return { peak, chips: chipsAt(oriented, peak.x, peak.y), where: best.where };
}

/** The id in the chips, or null when its CRC does not fit. */
function readId(chips: Float64Array, layout: Layout, mask: Uint8Array): Uint8Array | null {
  const soft = new Float64Array(CODED_BITS);
  for (let i = 0; i < ID_CHIPS; i++) soft[i % CODED_BITS]! += chips[layout.id[i]!]! * chipAt(mask, i);
  return decodePayload(soft)?.id ?? null;
}

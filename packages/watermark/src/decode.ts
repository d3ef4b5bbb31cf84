import { hex } from '@wardseal/primitives';
import { fold } from './blind/fold.js';
import { type Hypothesis, hypotheses } from './blind/hypotheses.js';
import { type Reading, read } from './blind/read.js';
import { refine } from './blind/refine.js';
import { type SyncPattern, searchTile, settle, spectrumOf, syncPattern } from './blind/sync-search.js';
import { WatermarkError } from './errors.js';
import { TILE } from './grid.js';
import { checkImageKey } from './ids.js';
import { checkPixels, type Pixels } from './image.js';
import { MAX_KEYS } from './limits.js';
import { checkLayer } from './prepare-chips.js';
import { areaFactor } from './register/homography.js';
import { pBound } from './statistics.js';
import { type Layer, MARK_VERSION } from './version.js';

/** Time a blind search may take unless told otherwise, in milliseconds. */
export const DEFAULT_DECODE_BUDGET_MS = 10_000;
/** Chance of a score like this without a mark, corrected for every place looked at, above which nothing is read. */
export const PRESENCE_P = 1e-6;
/** Peaks lower than this, in deviations of the surface, are not followed: without a mark the best of 131,072 is near 4.6. */
const LEAST_PEAK = 4.8;
/** Shifts of a tile, its orientations, and the sign of the first tile. */
const PLACES: number = TILE * TILE * 8 * 2;
/**
 * Maps that a refinement could end at, told apart by one canonical pixel at the corners: a first corner anywhere in a
 * tile (2^14) and either sign (2), eight orientations, a second corner within the 1600 x 1024 pixels that sides and turns
 * span (2^21), and the two others within 16 pixels of where these put them (2^20).
 */
const MAPS: number = 2 ** 59;
/** Ids that a decoder may choose from. */
const IDS: number = 2 ** 64;

/** Patterns that are kept; for a long list of keys memory matters more than the transform. */
const KEPT_PATTERNS = 64;
/** Most keys for which every side of a tile is tried. */
const THOROUGH_KEYS = 16;
/** Refinements of one place. */
const PASSES = 3;

export interface DecodeOptions {
  /** Image keys to try, at most 100,000. */
  readonly keys: Iterable<Uint8Array>;
  /** Time for the whole search, in milliseconds. Default 10,000. */
  readonly budgetMs?: number;
  /** Whose mark is looked for. Default 'view'. */
  readonly layer?: Layer;
  /** Told how much of the search is done, from 0 to 1, now and then. */
  readonly onProgress?: (done: number) => void;
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
  let pPresence = 1;
  let exhausted = true;
  let looks = 0;
  const patterns = new Map<number, SyncPattern>();
  search: for (const hypothesis of hypotheses(suspect, channels, layer, keys.length <= THOROUGH_KEYS)) {
    const { level } = hypothesis;
    const spectrum = spectrumOf(fold(level.flat, hypothesis.toTile, layer), null, layer);
    looks += PLACES;
    for (const [keyIndex, key] of keys.entries()) {
      if (Date.now() - started > budget) {
        exhausted = false;
        break search;
      }
      const pattern = patterns.get(keyIndex) ?? syncPattern(key, layer);
      if (patterns.size < KEPT_PATTERNS) patterns.set(keyIndex, pattern);
      const peak = searchTile(spectrum, pattern);
      if (peak.height < LEAST_PEAK) continue;
      const first = read(level.flat, settle(hypothesis.toTile, peak), pattern, key);
      const best = sharpen(hypothesis, first, pattern, key);
      const bounds = [pBound(first.z) * looks, pBound(best.z) * MAPS, pBound(best.zWithId) * MAPS * IDS];
      const p = Math.min(1, Math.min(...bounds) * bounds.length * keys.length);
      pPresence = Math.min(pPresence, p);
      if (best.id === null || p >= PRESENCE_P) continue;
      const at = areaFactor(best.toTile, level.flat.width / 2, level.flat.height / 2);
      return {
        version: MARK_VERSION,
        layer,
        found: true,
        id: hex(best.id),
        keyIndex,
        pPresence,
        geometry: {
          tileSide: TILE / Math.sqrt(Math.abs(at)) / level.scale,
          turn: (Math.atan2(-best.toTile[1], best.toTile[4]) * 180) / Math.PI,
          mirrored: at < 0,
        },
        exhausted: true,
        ms: Date.now() - started,
      };
    }
  }
  return { version: MARK_VERSION, layer, found: false, pPresence, exhausted, ms: Date.now() - started };
}

/** Refinements one after the other while they help; ends at once when an id is read. */
function sharpen({ level }: Hypothesis, start: Reading, pattern: SyncPattern, key: Uint8Array): Reading {
  let best = start;
  for (let pass = 0; pass < PASSES && best.id === null; pass++) {
    const map = refine(level.flat, best.toTile, pattern);
    const next = map === null ? null : read(level.flat, map, pattern, key);
    if (next === null || (next.id === null && next.z <= best.z)) break;
    best = next;
  }
  return best;
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

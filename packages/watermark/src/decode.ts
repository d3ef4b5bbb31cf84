import { hex } from '@wardseal/primitives';
import { fold } from './blind/fold.js';
import { type Hypothesis, stages } from './blind/hypotheses.js';
import { bestLevel } from './blind/levels.js';
import { type Reading, read } from './blind/read.js';
import { MAPS, refine } from './blind/refine.js';
import { type SyncPattern, type SyncPeak, searchTile, settle, spectrumOf, syncPattern } from './blind/sync-search.js';
import { WatermarkError } from './errors.js';
import { TILE } from './grid.js';
import { checkImageKey } from './ids.js';
import { checkPixels, type Pixels, type Plane } from './image.js';
import { MAX_KEYS } from './limits.js';
import { checkOptions } from './options.js';
import { checkLayer } from './prepare-chips.js';
import { areaFactor, type Homography } from './register/homography.js';
import { pBound } from './statistics.js';
import { type Layer, MARK_VERSION } from './version.js';

/** Time a blind search may take unless told otherwise, in milliseconds. */
export const DEFAULT_DECODE_BUDGET_MS = 10_000;
/** Chance of a score like this without a mark, corrected for every place looked at, above which nothing is read. */
export const PRESENCE_P = 1e-6;
/** Peaks of this height, in deviations of the surface, are followed at once: without a mark the best of 131,072 is near 4.6. */
const CERTAIN_PEAK = 5.3;
/** Lower ones wait until a stage is over; so many of the highest are then followed, each from so many starts. */
const DOUBTFUL = 8;
const STARTS = 60;
/** Shifts of a tile, its orientations, and the sign of the first tile. */
const PLACES: number = TILE * TILE * 8 * 2;
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
 * @throws {WatermarkError} IMAGE_INVALID, IMAGE_TOO_LARGE, IMAGE_TOO_SMALL: as for `embed`; KEY_INVALID: not a list, no
 * key, more than 100,000, or one that is not 32 bytes; CHIPS_INVALID: unknown layer.
 * @throws {TypeError} no options, or one that is not there.
 * @throws {RangeError} `budgetMs` is not positive.
 * @example
 * const lead = decode(leaked, { keys: [imageKey] });
 */
export function decode(suspect: Pixels, options: DecodeOptions): Lead {
  const started = Date.now();
  checkOptions('decode', options);
  const channels = checkPixels(suspect, 'suspect');
  const layer = checkLayer(options.layer ?? 'view');
  const budget = options.budgetMs ?? DEFAULT_DECODE_BUDGET_MS;
  if (!(budget > 0)) throw new RangeError('budgetMs must be a positive number');
  const keys = collectKeys(options.keys);
  const outOfTime = (): boolean => Date.now() - started > budget;
  let told = 0;
  /** For few keys the time tells best how far a search is, for many the keys. */
  const tell = (stage: number, stages: number, keysDone: number): void => {
    const done = keys.length > KEPT_PATTERNS ? (stage + keysDone) / stages : (Date.now() - started) / budget;
    told = Math.max(told, Math.min(0.99, done));
    options.onProgress?.(told);
  };

  let pPresence = 1;
  let looks = 0;
  const patterns = new Map<number, SyncPattern>();
  const patternOf = (index: number): SyncPattern => {
    let pattern = patterns.get(index);
    if (pattern === undefined) {
      pattern = syncPattern(keys[index]!, layer);
      if (patterns.size === KEPT_PATTERNS) patterns.clear();
      patterns.set(index, pattern);
    }
    return pattern;
  };
  const lead = (more: Pick<Lead, 'found' | 'exhausted'> & Partial<Lead>): Lead => {
    options.onProgress?.(1);
    return { version: MARK_VERSION, layer, pPresence, ...more, ms: Date.now() - started };
  };
  /** Reads at a peak, as well as it can be read; a lead when it is beyond chance. */
  const follow = ({ hypothesis, peak, keyIndex }: Peak, starts: number): Lead | null => {
    const { level, toTile } = bestLevel(hypothesis.level, settle(hypothesis.toTile, peak));
    const { flat, scale } = level;
    const first = read(flat, toTile, patternOf(keyIndex), keys[keyIndex]!);
    const best = sharpen(flat, first, patternOf(keyIndex), keys[keyIndex]!, starts);
    const bounds = [pBound(first.z) * looks, pBound(best.z) * MAPS, pBound(best.zWithId) * MAPS * IDS];
    const p = Math.min(1, Math.min(...bounds) * bounds.length * keys.length);
    pPresence = Math.min(pPresence, p);
    if (best.id === null || p >= PRESENCE_P) return null;
    const geometry = geometryOf(best.toTile, flat, scale);
    return lead({ found: true, id: hex(best.id), keyIndex, geometry, exhausted: true });
  };

  const list = stages(suspect, channels, layer, { thorough: keys.length <= THOROUGH_KEYS, stop: outOfTime });
  for (const [number, stage] of list.entries()) {
    const doubtful: Peak[] = [];
    tell(number, list.length, 0);
    // A few keys are tried at each place as it comes. Of many, each is expanded once, for all places.
    for (const batch of keys.length > KEPT_PATTERNS ? [[...stage]] : singly(stage)) {
      const folded = batch.map((hypothesis) => {
        const tile = fold(hypothesis.level.flat, hypothesis.toTile, layer, hypothesis.window);
        return { hypothesis, spectrum: spectrumOf(tile, null, layer) };
      });
      looks += PLACES * batch.length;
      for (let keyIndex = 0; keyIndex < keys.length; keyIndex++) {
        if (outOfTime()) return lead({ found: false, exhausted: false });
        if (keyIndex % 64 === 0) tell(number, list.length, keyIndex / keys.length);
        for (const { hypothesis, spectrum } of folded) {
          const peak = { hypothesis, keyIndex, peak: searchTile(spectrum, patternOf(keyIndex)) };
          const found = peak.peak.height >= CERTAIN_PEAK ? follow(peak, 0) : null;
          if (found !== null) return found;
          keepHighest(doubtful, peak);
        }
      }
    }
    if (outOfTime()) return lead({ found: false, exhausted: false });
    for (const peak of doubtful) {
      if (outOfTime()) return lead({ found: false, exhausted: false });
      const found = follow(peak, STARTS);
      if (found !== null) return found;
    }
  }
  return lead({ found: false, exhausted: true });
}

function* singly<T>(list: Iterable<T>): Generator<[T]> {
  for (const one of list) yield [one];
}

/** A place that a search met. */
interface Peak {
  readonly hypothesis: Hypothesis;
  readonly peak: SyncPeak;
  readonly keyIndex: number;
}

function keepHighest(list: Peak[], peak: Peak): void {
  if (list.length === DOUBTFUL && peak.peak.height <= list[DOUBTFUL - 1]!.peak.height) return;
  if (list.length === DOUBTFUL) list.pop();
  list.push(peak);
  list.sort((a, b) => b.peak.height - a.peak.height);
}

/** Refinements one after the other while they help; ends at once when an id is read. */
function sharpen(flat: Plane, start: Reading, pattern: SyncPattern, key: Uint8Array, starts: number): Reading {
  let best = start;
  for (let pass = 0; pass < PASSES && best.id === null; pass++) {
    const map = refine(flat, best.toTile, pattern, pass === 0 ? starts : 0);
    const next = map === null ? null : read(flat, map, pattern, key);
    if (next === null || (next.id === null && next.z <= best.z)) break;
    best = next;
  }
  return best;
}

function geometryOf(toTile: Homography, flat: Plane, scale: number): NonNullable<Lead['geometry']> {
  const area = areaFactor(toTile, flat.width / 2, flat.height / 2);
  return {
    tileSide: TILE / Math.sqrt(Math.abs(area)) / scale,
    turn: (Math.atan2(-toTile[1], toTile[4]) * 180) / Math.PI,
    mirrored: area < 0,
  };
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

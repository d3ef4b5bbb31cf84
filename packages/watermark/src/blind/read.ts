import { CODED_BITS, decodePayload, encodePayload } from '../code/payload.js';
import { chipAt, ID_CHIPS, maskBits, TILE_CHIPS } from '../code/tile.js';
import { CHIP, TILE } from '../grid.js';
import type { Plane } from '../image.js';
import type { Homography } from '../register/homography.js';
import { fold } from './fold.js';
import type { SyncPattern } from './sync-search.js';

/** What a folded tile says at one map to canonical pixels. */
export interface Reading {
  readonly toTile: Homography;
  /** Score of the sync chips: sum of vote times chip over the length of the votes; its size, if tiles change sign. */
  readonly z: number;
  readonly id: Uint8Array<ArrayBuffer> | null;
  /** The same score over the sync chips and the chips of the id that was read; 0 without one. */
  readonly zWithId: number;
}

/** Folds a picture as the map says and reads sync and id chips. */
export function read(flat: Plane, toTile: Homography, pattern: SyncPattern, imageKey: Uint8Array): Reading {
  const { layout, bits, layer } = pattern;
  const votes = chipsOf(fold(flat, toTile, layer));
  const sync = correlation(layout.sync, votes, (i) => chipAt(bits, i));
  // Which tile of a chessboard the fold began with is not known after a crop.
  const sign = layer === 'share' && sync.sum < 0 ? -1 : 1;
  const z = over(sign * sync.sum, sync.squares);
  const mask = maskBits(imageKey, layer);
  const soft = new Float64Array(CODED_BITS);
  for (let i = 0; i < ID_CHIPS; i++) soft[i % CODED_BITS]! += sign * votes[layout.id[i]!]! * chipAt(mask, i);
  const decoded = decodePayload(soft);
  if (decoded === null) return { toTile, z, id: null, zWithId: 0 };
  const coded = encodePayload(decoded.id);
  const id = correlation(layout.id, votes, (i) => chipAt(mask, i) * (coded[i % CODED_BITS] ? -1 : 1));
  const zWithId = over(sign * (sync.sum + id.sum), sync.squares + id.squares);
  return { toTile, z, id: decoded.id, zWithId };
}

function over(sum: number, squares: number): number {
  return squares === 0 ? 0 : sum / Math.sqrt(squares);
}

function correlation(
  positions: Uint16Array,
  votes: Float64Array,
  chip: (i: number) => number,
): { sum: number; squares: number } {
  let sum = 0;
  let squares = 0;
  for (let i = 0; i < positions.length; i++) {
    const vote = votes[positions[i]!]!;
    sum += vote * chip(i);
    squares += vote * vote;
  }
  return { sum, squares };
}

/** The votes of a tile's 4096 chips. */
function chipsOf(tile: Float64Array): Float64Array {
  const out = new Float64Array(TILE_CHIPS * TILE_CHIPS);
  for (let y = 0; y < TILE; y++) {
    const row = Math.floor(y / CHIP) * TILE_CHIPS;
    for (let x = 0; x < TILE; x++) out[row + Math.floor(x / CHIP)]! += tile[y * TILE + x]!;
  }
  return out;
}

import { concat, hmacSha256, utf8 } from '@wardseal/primitives';
import { type Layer, MARK_VERSION } from '../version.js';
import { CODED_BITS, encodePayload } from './payload.js';
import { prf } from './prf.js';

/** Chips along one side of a tile. */
export const TILE_CHIPS = 64;
/** Chips in a tile. */
export const TILE_AREA: number = TILE_CHIPS * TILE_CHIPS;
/** Chips that find the geometry without knowing the viewing: an eighth of the energy. */
export const SYNC_CHIPS = 512;
/** Chips of the id that can be read without candidates: every coded bit four times. */
export const ID_CHIPS = 1536;
/** Chips of the tracing code: half the energy, the only evidence for a match. */
export const TRACE_CHIPS = 2048;

const EMPTY = new Uint8Array(0);

/** Where the chips of each part lie in a tile: indices 0 to 4095, row by row. */
export interface Layout {
  readonly sync: Uint16Array;
  readonly id: Uint16Array;
  readonly trace: Uint16Array;
}

/** The keyed permutation of one image and layer (Fisher-Yates from the end, 32-bit draws modulo the remaining count). */
export function layoutOf(imageKey: Uint8Array, layer: Layer): Layout {
  const draws = prf(imageKey, layer, 'layout', EMPTY, 4 * TILE_AREA);
  const view = new DataView(draws.buffer);
  const order = Uint16Array.from({ length: TILE_AREA }, (_, i) => i);
  for (let i = TILE_AREA - 1; i > 0; i--) {
    const j = view.getUint32(4 * i) % (i + 1);
    const held = order[i]!;
    order[i] = order[j]!;
    order[j] = held;
  }
  return {
    sync: order.slice(0, SYNC_CHIPS),
    id: order.slice(SYNC_CHIPS, SYNC_CHIPS + ID_CHIPS),
    trace: order.slice(SYNC_CHIPS + ID_CHIPS),
  };
}

/**
 * What a tile's chips are multiplied by, tiles counted across (i) and down (j) from the picture's top left. The 'share'
 * layer changes sign like a chessboard and the 'view' layer does not, so that folding one of them cancels the other.
 */
export function tileSign(layer: Layer, i: number, j: number): 1 | -1 {
  return layer === 'share' && ((i + j) & 1) !== 0 ? -1 : 1;
}

/** Bit i of a byte string, most significant first, as a chip: 0 is +1, 1 is -1. */
export function chipAt(bytes: Uint8Array, i: number): number {
  return (bytes[i >> 3]! >> (7 - (i & 7))) & 1 ? -1 : 1;
}

/** The sync chips of an image and layer, in the order of `layout.sync`. */
export function syncBits(imageKey: Uint8Array, layer: Layer): Uint8Array<ArrayBuffer> {
  return prf(imageKey, layer, 'sync', EMPTY, SYNC_CHIPS / 8);
}

/** The bits that hide the structure of the id chips, in the order of `layout.id`. */
export function maskBits(imageKey: Uint8Array, layer: Layer): Uint8Array<ArrayBuffer> {
  return prf(imageKey, layer, 'mask', EMPTY, ID_CHIPS / 8);
}

/** The tracing code of a viewing: 2048 bits. */
export function traceBits(imageKey: Uint8Array, layer: Layer, viewingId: Uint8Array): Uint8Array<ArrayBuffer> {
  return prf(imageKey, layer, 'trace', viewingId, TRACE_CHIPS / 8);
}

/** The tracing code of a viewing that never was: drawn like a real one, from a domain of its own. */
export function decoyBits(imageKey: Uint8Array, layer: Layer, index: Uint8Array): Uint8Array<ArrayBuffer> {
  return prf(imageKey, layer, 'decoy', index, TRACE_CHIPS / 8);
}

/** The id that a blind reading gives: the first 8 bytes of HMAC(imageKey, domain || viewing id). */
export function blindId(imageKey: Uint8Array, layer: Layer, viewingId: Uint8Array): Uint8Array<ArrayBuffer> {
  return hmacSha256(imageKey, concat(utf8(`${MARK_VERSION}/${layer}/id`), Uint8Array.of(0), viewingId)).slice(0, 8);
}

/** One whole tile as 4096 bits (512 bytes), row by row. */
export function buildTile(
  layout: Layout,
  parts: { sync: Uint8Array; mask: Uint8Array; id: Uint8Array; trace: Uint8Array },
): Uint8Array<ArrayBuffer> {
  const tile = new Uint8Array(TILE_AREA / 8);
  const place = (positions: Uint16Array, chip: (i: number) => number): void => {
    positions.forEach((position, i) => {
      if (chip(i) < 0) tile[position >> 3]! |= 0x80 >> (position & 7);
    });
  };
  const coded = encodePayload(parts.id);
  place(layout.sync, (i) => chipAt(parts.sync, i));
  place(layout.id, (i) => chipAt(parts.mask, i) * (coded[i % CODED_BITS]! ? -1 : 1));
  place(layout.trace, (i) => chipAt(parts.trace, i));
  return tile;
}

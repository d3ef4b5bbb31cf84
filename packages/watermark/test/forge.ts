import { TILE_AREA } from '../src/code/tile.js';
import type { Chips, Layer, MarkedPixels, Pixels } from '../src/index.js';

// What somebody without the image's key can do with the chips and the pictures that he was given.

/** The chips of a tile as +1 and -1, row by row. */
export function chipsOf(chips: Chips): Int8Array {
  const text = atob(chips.tile.replaceAll('-', '+').replaceAll('_', '/'));
  return Int8Array.from({ length: TILE_AREA }, (_, i) => ((text.charCodeAt(i >> 3) >> (7 - (i & 7))) & 1 ? -1 : 1));
}

/** Chips made by hand: what is above zero becomes +1, the rest -1. */
export function chipsFrom(values: ArrayLike<number>, layer: Layer = 'view'): Chips {
  const bytes = new Uint8Array(TILE_AREA / 8);
  for (let i = 0; i < TILE_AREA; i++) if (!(values[i]! > 0)) bytes[i >> 3]! |= 0x80 >> (i & 7);
  const text = btoa(String.fromCharCode(...bytes));
  return {
    version: 'wardseal.org/mark/v0',
    layer,
    tile: text.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', ''),
  };
}

/** A picture put together sample by sample from others of its size; index and samples are given. */
export function mix(pictures: readonly Pixels[], rule: (samples: number[], i: number) => number): MarkedPixels {
  const [{ data, width, height }] = pictures as [Pixels];
  const out = new Uint8ClampedArray(data.length);
  for (let i = 0; i < out.length; i++)
    out[i] = rule(
      pictures.map((picture) => picture.data[i]!),
      i,
    );
  return { data: out, width, height };
}

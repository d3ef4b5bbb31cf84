import { startsWith } from './sniff.js';

/** EXIF 2.32, tag 0x0112: how to turn the stored pixels so that the picture is upright. 1 is upright already. */
export type Orientation = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8;

/** Straight (not premultiplied) 8-bit RGBA in sRGB, row by row from the top left. */
export interface Pixels {
  readonly data: Uint8ClampedArray<ArrayBuffer>;
  readonly width: number;
  readonly height: number;
}

/** What an EXIF block says; `kinds` names what else it holds, never a value of it. */
export interface ExifFacts {
  readonly orientation: Orientation;
  /** DCF option file: pixels are Adobe RGB although there is no colour profile. */
  readonly adobeRgb: boolean;
  readonly kinds: readonly string[];
}

/** Most entries of one EXIF directory: cameras write about 40; the count field could claim 65,535. */
const MAX_ENTRIES = 1_000;

/**
 * Reads the few EXIF facts that change how a picture looks.
 *
 * A block that cannot be read counts as upright sRGB, which is how every viewer shows such a picture.
 *
 * @param tiff the EXIF block from its TIFF header on (after `Exif\0\0`)
 */
export function readExif(tiff: Uint8Array): ExifFacts {
  const view = new DataView(tiff.buffer, tiff.byteOffset, tiff.byteLength);
  const little = startsWith(tiff, 0, 'II*\0');
  if (tiff.length < 8 || !(little || startsWith(tiff, 0, 'MM\0*'))) {
    return { orientation: 1, adobeRgb: false, kinds: ['exif'] };
  }
  const main = directory(view, view.getUint32(4, little), little);
  const exif = directory(view, pointer(view, main, 0x8769, little), little);
  const interop = directory(view, pointer(view, exif, 0xa005, little), little);
  const kinds = ['exif'];
  if (main.entries.has(0x8825)) kinds.push('gps');
  if (exif.entries.has(0x927c)) kinds.push('maker-note');
  if (main.next !== 0) kinds.push('thumbnail');

  const at = main.entries.get(0x0112);
  const value = at !== undefined && view.getUint16(at + 2, little) === 3 ? view.getUint16(at + 8, little) : 1;
  const index = interop.entries.get(0x0001);
  return {
    orientation: value >= 1 && value <= 8 ? (value as Orientation) : 1,
    adobeRgb: index !== undefined && startsWith(tiff, index + 8, 'R03'),
    kinds,
  };
}

/** Tag to offset of its 12-byte entry, and the offset of the next directory (0: none). */
interface Directory {
  readonly entries: ReadonlyMap<number, number>;
  readonly next: number;
}

function directory(view: DataView, offset: number, little: boolean): Directory {
  const entries = new Map<number, number>();
  if (offset < 8 || offset + 2 > view.byteLength) return { entries, next: 0 };
  const count = Math.min(view.getUint16(offset, little), MAX_ENTRIES);
  let at = offset + 2;
  for (let i = 0; i < count && at + 12 <= view.byteLength; i++, at += 12) {
    const tag = view.getUint16(at, little);
    if (!entries.has(tag)) entries.set(tag, at);
  }
  return { entries, next: at + 4 <= view.byteLength ? view.getUint32(at, little) : 0 };
}

function pointer(view: DataView, from: Directory, tag: number, little: boolean): number {
  const at = from.entries.get(tag);
  return at === undefined ? 0 : view.getUint32(at + 8, little);
}

/**
 * Turns stored pixels upright. Never mirrors by itself: a mirrored picture comes only from orientation 2, 4, 5 or 7,
 * which say that the stored pixels are mirrored.
 *
 * @param pixels as stored
 * @param orientation what EXIF says of them
 */
export function turnUpright(pixels: Pixels, orientation: Orientation): Pixels {
  if (orientation === 1) return pixels;
  const { width: w, height: h } = pixels;
  const swap = orientation >= 5;
  const width = swap ? h : w;
  const height = swap ? w : h;
  // Where the upright pixel (0, 0) is stored, and the steps in the stored picture for one pixel right and down.
  const last = w * h - 1;
  const [start, right, down] = {
    2: [w - 1, -1, w],
    3: [last, -1, -w],
    4: [last - w + 1, 1, -w],
    5: [0, w, 1],
    6: [last - w + 1, -w, 1],
    7: [last, -w, -1],
    8: [w - 1, w, -1],
  }[orientation] as [number, number, number];
  const from = new Uint32Array(pixels.data.buffer, pixels.data.byteOffset, w * h);
  const to = new Uint32Array(w * h);
  for (let y = 0, i = 0; y < height; y++) {
    let at = start + y * down;
    for (let x = 0; x < width; x++, i++, at += right) to[i] = from[at]!;
  }
  return { data: new Uint8ClampedArray(to.buffer), width, height };
}

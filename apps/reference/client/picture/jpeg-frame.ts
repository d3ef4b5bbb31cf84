import type { Component } from './jpeg-scan.js';
import { checkSize } from './limits.js';
import { PictureError } from './picture-error.js';

/**
 * How the colour numbers are to be read. `unclear`: the file says two different things, and viewers differ.
 * Four-colour (printing) pictures are `cmyk`.
 */
export type JpegColour = 'grey' | 'ycc' | 'rgb' | 'cmyk' | 'unclear';

/** The frame header (T.81 B.2.2): size, coding and colour components. */
export interface Frame {
  readonly width: number;
  readonly height: number;
  readonly progressive: boolean;
  /** Units of an interleaved scan, across and down. */
  readonly columns: number;
  readonly rows: number;
  readonly components: readonly Component[];
}

const malformed = (what: string): PictureError => new PictureError('PICTURE_MALFORMED', what);
const unsupported = (what: string): PictureError => new PictureError('PICTURE_UNSUPPORTED', what);

/**
 * Reads a frame header.
 *
 * @param marker second byte of the SOF marker
 * @throws PictureError `PICTURE_UNSUPPORTED` unless baseline, extended or progressive Huffman coding of 8 bits with
 *   1, 3 or 4 colours, which is what viewers show; `PICTURE_TOO_LARGE`; `PICTURE_MALFORMED`
 */
export function readFrame(marker: number, body: Uint8Array): Frame {
  if (marker > 0xc2) throw unsupported('JPEG that is lossless, arithmetic-coded or hierarchical');
  const count = body[5] ?? 0;
  if (body.length < 6 || body.length !== 6 + count * 3) throw malformed('bad frame header');
  if (body[0] !== 8) throw unsupported('JPEG of more than 8 bits a colour');
  const height = (body[1]! << 8) | body[2]!;
  const width = (body[3]! << 8) | body[4]!;
  if (height === 0) throw unsupported('JPEG that does not say its height');
  checkSize(width, height);
  if (count !== 1 && count !== 3 && count !== 4) throw unsupported('JPEG of an unusual number of colours');
  const specs = Array.from({ length: count }, (_, i) => body.subarray(6 + i * 3, 9 + i * 3));
  const factors = specs.map((spec) => [spec[1]! >> 4, spec[1]! & 15] as const);
  const outside = factors.some(([h, v]) => h < 1 || h > 4 || v < 1 || v > 4);
  if (outside || new Set(specs.map((spec) => spec[0])).size !== count) throw malformed('bad frame header');
  const hMax = Math.max(...factors.map(([h]) => h));
  const vMax = Math.max(...factors.map(([, v]) => v));
  const columns = Math.ceil(width / (8 * hMax));
  const rows = Math.ceil(height / (8 * vMax));
  const progressive = marker === 0xc2;
  const components = specs.map((spec, i): Component => {
    const [h, v] = factors[i]!;
    const padded = [columns * h, rows * v] as const;
    return {
      id: spec[0]!,
      h,
      v,
      quantiser: spec[2]!,
      blocks: [Math.ceil(Math.ceil((width * h) / hMax) / 8), Math.ceil(Math.ceil((height * v) / vMax) / 8)],
      padded,
      seen: new Uint8Array(64).fill(255),
      nonZero: new Uint32Array(progressive ? padded[0] * padded[1] * 2 : 0),
    };
  });
  return { width, height, progressive, columns, rows, components };
}

/**
 * Notes which bits of which coefficients a scan brings; each must follow on from the scan before (T.81 G.1.1.1).
 *
 * @throws PictureError `PICTURE_MALFORMED`
 */
export function advance(component: Component, first: number, last: number, high: number, low: number): void {
  if (first > 0 && component.seen[0] === 255) throw malformed('scans out of order');
  for (let k = first; k <= last; k++) {
    if (component.seen[k] !== (high === 0 ? 255 : high)) throw malformed('scans out of order');
    component.seen[k] = low;
  }
}

/**
 * Which colours are meant, by the rules of libjpeg, which browsers and sharp follow.
 *
 * @param jfif whether a JFIF segment was met
 * @param adobe colour transform of the Adobe segment, null without one
 */
export function colourOf(frame: Frame, jfif: boolean, adobe: number | null): JpegColour {
  if (frame.components.length === 1) return 'grey';
  if (frame.components.length === 4) return 'cmyk';
  const letters = String.fromCharCode(...frame.components.map(({ id }) => id)) === 'RGB';
  if (adobe === 0) return jfif ? 'unclear' : 'rgb';
  if (adobe !== null) return adobe === 1 && !letters ? 'ycc' : 'unclear';
  if (letters) return jfif ? 'unclear' : 'rgb';
  return 'ycc';
}

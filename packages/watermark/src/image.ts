import { hex, sha256Stream, uint } from '@wardseal/primitives';
import { WatermarkError } from './errors.js';
import { MAX_PIXELS, MAX_SIDE, MIN_SIDE } from './limits.js';

export interface Size {
  readonly width: number;
  readonly height: number;
}

/**
 * An 8-bit sRGB picture, row by row from the top left: 4 bytes a pixel (RGBA, alpha not premultiplied, as `ImageData`),
 * 3 (RGB) or 1 (grey). The number of channels follows from the length of `data`.
 */
export interface Pixels {
  readonly data: Uint8Array | Uint8ClampedArray;
  readonly width: number;
  readonly height: number;
}

/** A picture made by this package; fits `new ImageData(data, width, height)` when it has four channels. */
export interface MarkedPixels {
  readonly data: Uint8ClampedArray<ArrayBuffer>;
  readonly width: number;
  readonly height: number;
}

/** One plane of numbers, row by row. */
export interface Plane {
  readonly data: Float32Array;
  readonly width: number;
  readonly height: number;
}

/** For what beginners pass instead. */
const NOT_PIXELS =
  'must be { data, width, height }, not a file, a path or a promise; ./sharp and ./canvas make pixels of files';

/** What to do about a picture with so many bytes a pixel. */
const HINTS: ReadonlyMap<number, string> = new Map([
  [2, '; convert grey with alpha to RGBA, 16-bit samples to 8-bit sRGB'],
  [6, '; convert 16-bit samples to 8-bit sRGB'],
  [8, '; convert 16-bit samples to 8-bit sRGB'],
]);

/** Checks a picture from outside and says how many channels it has. */
export function checkPixels(pixels: Pixels, field: string, smallest: number = MIN_SIDE): number {
  const invalid = (message: string): never => {
    throw new WatermarkError('IMAGE_INVALID', `\`${field}\` ${message}`, { field });
  };
  if (typeof pixels !== 'object' || pixels === null) return invalid(NOT_PIXELS);
  const { data, width, height } = pixels;
  if (width === undefined && height === undefined) return invalid(NOT_PIXELS);
  if (!Number.isInteger(width) || !Number.isInteger(height) || width < 1 || height < 1) {
    return invalid('must have a width and a height of at least one pixel');
  }
  if (width * height > MAX_PIXELS) {
    const facts = { field, limit: MAX_PIXELS, actual: width * height };
    throw new WatermarkError('IMAGE_TOO_LARGE', `\`${field}\` has more than ${MAX_PIXELS} pixels`, facts);
  }
  if (Math.max(width, height) > MAX_SIDE) {
    const facts = { field, limit: MAX_SIDE, actual: Math.max(width, height) };
    throw new WatermarkError('IMAGE_TOO_LARGE', `\`${field}\` has a side of more than ${MAX_SIDE} pixels`, facts);
  }
  if (!(data instanceof Uint8Array || data instanceof Uint8ClampedArray)) {
    return invalid('must hold 8-bit samples in a Uint8Array or Uint8ClampedArray; convert other samples to 8-bit sRGB');
  }
  const channels = data.length / (width * height);
  if (channels !== 1 && channels !== 3 && channels !== 4) {
    return invalid(`must hold 1, 3 or 4 bytes a pixel${HINTS.get(channels) ?? ''}`);
  }
  if (Math.min(width, height) < smallest) {
    const facts = { field, limit: smallest, actual: Math.min(width, height) };
    throw new WatermarkError('IMAGE_TOO_SMALL', `\`${field}\` has a side of less than ${smallest} pixels`, facts);
  }
  return channels;
}

/** SHA-256 over width, height (four bytes each, big endian), channels (one byte) and the samples, as hexadecimal. */
export function hashPixels(pixels: Pixels, channels: number): string {
  return hex(
    sha256Stream()
      .update(uint(pixels.width, 4))
      .update(uint(pixels.height, 4))
      .update(Uint8Array.of(channels))
      .update(bytesOf(pixels))
      .digest(),
  );
}

/** The samples as plain bytes: loops that meet one kind of array only run several times as fast. */
export function bytesOf({ data }: Pixels): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.length);
}

/** Luma of one row of `width` pixels (ITU-R BT.601 weights, the ones JPEG uses), into `out`. */
export function lumaRow(data: Uint8Array, width: number, channels: number, y: number, out: Float64Array): void {
  let at = y * width * channels;
  if (channels === 1) {
    for (let x = 0; x < width; x++) out[x] = data[at + x]!;
    return;
  }
  for (let x = 0; x < width; x++, at += channels) {
    out[x] = 0.299 * data[at]! + 0.587 * data[at + 1]! + 0.114 * data[at + 2]!;
  }
}

/** Luma averaged over the area of each target pixel (box filter, exact), for a target no larger than the picture. */
export function shrinkLuma(pixels: Pixels, channels: number, width: number, height: number): Plane {
  const row = new Float64Array(pixels.width);
  const bytes = bytesOf(pixels);
  return shrink(pixels.width, pixels.height, width, height, (y) => {
    lumaRow(bytes, pixels.width, channels, y, row);
    return row;
  });
}

/** The same for a plane. */
export function shrinkPlane(plane: Plane, width: number, height: number): Plane {
  if (width === plane.width && height === plane.height) return plane;
  return shrink(plane.width, plane.height, width, height, (y) =>
    plane.data.subarray(y * plane.width, (y + 1) * plane.width),
  );
}

/** Down first, so that the costly fractions across are met once per target row, not once per source row. */
function shrink(
  fromWidth: number,
  fromHeight: number,
  width: number,
  height: number,
  rowAt: (y: number) => Float32Array | Float64Array,
): Plane {
  const out = new Float32Array(width * height);
  const sums = new Float64Array(fromWidth);
  const stepX = fromWidth / width;
  const stepY = fromHeight / height;
  let y = 0;
  for (let source = 0; source < fromHeight; source++) {
    const row = rowAt(source);
    // One source row may end a target row and begin the next.
    let from = source;
    while (y < height) {
      const end = y + 1 === height ? fromHeight : (y + 1) * stepY;
      const upTo = Math.min(end, source + 1);
      const weight = (upTo - from) / stepY;
      for (let x = 0; x < fromWidth; x++) sums[x]! += row[x]! * weight;
      from = upTo;
      if (upTo < end) break;
      reduce(sums, stepX, out.subarray(y * width, (y + 1) * width));
      sums.fill(0);
      y++;
      if (end >= source + 1) break;
    }
  }
  return { data: out, width, height };
}

/** Means over stretches of `step` numbers, ends counted by their part. */
function reduce(sums: Float64Array, step: number, out: Float32Array): void {
  let before = 0;
  let whole = 0;
  let prefix = 0;
  for (let x = 0; x < out.length; x++) {
    const edge = x + 1 === out.length ? sums.length : (x + 1) * step;
    while (whole + 1 <= edge) prefix += sums[whole++]!;
    const after = whole < sums.length ? prefix + (edge - whole) * sums[whole]! : prefix;
    out[x] = (after - before) / step;
    before = after;
  }
}

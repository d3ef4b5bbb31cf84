import { checkPixels, type Pixels } from '../image.js';

/** A picture as its samples lie, with the number of channels said once. The fourth channel is alpha. */
export interface Raster {
  readonly data: Uint8ClampedArray;
  readonly width: number;
  readonly height: number;
  readonly channels: number;
}

/** One thing that happens to a copy. Never changes what it is given; what it returns is rounded to 8 bits. */
export type Step = (raster: Raster) => Raster | Promise<Raster>;

/** A picture from outside as a raster; the samples are not copied. */
export function rasterOf(pixels: Pixels): Raster {
  const channels = checkPixels(pixels, 'pixels', 1);
  const { data, width, height } = pixels;
  return { data: new Uint8ClampedArray(data.buffer, data.byteOffset, data.length), width, height, channels };
}

/** How many channels are colour: those that tone, noise and drawing change. */
export const colours = (raster: Raster): number => Math.min(3, raster.channels);

/** A canvas of one level, opaque. */
export function canvas(width: number, height: number, channels: number, level: number): Raster {
  const data = new Uint8ClampedArray(width * height * channels).fill(level);
  if (channels === 4) for (let i = 3; i < data.length; i += 4) data[i] = 255;
  return { data, width, height, channels };
}

/** Lays a picture on a canvas of as many channels; it must fit. */
export function lay(onto: Raster, picture: Raster, left: number, top: number): void {
  const line = picture.width * picture.channels;
  for (let y = 0; y < picture.height; y++) {
    const at = ((top + y) * onto.width + left) * onto.channels;
    onto.data.set(picture.data.subarray(y * line, (y + 1) * line), at);
  }
}

/** Fills a rectangle, cut at the borders; alpha stays. */
export function fill(onto: Raster, left: number, top: number, width: number, height: number, level: number): void {
  const count = colours(onto);
  const [right, bottom] = [Math.min(onto.width, left + width), Math.min(onto.height, top + height)];
  for (let y = Math.max(0, top); y < bottom; y++) {
    for (let x = Math.max(0, left); x < right; x++) {
      const at = (y * onto.width + x) * onto.channels;
      onto.data.fill(level, at, at + count);
    }
  }
}

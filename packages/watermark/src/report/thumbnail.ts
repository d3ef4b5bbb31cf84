import type { Pixels, Plane } from '../image.js';

/** Red, green and blue of a small picture. */
export type Colours = readonly [red: Plane, green: Plane, blue: Plane];

/** A picture averaged down to a size no larger than its own; what is transparent shows white. */
export function shrinkColours(pixels: Pixels, channels: number, width: number, height: number): Colours {
  const planes = [0, 1, 2].map(() => new Float32Array(width * height));
  const counts = new Float32Array(width * height);
  const columns = Uint32Array.from({ length: pixels.width }, (_, x) => Math.floor((x * width) / pixels.width));
  const { data } = pixels;
  for (let y = 0, at = 0; y < pixels.height; y++) {
    const row = Math.floor((y * height) / pixels.height) * width;
    for (let x = 0; x < pixels.width; x++, at += channels) {
      const to = row + columns[x]!;
      const alpha = channels === 4 ? data[at + 3]! / 255 : 1;
      for (let c = 0; c < 3; c++) {
        planes[c]![to]! += 255 + (data[channels === 1 ? at : at + c]! - 255) * alpha;
      }
      counts[to]!++;
    }
  }
  for (const plane of planes) for (let i = 0; i < plane.length; i++) plane[i]! /= counts[i]!;
  const [red, green, blue] = planes.map((plane) => ({ data: plane, width, height }));
  return [red!, green!, blue!];
}

/** Three planes as RGB. */
export function joinColours([red, green, blue]: Colours): Pixels {
  const data = new Uint8ClampedArray(red.data.length * 3);
  for (let i = 0; i < red.data.length; i++) {
    data[3 * i] = red.data[i]!;
    data[3 * i + 1] = green.data[i]!;
    data[3 * i + 2] = blue.data[i]!;
  }
  return { data, width: red.width, height: red.height };
}

import { colours, type Raster, type Step } from './raster.js';

/** Changes every colour sample alike, by a curve over 0 to 255; alpha stays. */
export function tone(curve: (value: number) => number): Step {
  const table = Uint8ClampedArray.from({ length: 256 }, (_, value) => curve(value));
  return (raster) => mapColours(raster, (value) => table[value]!);
}

export const brightness = (factor: number): Step => tone((value) => value * factor);
/** About the middle grey 128. */
export const contrast = (factor: number): Step => tone((value) => 128 + (value - 128) * factor);
export const gamma = (power: number): Step => tone((value) => 255 * (value / 255) ** power);

/** All colours become the luma of ITU-R BT.601; the number of channels stays. */
export const greyscale: Step = (raster) => {
  const { channels } = raster;
  if (channels === 1) return raster;
  const data = raster.data.slice();
  for (let at = 0; at < data.length; at += channels) {
    const luma = 0.299 * data[at]! + 0.587 * data[at + 1]! + 0.114 * data[at + 2]!;
    data.fill(luma, at, at + 3);
  }
  return { ...raster, data };
};

/** A copy with every colour sample changed; `change` is told the sample, its channel and its pixel. */
export function mapColours(
  raster: Raster,
  change: (value: number, channel: number, x: number, y: number) => number,
): Raster {
  const { width, height, channels } = raster;
  const count = colours(raster);
  const data = raster.data.slice();
  let at = 0;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at += channels) {
      for (let c = 0; c < count; c++) data[at + c] = change(data[at + c]!, c, x, y);
    }
  }
  return { ...raster, data };
}

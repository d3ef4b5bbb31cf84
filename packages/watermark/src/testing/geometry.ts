import { seeded } from '../random.js';
import { canvas, lay, type Raster, type Step } from './raster.js';
import { project, scale } from './resample.js';

/** Scales both sides by a factor. */
export function resize(factor: number): Step {
  return (raster) => scale(raster, Math.round(raster.width * factor), Math.round(raster.height * factor));
}

/** Shrinks to a longest side, never enlarges: what a messenger does before it compresses. */
export function inside(side: number): Step {
  return (raster) => {
    const factor = side / Math.max(raster.width, raster.height);
    return factor < 1 ? resize(factor)(raster) : raster;
  };
}

/** Takes a part of the area away, keeping the aspect, at a random place. */
export function crop(part: number, seed: number): Step {
  return (raster) => {
    const next = seeded(seed);
    const width = Math.floor(raster.width * Math.sqrt(1 - part));
    const height = Math.floor(raster.height * Math.sqrt(1 - part));
    const left = Math.floor(next() * (raster.width - width + 1));
    const top = Math.floor(next() * (raster.height - height + 1));
    const { channels } = raster;
    const data = new Uint8ClampedArray(width * height * channels);
    for (let y = 0; y < height; y++) {
      const at = ((top + y) * raster.width + left) * channels;
      data.set(raster.data.subarray(at, at + width * channels), y * width * channels);
    }
    return { data, width, height, channels };
  };
}

/** Turns about the centre, bilinear, on the same canvas, with black corners. */
export function rotate(degrees: number): Step {
  const cos = Math.cos((degrees * Math.PI) / 180);
  const sin = Math.sin((degrees * Math.PI) / 180);
  return (raster) => {
    const { width, height } = raster;
    const [cx, cy] = [width / 2, height / 2];
    const map = [cos, sin, cx - cos * cx - sin * cy, -sin, cos, cy + sin * cx - cos * cy, 0, 0, 1] as const;
    return project(raster, width, height, map, 0);
  };
}

/** A quarter turn, clockwise. */
export const quarterTurn: Step = (raster) =>
  rearrange(raster, raster.height, raster.width, (x, y) => (raster.height - 1 - x) * raster.width + y);

export const halfTurn: Step = (raster) =>
  rearrange(
    raster,
    raster.width,
    raster.height,
    (x, y) => (raster.height - 1 - y) * raster.width + raster.width - 1 - x,
  );

/** Left becomes right. */
export const flip: Step = (raster) =>
  rearrange(raster, raster.width, raster.height, (x, y) => y * raster.width + raster.width - 1 - x);

function rearrange(raster: Raster, width: number, height: number, from: (x: number, y: number) => number): Raster {
  const { data, channels } = raster;
  const out = new Uint8ClampedArray(data.length);
  let at = 0;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const source = from(x, y) * channels;
      for (let c = 0; c < channels; c++) out[at++] = data[source + c]!;
    }
  }
  return { data: out, width, height, channels };
}

/** A larger canvas of one level around the picture. */
export function surround(
  raster: Raster,
  margins: { left: number; top: number; right: number; bottom: number },
  level: number,
): Raster {
  const width = raster.width + margins.left + margins.right;
  const height = raster.height + margins.top + margins.bottom;
  const out = canvas(width, height, raster.channels, level);
  lay(out, raster, margins.left, margins.top);
  return out;
}

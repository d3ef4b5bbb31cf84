import { WatermarkError } from '../errors.js';
import type { Homography } from '../register/homography.js';
import { canvas, type Raster } from './raster.js';

/** Scales to a size: area average when it shrinks, Catmull-Rom when it grows. */
export function scale(raster: Raster, width: number, height: number): Raster {
  if (!(width >= 1 && height >= 1)) throw new WatermarkError('IMAGE_TOO_SMALL', 'nothing would be left', { limit: 1 });
  const kernel = width <= raster.width && height <= raster.height ? areas : catmullRom;
  const across = kernel(raster.width, width);
  const down = kernel(raster.height, height);
  const { channels } = raster;
  const out = new Uint8ClampedArray(width * height * channels);
  const lines = new Map<number, Float32Array>();
  const sums = new Float32Array(width * channels);
  for (let y = 0; y < height; y++) {
    const taps = down[y]!;
    for (const row of lines.keys()) if (row < taps[0]!.from) lines.delete(row);
    sums.fill(0);
    for (const { from, weight } of taps) {
      let line = lines.get(from);
      if (line === undefined) {
        line = scaleLine(raster, from, across);
        lines.set(from, line);
      }
      for (let i = 0; i < sums.length; i++) sums[i]! += weight * line[i]!;
    }
    out.set(sums, y * sums.length);
  }
  return { data: out, width, height, channels };
}

interface Tap {
  readonly from: number;
  readonly weight: number;
}

function scaleLine(raster: Raster, y: number, across: readonly (readonly Tap[])[]): Float32Array {
  const { data, width, channels } = raster;
  const out = new Float32Array(across.length * channels);
  const base = y * width * channels;
  let at = 0;
  for (const taps of across) {
    for (let k = 0; k < taps.length; k++) {
      const { from, weight } = taps[k]!;
      const source = base + from * channels;
      for (let c = 0; c < channels; c++) out[at + c]! += weight * data[source + c]!;
    }
    at += channels;
  }
  return out;
}

/** For each target sample, the source samples it covers and how much of it each is. */
function areas(from: number, to: number): Tap[][] {
  const step = from / to;
  return Array.from({ length: to }, (_, i) => {
    const [start, end] = [i * step, Math.min(from, (i + 1) * step)];
    const taps: Tap[] = [];
    for (let at = Math.floor(start); at < end; at++) {
      taps.push({ from: at, weight: (Math.min(end, at + 1) - Math.max(start, at)) / (end - start) });
    }
    return taps;
  });
}

/** For each target sample, its four neighbours; borders repeat, in rising order so that a row is never needed twice. */
function catmullRom(from: number, to: number): Tap[][] {
  return Array.from({ length: to }, (_, i) => {
    const at = ((i + 0.5) * from) / to - 0.5;
    const whole = Math.floor(at);
    const f = at - whole;
    const weights = [
      f * (-0.5 + f * (1 - 0.5 * f)),
      1 + f * f * (-2.5 + 1.5 * f),
      f * (0.5 + f * (2 - 1.5 * f)),
      f * f * (-0.5 + 0.5 * f),
    ];
    return weights.map((weight, k) => ({ from: Math.min(from - 1, Math.max(0, whole - 1 + k)), weight }));
  });
}

/**
 * Looks each pixel of a new canvas up where `map` sends it (continuous coordinates, bilinear); points outside the picture
 * take the level `outside`, opaque.
 */
export function project(raster: Raster, width: number, height: number, map: Homography, outside: number): Raster {
  const { data, channels } = raster;
  const out = canvas(width, height, channels, outside);
  const [right, bottom] = [raster.width - 1, raster.height - 1];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const depth = map[6] * (x + 0.5) + map[7] * (y + 0.5) + map[8];
      const u = (map[0] * (x + 0.5) + map[1] * (y + 0.5) + map[2]) / depth;
      const v = (map[3] * (x + 0.5) + map[4] * (y + 0.5) + map[5]) / depth;
      if (!(u >= 0 && v >= 0 && u <= raster.width && v <= raster.height)) continue;
      const px = Math.min(right, Math.max(0, u - 0.5));
      const py = Math.min(bottom, Math.max(0, v - 0.5));
      const [i, j] = [Math.floor(px), Math.floor(py)];
      const [fx, fy] = [px - i, py - j];
      const upper = (j * raster.width + i) * channels;
      const lower = j < bottom ? upper + raster.width * channels : upper;
      const next = i < right ? channels : 0;
      const at = (y * width + x) * channels;
      for (let c = 0; c < channels; c++) {
        const above = data[upper + c]! * (1 - fx) + data[upper + next + c]! * fx;
        const below = data[lower + c]! * (1 - fx) + data[lower + next + c]! * fx;
        out.data[at + c] = above * (1 - fy) + below * fy;
      }
    }
  }
  return out;
}

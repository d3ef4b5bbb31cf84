import { fft2 } from './fft.js';
import { boxMean } from './filters.js';

/** Side of the windows whose spectra are averaged: as wide as a tile, so that the mark's own lines are not told apart. */
const SIDE = 128;
/** A frequency this many times as strong as its neighbours is a grating: moire, a screen's pixels, a printer's dots. */
const STANDS_OUT = 6;
/** Radius of the neighbourhood, in frequencies. */
const NEIGHBOURS = 4;

/** A difference without gratings: frequencies that stand out of their neighbourhood are brought down to it. */
export function withoutGratings(data: Float32Array, width: number, height: number): Float32Array {
  const gains = gainsOf(data, width, height);
  if (gains === null) return data;
  const across = 2 ** Math.ceil(Math.log2(Math.max(width, SIDE)));
  const down = 2 ** Math.ceil(Math.log2(Math.max(height, SIDE)));
  const re = new Float64Array(across * down);
  const im = new Float64Array(across * down);
  for (let y = 0; y < height; y++) re.set(data.subarray(y * width, (y + 1) * width), y * across);
  fft2(re, im, across, down);
  for (let y = 0; y < down; y++) {
    const row = (Math.round((y * SIDE) / down) % SIDE) * SIDE;
    for (let x = 0; x < across; x++) {
      const gain = gains[row + (Math.round((x * SIDE) / across) % SIDE)]!;
      re[y * across + x]! *= gain;
      im[y * across + x]! *= gain;
    }
  }
  fft2(re, im, across, down, true);
  const out = new Float32Array(data.length);
  const scale = 1 / re.length;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) out[y * width + x] = re[y * across + x]! * scale;
  }
  return out;
}

/** What to multiply each frequency by; null when none stands out. */
function gainsOf(data: Float32Array, width: number, height: number): Float32Array | null {
  const power = averagePower(data, width, height);
  // A mean that leaves out what stands out: three rounds bring it near the median.
  const plane = { data: power.slice(), width: SIDE, height: SIDE };
  let level = boxMean(plane, NEIGHBOURS).data;
  for (let round = 0; round < 3; round++) {
    for (let i = 0; i < power.length; i++) plane.data[i] = Math.min(power[i]!, 2 * level[i]!);
    level = boxMean(plane, NEIGHBOURS).data;
  }
  let any = false;
  const gains = new Float32Array(power.length).fill(1);
  for (let i = 0; i < power.length; i++) {
    if (!(power[i]! > STANDS_OUT * level[i]!)) continue;
    gains[i] = Math.sqrt(level[i]! / power[i]!);
    any = true;
  }
  return any ? gains : null;
}

/** Mean power spectrum of windows side by side, each at equal energy (Welch, 1967). */
function averagePower(data: Float32Array, width: number, height: number): Float32Array {
  const taper = Float64Array.from({ length: SIDE }, (_, i) => 0.5 - 0.5 * Math.cos((2 * Math.PI * (i + 0.5)) / SIDE));
  const power = new Float32Array(SIDE * SIDE);
  const re = new Float64Array(SIDE * SIDE);
  const im = new Float64Array(SIDE * SIDE);
  for (let top = 0; top < height; top += SIDE) {
    for (let left = 0; left < width; left += SIDE) {
      re.fill(0);
      im.fill(0);
      let energy = 0;
      for (let y = 0; y < Math.min(SIDE, height - top); y++) {
        for (let x = 0; x < Math.min(SIDE, width - left); x++) {
          const value = data[(top + y) * width + left + x]! * taper[y]! * taper[x]!;
          re[y * SIDE + x] = value;
          energy += value * value;
        }
      }
      if (energy === 0) continue;
      fft2(re, im, SIDE, SIDE);
      for (let i = 0; i < power.length; i++) power[i]! += (re[i]! * re[i]! + im[i]! * im[i]!) / energy;
    }
  }
  return power;
}

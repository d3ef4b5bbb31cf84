import { gaussian } from '../filters.js';
import { colours, type Raster, type Step } from './raster.js';

/** Gaussian blur; borders repeat. Alpha is blurred with the rest, as a viewer would. */
export function smooth(sigma: number): Step {
  const kernel = gaussian(sigma);
  const radius = kernel.length - 1;
  return (raster) => {
    const { width, height, channels } = raster;
    const data = new Uint8ClampedArray(raster.data.length);
    const size = width * channels;
    const span = 2 * radius + 1;
    const ring = Array.from({ length: span }, () => new Float32Array(size));
    const padded = new Float32Array(size + 2 * radius * channels);
    const sums = new Float32Array(size);
    let ready = -1;
    const row = (y: number): Float32Array => ring[Math.min(height - 1, Math.max(0, y)) % span]!;
    for (let y = 0; y < height; y++) {
      for (; ready < Math.min(height - 1, y + radius); ready++) {
        blurLine(raster, ready + 1, kernel, padded, ring[(ready + 1) % span]!);
      }
      const middle = row(y);
      for (let i = 0; i < size; i++) sums[i] = kernel[0]! * middle[i]!;
      for (let k = 1; k <= radius; k++) {
        const [up, down, weight] = [row(y - k), row(y + k), kernel[k]!];
        for (let i = 0; i < size; i++) sums[i]! += weight * (up[i]! + down[i]!);
      }
      data.set(sums, y * size);
    }
    return { ...raster, data };
  };
}

function blurLine(raster: Raster, y: number, kernel: readonly number[], padded: Float32Array, out: Float32Array): void {
  const { width, channels } = raster;
  const radius = kernel.length - 1;
  const line = raster.data.subarray(y * width * channels, (y + 1) * width * channels);
  const first = radius * channels;
  padded.set(line, first);
  for (let i = 0; i < first; i++) {
    padded[i] = line[i % channels]!;
    padded[first + line.length + i] = line[line.length - channels + (i % channels)]!;
  }
  for (let i = 0; i < line.length; i++) {
    let sum = kernel[0]! * padded[first + i]!;
    for (let k = 1; k <= radius; k++) {
      sum += kernel[k]! * (padded[first + i - k * channels]! + padded[first + i + k * channels]!);
    }
    out[i] = sum;
  }
}

/** Median over a square of an odd side, each colour by itself; borders repeat. A running histogram (Huang, 1979). */
export function median(side: number): Step {
  const radius = (side - 1) / 2;
  const half = (side * side - 1) / 2;
  return (raster) => {
    const { data: from, width, height, channels } = raster;
    const data = from.slice();
    const counts = new Int32Array(256);
    const rows = new Int32Array(side);
    const columns = Int32Array.from(
      { length: width + 2 * radius },
      (_, x) => Math.min(width - 1, Math.max(0, x - radius)) * channels,
    );
    for (let y = 0; y < height; y++) {
      for (let k = 0; k < side; k++) {
        rows[k] = Math.min(height - 1, Math.max(0, y + k - radius)) * width * channels;
      }
      for (let c = 0; c < colours(raster); c++) {
        counts.fill(0);
        let middle = 0;
        let below = 0;
        for (let x = 0; x < columns.length; x++) {
          for (let k = 0; k < side; k++) {
            const value = from[rows[k]! + columns[x]! + c]!;
            counts[value]!++;
            // One when it is smaller: noise would make a branch guess wrong every other time.
            below += (value - middle) >>> 31;
          }
          if (x < side - 1) continue;
          while (below > half) below -= counts[--middle]!;
          while (below + counts[middle]! <= half) below += counts[middle++]!;
          data[(y * width + x - 2 * radius) * channels + c] = middle;
          for (let k = 0; k < side; k++) {
            const value = from[rows[k]! + columns[x - 2 * radius]! + c]!;
            counts[value]!--;
            below -= (value - middle) >>> 31;
          }
        }
      }
    }
    return { ...raster, data };
  };
}

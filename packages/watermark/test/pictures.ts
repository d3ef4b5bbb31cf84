import type { Pixels } from '../src/image.js';
import { seeded as random } from '../src/random.js';

export { random };

/** Smooth noise on a lattice of `cell` pixels, 0 to 1. */
function noise(seed: number, cell: number, width: number, height: number): (x: number, y: number) => number {
  const next = random(seed);
  const across = Math.ceil(width / cell) + 2;
  const grid = Float32Array.from({ length: across * (Math.ceil(height / cell) + 2) }, next);
  return (x, y) => {
    const i = Math.floor(x / cell);
    const j = Math.floor(y / cell);
    const smooth = (t: number): number => t * t * (3 - 2 * t);
    const fx = smooth(x / cell - i);
    const fy = smooth(y / cell - j);
    const at = j * across + i;
    const upper = grid[at]! * (1 - fx) + grid[at + 1]! * fx;
    const lower = grid[at + across]! * (1 - fx) + grid[at + across + 1]! * fx;
    return upper * (1 - fy) + lower * fy;
  };
}

/**
 * An invented close-up of skin: pores, creases, a reddened patch and a paper ruler. Nobody's skin.
 * `channels` 4 gives alpha 255.
 */
export function skin(width: number, height: number, seed = 1, channels: 1 | 3 | 4 = 4): Pixels {
  const layers = [64, 24, 9, 4, 2].map((cell, k) => noise(seed * 31 + k, cell, width, height));
  const strengths = [30, 22, 16, 12, 10];
  const grain = random(seed + 999);
  const data = new Uint8ClampedArray(width * height * channels);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      let level = 0;
      layers.forEach((layer, k) => {
        level += (layer(x, y) - 0.5) * strengths[k]!;
      });
      level += (grain() - 0.5) * 5;
      const dx = (x - width * 0.6) / (width * 0.2);
      const dy = (y - height * 0.4) / (height * 0.2);
      const lesion = Math.max(0, 1 - dx * dx - dy * dy);
      const ruler = y > height * 0.9 && x < width * 0.6;
      const tick = ruler && x % 16 < 2;
      const colours = ruler
        ? tick
          ? [30, 30, 30]
          : [235, 232, 228]
        : [201 - 20 * lesion, 152 - 60 * lesion, 130 - 50 * lesion];
      const at = (y * width + x) * channels;
      for (let c = 0; c < Math.min(3, channels); c++) data[at + c] = colours[c]! + (tick ? 0 : level);
      if (channels === 4) data[at + 3] = 255;
    }
  }
  return { data, width, height };
}

/** Viewing ids as an access log would list them. */
export function viewings(count: number): string[] {
  return Array.from({ length: count }, (_, i) => `view-${i}`);
}

/** Whether samples are the same: of 100,000 and more, a comparison that could also tell the difference takes a second. */
export function same(one: ArrayLike<number>, two: ArrayLike<number>): boolean {
  for (let i = 0; i < one.length; i++) if (one[i] !== two[i]) return false;
  return one.length === two.length;
}

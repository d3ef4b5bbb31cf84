import type { Pixels } from '../src/index.js';
import { seeded } from '../src/random.js';

/** Tones from very light to very dark, as red, green and blue. Invented. */
export const TONES: readonly (readonly [number, number, number])[] = [
  [236, 205, 190],
  [205, 160, 140],
  [140, 95, 75],
  [70, 46, 38],
];

/** Skin with nothing on it: slow shading, fine grain, and as many faint pores as are asked for. Nobody's skin. */
export function smoothSkin(
  width: number,
  height: number,
  seed: number,
  pores: number,
  tone: readonly [number, number, number] = TONES[1]!,
): Pixels {
  const next = seeded(seed * 97 + 3);
  const waves = Array.from({ length: 7 }, () => ({
    across: (next() - 0.5) * 0.02,
    down: (next() - 0.5) * 0.02,
    phase: 2 * Math.PI * next(),
    height: 7 * next(),
  }));
  const levels = new Float32Array(width * height);
  for (let pore = 0; pore < pores; pore++) {
    const [cx, cy, radius, depth] = [next() * width, next() * height, 1 + 2 * next(), 2 + 3 * next()];
    for (let y = Math.max(0, Math.floor(cy - 8)); y < Math.min(height, cy + 8); y++) {
      for (let x = Math.max(0, Math.floor(cx - 8)); x < Math.min(width, cx + 8); x++) {
        levels[y * width + x]! -= depth * Math.exp(-((x - cx) ** 2 + (y - cy) ** 2) / (2 * radius * radius));
      }
    }
  }
  const data = new Uint8ClampedArray(width * height * 3);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      let shade = levels[y * width + x]!;
      for (const wave of waves) shade += wave.height * Math.sin(wave.across * x + wave.down * y + wave.phase);
      for (let c = 0; c < 3; c++) {
        data[(y * width + x) * 3 + c] = tone[c]! + shade + 2 * (next() + next() + next() - 1.5);
      }
    }
  }
  return { data, width, height };
}

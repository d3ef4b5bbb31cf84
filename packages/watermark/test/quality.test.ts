import { expect, test } from 'vitest';
import { deriveImageKey, embed, type Pixels, prepareChips } from '../src/index.js';
import { random, skin } from './pictures.js';
import { structuralSimilarity } from './similarity.js';

const chips = prepareChips(deriveImageKey(new Uint8Array(32).fill(7), 'img-1'), 'view-42');

/** An invented fundus: a lit disc on black, a bright nerve head, branching dark lines, a little grain. */
function fundus(side: number): Pixels {
  const grain = random(4);
  const data = new Uint8ClampedArray(side * side * 3);
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      const [u, v] = [(2 * x) / side - 1, (2 * y) / side - 1];
      const inside = u * u + v * v < 0.9;
      const nerve = 90 * Math.exp(-((u - 0.45) ** 2 + v * v) / 0.01);
      const vessel = Math.abs(v - 0.6 * (u - 0.45) ** 2) < 0.012 || Math.abs(v + 0.5 * (u - 0.45) ** 2) < 0.01 ? 25 : 0;
      const level = inside ? 120 - 60 * (u * u + v * v) + nerve - vessel + 4 * (grain() - 0.5) : 3 * grain();
      data.set(inside ? [1.5 * level, 0.6 * level, 0.25 * level] : [level, level, level], (y * side + x) * 3);
    }
  }
  return { data, width: side, height: side };
}

/** A wall of sky, a little brighter towards the ground, with the grain of a good camera. */
function sky(width: number, height: number): Pixels {
  const grain = random(9);
  const data = new Uint8ClampedArray(width * height * 3);
  for (let i = 0; i < width * height; i++) {
    const light = 40 * (i / (width * height)) + 3 * (grain() - 0.5);
    data.set([110 + light, 150 + light, 205 + light], 3 * i);
  }
  return { data, width, height };
}

test.each([
  ['skin', skin(480, 360, 8, 3)],
  ['a fundus', fundus(400)],
  ['sky', sky(400, 300)],
  ['the smoothest of all', { data: new Uint8Array(256 * 256).fill(140), width: 256, height: 256 }],
] as const)('%s stays above 45 dB and 0.99, in windows of 8 and in Gaussian ones of 11', (_, picture) => {
  const { pixels, report } = embed(picture, { chips });
  expect(report.psnr).toBeGreaterThanOrEqual(45);
  expect(report.ssim).toBeGreaterThan(0.99);
  expect(structuralSimilarity(picture, pixels)).toBeGreaterThan(0.99);
});

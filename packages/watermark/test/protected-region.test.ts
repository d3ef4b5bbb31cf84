import fc from 'fast-check';
import { expect, test } from 'vitest';
import { deriveImageKey, embed, prepareChips, type Roi } from '../src/index.js';
import { random, skin } from './pictures.js';

const chips = prepareChips(deriveImageKey(new Uint8Array(32).fill(7), 'img-1'), 'view-42');

test('strength 0 leaves every pixel as it was, wherever the mask is zero and whatever its size', () => {
  const cases = fc.record({
    seed: fc.integer({ min: 1, max: 1e6 }),
    channels: fc.constantFrom(1, 3, 4),
    width: fc.integer({ min: 64, max: 260 }),
    height: fc.integer({ min: 64, max: 200 }),
    across: fc.integer({ min: 1, max: 300 }),
    down: fc.integer({ min: 1, max: 300 }),
  });
  fc.assert(
    fc.property(cases, ({ seed, channels, width, height, across, down }) => {
      const next = random(seed);
      const picture = skin(width, height, seed, channels as 1 | 3 | 4);
      const data = Uint8Array.from({ length: across * down }, () => (next() < 0.5 ? 0 : 256 * next()));
      const { pixels } = embed(picture, { chips, roi: { data, width: across, height: down } });
      for (let y = 0; y < height; y++) {
        const row = Math.floor((y * down) / height) * across;
        for (let x = 0; x < width; x++) {
          if (data[row + Math.floor((x * across) / width)] !== 0) continue;
          for (let c = 0; c < channels; c++) {
            const at = (y * width + x) * channels + c;
            if (pixels.data[at] !== picture.data[at]) throw new Error(`${x}, ${y} changed`);
          }
        }
      }
    }),
    { numRuns: 25 },
  );
});

/** Mean squared change of a picture of skin under a mask of one value. */
function spent(value: number): number {
  const picture = skin(320, 240, 3, 1);
  const roi: Roi = { data: Uint8Array.of(value), width: 1, height: 1 };
  const { pixels } = embed(picture, { chips, roi });
  let squares = 0;
  for (let i = 0; i < picture.data.length; i++) squares += (pixels.data[i]! - picture.data[i]!) ** 2;
  return squares / picture.data.length;
}

test('partial strengths take their part: half the amplitude is well below half of the energy', () => {
  const [none, low, half, most, full] = [0, 64, 128, 192, 255].map(spent) as [number, number, number, number, number];
  expect(none).toBe(0);
  expect(low).toBeLessThan(half);
  expect(half).toBeLessThan(most);
  expect(most).toBeLessThan(full);
  // A quarter, were it not for rounding to whole levels.
  expect(half / full).toBeGreaterThan(0.15);
  expect(half / full).toBeLessThan(0.45);
});

test('a mask of 255 everywhere is no mask', () => {
  const picture = skin(150, 130);
  const roi = { data: new Uint8ClampedArray(15 * 13).fill(255), width: 15, height: 13 };
  expect(embed(picture, { chips, roi }).pixels.data).toEqual(embed(picture, { chips }).pixels.data);
});

test('the picture outside a protected region is marked as if there were none', () => {
  const picture = skin(200, 160);
  const roi = { data: Uint8Array.of(0, 255), width: 2, height: 1 };
  const [masked, whole] = [embed(picture, { chips, roi }).pixels.data, embed(picture, { chips }).pixels.data];
  for (let y = 0; y < 160; y++) {
    const right = (y * 200 + 100) * 4;
    expect(masked.slice(right, right + 400)).toEqual(whole.slice(right, right + 400));
  }
});

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { amplitudes, MOST_TEXTURE, SSIM_C2, type Texture } from '../src/budget.js';
import { tilePattern } from '../src/pattern.js';
import { roundedSquare } from '../src/rounding.js';
import { random } from './pictures.js';

const next = random(12);
const pattern = tilePattern(Uint8Array.from({ length: 512 }, () => 256 * next()));
const ALLOWED = 255 ** 2 / 10 ** 4.5;

/** A picture whose pixels lie in these classes; SSIM's tolerance follows from the class. */
function pictureOf(pixels: ReadonlyMap<number, number>): Texture {
  const energy = new Float64Array(MOST_TEXTURE + 1);
  const loss = new Float64Array(MOST_TEXTURE + 1);
  let total = 0;
  for (const [variance, count] of pixels) {
    energy[variance] = count;
    loss[variance] = count / (2 * variance + SSIM_C2);
    total += count;
  }
  return { pixels: total, energy, loss };
}

/** What a mark of these amplitudes changes, counted on a tile, and the loss of SSIM it brings. */
function spent(texture: Texture, amplitude: Float64Array): { energy: number; loss: number; rms: Map<number, number> } {
  const out = { energy: 0, loss: 0, rms: new Map<number, number>() };
  texture.energy.forEach((count, variance) => {
    if (count === 0) return;
    let square = 0;
    for (const value of pattern) square += roundedSquare(amplitude[variance]! * value) / pattern.length;
    out.energy += (count * square) / texture.pixels;
    out.loss += (texture.loss[variance]! * square) / texture.pixels;
    out.rms.set(variance, Math.sqrt(square));
  });
  return out;
}

describe('the amplitude by texture', () => {
  const variances = fc.integer({ min: 0, max: MOST_TEXTURE });
  const pictures = fc
    .array(fc.tuple(variances, fc.integer({ min: 1, max: 10_000 })), { minLength: 1, maxLength: 8 })
    .map((classes) => new Map(classes));

  test('keeps both budgets, spends at least one unless every place is at its own limit, and grows with texture', () => {
    fc.assert(
      fc.property(pictures, (classes) => {
        const texture = pictureOf(classes);
        const amplitude = amplitudes(texture, ALLOWED, 1);
        const { energy, loss, rms } = spent(texture, amplitude);
        expect(energy).toBeLessThan(ALLOWED * 1.03);
        expect(loss).toBeLessThan(0.0105 * 1.03);
        const limited = [...rms].every(([variance, value]) => value ** 2 > 0.93 * 0.021 * (2 * variance + SSIM_C2));
        expect(energy > 0.97 * ALLOWED || loss > 0.97 * 0.0105 || limited).toBe(true);
        for (let v = 1; v <= MOST_TEXTURE; v++) expect(amplitude[v]).toBeGreaterThanOrEqual(amplitude[v - 1]!);
      }),
      { numRuns: 60 },
    );
  });

  test('is even where texture hides it', () => {
    const amplitude = amplitudes(
      pictureOf(
        new Map([
          [150, 1],
          [300, 3],
          [400, 4],
        ]),
      ),
      ALLOWED,
      1,
    );
    expect(amplitude[400]).toBe(amplitude[150]);
  });

  test('goes into the texture where the rest is smooth', () => {
    const amplitude = amplitudes(
      pictureOf(
        new Map([
          [1, 9],
          [200, 1],
        ]),
      ),
      ALLOWED,
      1,
    );
    expect(amplitude[200]! / amplitude[1]!).toBeGreaterThan(2);
  });

  test('an enlarged mark may be a little stronger: between the samples it is weaker', () => {
    const texture = pictureOf(
      new Map([
        [150, 1],
        [300, 1],
      ]),
    );
    const [one, four] = [amplitudes(texture, ALLOWED, 1), amplitudes(texture, ALLOWED, 4)];
    expect(four[300]! / one[300]!).toBeGreaterThan(1.02);
    expect(four[300]! / one[300]!).toBeLessThan(1.5);
  });

  test('of nothing is nothing', () => {
    expect(amplitudes(pictureOf(new Map([[0, 1]])), 0, 1)[0]).toBeLessThan(0.3);
  });
});

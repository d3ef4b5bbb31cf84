import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { blur, boxMean, boxVariance, gaussian } from '../src/filters.js';
import { type Plane, shrinkLuma, shrinkPlane } from '../src/image.js';
import { meanSsim } from '../src/quality.js';
import { addResidual, energyAtGain, sampleResidual } from '../src/residual.js';
import { DITHER, roundedSquare, THRESHOLDS } from '../src/rounding.js';
import { random, skin } from './pictures.js';

// Every kernel against the plainest program that says the same, in double precision.

const side = fc.integer({ min: 1, max: 24 });
const planes = fc.tuple(fc.integer(), side, side).map(([seed, width, height]): Plane => {
  const next = random(seed);
  const level = 255 * next();
  return { width, height, data: Float32Array.from({ length: width * height }, () => 0.6 * level + 100 * next()) };
});

/** Every pixel of a square around (x, y), cut at the borders. */
function square({ data, width, height }: Plane, x: number, y: number, radius: number): number[] {
  const out: number[] = [];
  for (let v = Math.max(0, y - radius); v <= Math.min(height - 1, y + radius); v++) {
    for (let u = Math.max(0, x - radius); u <= Math.min(width - 1, x + radius); u++) out.push(data[v * width + u]!);
  }
  return out;
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

function same(found: Plane, expected: (x: number, y: number) => number, digits: number): void {
  for (let y = 0; y < found.height; y++) {
    for (let x = 0; x < found.width; x++) {
      const [a, b] = [found.data[y * found.width + x]!, expected(x, y)];
      if (!(Math.abs(a - b) < digits)) throw new Error(`${x}, ${y}: ${a} instead of ${b}`);
    }
  }
}

describe('the filters', () => {
  test('boxMean is the mean of the square', () => {
    fc.assert(
      fc.property(planes, fc.integer({ min: 0, max: 30 }), (plane, radius) => {
        same(boxMean(plane, radius), (x, y) => mean(square(plane, x, y, radius)), 1e-3);
      }),
    );
  });

  test('boxVariance is the variance of the square, never negative', () => {
    fc.assert(
      fc.property(planes, fc.integer({ min: 0, max: 9 }), (plane, radius) => {
        const found = boxVariance(plane, radius);
        expect(found.data.every((value) => value >= 0)).toBe(true);
        const variance = (x: number, y: number): number => {
          const values = square(plane, x, y, radius);
          const middle = mean(values);
          return mean(values.map((value) => (value - middle) ** 2));
        };
        same(found, variance, 0.05);
      }),
    );
  });

  test('blur is the sum over the kernel along both axes, borders repeated', () => {
    fc.assert(
      fc.property(planes, fc.double({ min: 0.3, max: 3, noNaN: true }), (plane, sigma) => {
        const half = gaussian(sigma);
        const radius = half.length - 1;
        const inside = (at: number, length: number): number => Math.min(length - 1, Math.max(0, at));
        const expected = (x: number, y: number): number => {
          let sum = 0;
          for (let dy = -radius; dy <= radius; dy++) {
            for (let dx = -radius; dx <= radius; dx++) {
              const at = inside(y + dy, plane.height) * plane.width + inside(x + dx, plane.width);
              sum += half[Math.abs(dx)]! * half[Math.abs(dy)]! * plane.data[at]!;
            }
          }
          return sum;
        };
        same(blur(plane, half), expected, 1e-2);
      }),
      { numRuns: 40 },
    );
  });

  test('a gaussian sums to one over both sides', () => {
    for (const sigma of [0.1, 0.7, 4]) {
      const half = gaussian(sigma);
      expect(half[0]! + 2 * half.slice(1).reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 12);
    }
  });
});

describe('shrinking', () => {
  /** The mean over the area that a target pixel covers, source pixels counted by the part they share. */
  function area(level: (x: number, y: number) => number, from: number[], to: number[], x: number, y: number): number {
    const share = (target: number, source: number, axis: number): number => {
      const step = from[axis]! / to[axis]!;
      return Math.max(0, Math.min(source + 1, (target + 1) * step) - Math.max(source, target * step)) / step;
    };
    let sum = 0;
    for (let v = 0; v < from[1]!; v++) {
      const down = share(y, v, 1);
      if (down > 0) for (let u = 0; u < from[0]!; u++) sum += down * share(x, u, 0) * level(u, v);
    }
    return sum;
  }

  test('a plane is averaged by area', () => {
    fc.assert(
      fc.property(planes, fc.double({ min: 0, max: 1 }), fc.double({ min: 0, max: 1 }), (plane, a, b) => {
        const [width, height] = [Math.max(1, Math.round(plane.width * a)), Math.max(1, Math.round(plane.height * b))];
        const level = (x: number, y: number): number => plane.data[y * plane.width + x]!;
        const expected = (x: number, y: number): number =>
          area(level, [plane.width, plane.height], [width, height], x, y);
        same(shrinkPlane(plane, width, height), expected, 1e-3);
      }),
    );
  });

  test.each([1, 3, 4] as const)('a picture of %i channels is averaged by area in luma', (channels) => {
    const picture = skin(37, 29, 4, channels);
    const weights = channels === 1 ? [1] : [0.299, 0.587, 0.114];
    const level = (x: number, y: number): number =>
      weights.reduce((sum, weight, c) => sum + weight * picture.data[(y * 37 + x) * channels + c]!, 0);
    for (const [width, height] of [
      [37, 29],
      [13, 10],
      [1, 29],
      [36, 1],
    ] as const) {
      same(shrinkLuma(picture, channels, width, height), (x, y) => area(level, [37, 29], [width, height], x, y), 1e-3);
    }
  });
});

describe('rounding', () => {
  test('the expected square is that of all thresholds', () => {
    fc.assert(
      fc.property(fc.double({ min: -8, max: 8, noNaN: true }), (change) => {
        const squares = Array.from(THRESHOLDS, (threshold) => Math.floor(change + threshold) ** 2);
        // A threshold more or less at the edge of the next level.
        expect(Math.abs(mean(squares) - roundedSquare(change))).toBeLessThan(0.01 * (1 + Math.abs(change)));
      }),
    );
  });

  test('the same size up and down, and the mean square grows with the change', () => {
    for (let change = 0; change < 6; change += 0.01) {
      expect(roundedSquare(-change)).toBeCloseTo(roundedSquare(change), 9);
      expect(roundedSquare(change + 0.01)).toBeGreaterThanOrEqual(roundedSquare(change) - 1e-9);
    }
  });
});

describe('adding the mark', () => {
  const cases = fc.record({
    seed: fc.integer(),
    channels: fc.constantFrom(1, 3, 4),
    width: fc.integer({ min: 2, max: 60 }),
    height: fc.integer({ min: 2, max: 60 }),
    across: fc.integer({ min: 2, max: 60 }),
    down: fc.integer({ min: 2, max: 60 }),
    gain: fc.double({ min: 0, max: 3, noNaN: true }),
  });

  test('is a bilinear enlargement, rounded by the thresholds, the same on every colour, clipped', () => {
    fc.assert(
      fc.property(cases, ({ seed, channels, width, height, across, down, gain }) => {
        const next = random(seed);
        const residual = {
          width: Math.min(across, width),
          height: Math.min(down, height),
          data: Float32Array.from({ length: Math.min(across, width) * Math.min(down, height) }, () => 6 * next() - 3),
        };
        const data = Uint8Array.from({ length: width * height * channels }, () => 320 * next() - 32);
        const strength = Float32Array.from({ length: width }, () => Math.round(next() * 4) / 4);
        const rows = (_: number, out: Float32Array): void => out.set(strength);
        const { marked, squares } = addResidual({ data, width, height }, channels, residual, gain, rows);
        const place = (at: number, side_: number, grid: number): [number, number] => {
          const exact = Math.min(grid - 1, Math.max(0, ((at + 0.5) * grid) / side_ - 0.5));
          const whole = Math.min(grid - 2, Math.floor(exact));
          return [whole, exact - whole];
        };
        let expectedSquares = 0;
        for (let y = 0; y < height; y++) {
          for (let x = 0; x < width; x++) {
            const [i, fx] = place(x, width, residual.width);
            const [j, fy] = place(y, height, residual.height);
            const value = (u: number, v: number): number => residual.data[v * residual.width + u]!;
            const upper = value(i, j) * (1 - fx) + value(i + 1, j) * fx;
            const lower = value(i, j + 1) * (1 - fx) + value(i + 1, j + 1) * fx;
            const exact =
              gain * strength[x]! * (upper * (1 - fy) + lower * fy) + THRESHOLDS[(y % DITHER) * DITHER + (x % DITHER)]!;
            const at = (y * width + x) * channels;
            const hidden = channels === 4 && data[at + 3] === 0;
            for (let c = 0; c < channels; c++) {
              const kept = c === 3 || hidden;
              const levels = [-1e-4, 1e-4].map((slack) =>
                Math.min(255, Math.max(0, data[at + c]! + (kept ? 0 : Math.floor(exact + slack)))),
              );
              if (!levels.includes(marked[at + c]!)) throw new Error(`${x}, ${y}, ${c}`);
              expectedSquares += (marked[at + c]! - data[at + c]!) ** 2;
            }
          }
        }
        expect(squares).toBe(expectedSquares);
      }),
      { numRuns: 60 },
    );
  });

  test('the energy is foretold', () => {
    const next = random(3);
    const residual = { width: 50, height: 40, data: Float32Array.from({ length: 2000 }, () => 6 * next() - 3) };
    for (const [width, height, gain] of [
      [50, 40, 0.4],
      [333, 200, 0.3],
      [700, 500, 1],
    ] as const) {
      const picture = { data: new Uint8Array(width * height).fill(128), width, height };
      const { squares } = addResidual(picture, 1, residual, gain, undefined);
      const foretold = energyAtGain(sampleResidual(residual, width, height), gain);
      expect(Math.abs(squares / (width * height) / foretold - 1)).toBeLessThan(0.03);
    }
  });
});

test('SSIM is the mean over whole windows of 8 x 8', () => {
  fc.assert(
    fc.property(
      fc.integer(),
      fc.integer({ min: 8, max: 40 }),
      fc.integer({ min: 8, max: 40 }),
      (seed, width, height) => {
        const next = random(seed);
        const a = { data: Uint8Array.from({ length: width * height }, () => 256 * next()), width, height };
        const b = { data: a.data.map((value) => Math.min(255, value + 20 * next())), width, height };
        const windows: number[] = [];
        for (let top = 0; top + 8 <= height; top += 8) {
          for (let left = 0; left + 8 <= width; left += 8) {
            const cut = ({ data }: typeof a): number[] =>
              Array.from({ length: 64 }, (_, i) => data[(top + (i >> 3)) * width + left + (i & 7)]!);
            const [p, q] = [cut(a), cut(b)];
            const [mp, mq] = [mean(p), mean(q)];
            const product = (u: number[], mu: number, v: number[], mv: number): number =>
              mean(u.map((value, i) => (value - mu) * (v[i]! - mv)));
            const luminance = (2 * mp * mq + 6.5025) / (mp * mp + mq * mq + 6.5025);
            const structure =
              (2 * product(p, mp, q, mq) + 58.5225) / (product(p, mp, p, mp) + product(q, mq, q, mq) + 58.5225);
            windows.push(luminance * structure);
          }
        }
        expect(meanSsim(a, b, 1)).toBeCloseTo(mean(windows), 6);
      },
    ),
    { numRuns: 40 },
  );
});

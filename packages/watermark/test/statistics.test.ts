import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { deriveImageKey, embed, prepareChips, trace } from '../src/index.js';
import { verdictOf } from '../src/score-candidates.js';
import { gaussianTail, LEAST_P, nullHistogram, pBound, RADEMACHER_CONSTANT, scorer } from '../src/statistics.js';
import { random, skin } from './pictures.js';

describe('gaussianTail', () => {
  test.each([
    [0, 0.5],
    [1, 0.158655253931457],
    [2.4999, 0.006211420127688],
    [2.5, 0.006209665325776],
    [6, 9.865876450377e-10],
    [10, 7.61985302416052e-24],
    [37, 5.72557122252458e-300],
    [-1, 0.841344746068543],
  ])('at %d', (z, tail) => {
    expect(Math.abs(gaussianTail(z) / tail - 1)).toBeLessThan(1e-5);
  });

  test('agrees with the area under the curve, added up by Simpson’s rule', () => {
    const density = (x: number): number => Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI);
    for (let z = 0; z < 9; z += 0.13) {
      const step = 0.005;
      let area = density(z) + density(z + 10);
      for (let i = 1; i < 2000; i++) area += (i % 2 === 1 ? 4 : 2) * density(z + i * step);
      expect(Math.abs(gaussianTail(z) / ((area * step) / 3) - 1)).toBeLessThan(1e-6);
    }
  });

  test('ends where doubles end', () => {
    expect(gaussianTail(37.01)).toBe(0);
    expect(gaussianTail(-50)).toBe(1);
  });
});

describe('pBound', () => {
  test('has the constant of the theorem, rounded up: two equal weights at the root of two reach it', () => {
    const least = 1 / (4 * gaussianTail(Math.SQRT2));
    expect(RADEMACHER_CONSTANT).toBeGreaterThanOrEqual(least);
    expect(RADEMACHER_CONSTANT).toBeLessThan(least + 0.001);
    // One of four sign pairs gives (1 + 1) / sqrt 2.
    expect(pBound(Math.SQRT2)).toBeGreaterThanOrEqual(0.25);
    expect(pBound(Math.SQRT2)).toBeLessThan(0.2501);
  });

  test('is the constant times the tail, from one down to the least p that is told', () => {
    expect(pBound(0)).toBe(1);
    expect(pBound(0.01)).toBe(1);
    expect(pBound(2)).toBeCloseTo(3.179 * gaussianTail(2), 12);
    expect(pBound(Number.POSITIVE_INFINITY)).toBe(LEAST_P);
    // Never below the truth: at 37 the bound still lies above its floor.
    expect(pBound(36.9)).toBeGreaterThan(LEAST_P);
  });

  test('is never below the exact chance, counted over all signs of any weights', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 12 }), (weights) => {
        const length = Math.hypot(...weights);
        if (length < 1e-6) return;
        const sums: number[] = [];
        for (let signs = 0; signs < 1 << weights.length; signs++) {
          sums.push(weights.reduce((sum, w, k) => sum + ((signs >> k) & 1 ? -w : w), 0) / length);
        }
        for (const z of [0.5, 1, Math.SQRT2, 1.7, 2, 2.5, 3]) {
          // Rounding must not decide whether a sum that equals z counts.
          const exact = sums.filter((sum) => sum >= z + 1e-12).length / sums.length;
          expect(pBound(z)).toBeGreaterThanOrEqual(exact);
        }
      }),
    );
  });

  test('falls with z, from one to its floor', () => {
    expect(pBound(-3)).toBe(1);
    expect(pBound(Number.NaN)).toBe(1);
    expect(pBound(60)).toBe(1e-300);
    for (let z = 0; z < 40; z += 0.1) expect(pBound(z + 0.1)).toBeLessThanOrEqual(pBound(z));
  });
});

describe('verdictOf', () => {
  test('accuses strictly below 1e-9 only', () => {
    expect([0, 9.9e-10, 1e-9, 9.9e-5, 1e-4, 1].map(verdictOf)).toEqual([
      'match',
      'match',
      'consistent',
      'consistent',
      'none',
      'none',
    ]);
    expect(verdictOf(Number.NaN)).toBe('none');
  });
});

describe('scorer', () => {
  test('agrees with the plain sum', () => {
    const next = random(3);
    const votes = Float64Array.from({ length: 64 }, () => next() - 0.5);
    const bits = Uint8Array.from({ length: 8 }, () => next() * 256);
    let sum = 0;
    votes.forEach((vote, i) => {
      sum += (bits[i >> 3]! >> (7 - (i & 7))) & 1 ? -vote : vote;
    });
    expect(scorer(votes)(bits)).toBeCloseTo(sum / Math.hypot(...votes), 12);
    expect(scorer(new Float64Array(64))(bits)).toBe(0);
  });
});

describe('nullHistogram', () => {
  const normal = (seed: number, n: number, mean = 0, spread = 1): Float64Array => {
    const next = random(seed);
    return Float64Array.from(
      { length: n },
      () => mean + spread * Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next()),
    );
  };

  test('trusts scores as innocent codes give them and nothing else', () => {
    expect(nullHistogram(normal(1, 10_000)).sound).toBe(true);
    expect(nullHistogram(normal(1, 10_000, 0.1)).sound).toBe(false);
    expect(nullHistogram(normal(1, 10_000, 0, 1.1)).sound).toBe(false);
    expect(nullHistogram(normal(1, 10_000, 0, 0.9)).sound).toBe(false);
    const peaked = normal(1, 10_000);
    peaked[77] = 8;
    expect(nullHistogram(peaked).sound).toBe(false);
    expect(nullHistogram(new Float64Array(10_000)).sound).toBe(true);
  });

  /** A thousand scores, half at each side of a mean. */
  const halves = (mean: number, spread: number): Float64Array =>
    Float64Array.from({ length: 1000 }, (_, i) => mean + (i % 2 === 0 ? spread : -spread));

  test('allows six standard errors of the mean, 0.190 of a thousand, and no more', () => {
    for (const mean of [0.189, -0.189]) expect(nullHistogram(halves(mean, 1)).sound).toBe(true);
    for (const mean of [0.191, -0.191]) expect(nullHistogram(halves(mean, 1)).sound).toBe(false);
  });

  test('allows six standard errors of the spread, 0.134 of a thousand, and no more', () => {
    for (const spread of [0.867, 1.133]) expect(nullHistogram(halves(0, spread)).sound).toBe(true);
    for (const spread of [0.865, 1.135]) expect(nullHistogram(halves(0, spread)).sound).toBe(false);
  });

  test('allows a highest score that a thousand innocents reach once in a million, 6.18, and no more', () => {
    for (const [highest, sound] of [
      [6.17, true],
      [6.19, false],
    ] as const) {
      const scores = halves(0, 1);
      scores[1] = highest;
      expect(nullHistogram(scores)).toMatchObject({ highest, sound });
    }
  });

  test('never trusts scores that are no numbers', () => {
    const scores = halves(0, 1);
    scores[500] = Number.NaN;
    expect(nullHistogram(scores).sound).toBe(false);
  });

  test('counts every score in its bin, and what lies beyond in the outer ones', () => {
    const histogram = nullHistogram(Float64Array.of(-9, -8, -7.76, -7.75, -0.01, 0, 0.24, 0.25, 7.74, 7.75, 8, 30));
    expect(histogram).toMatchObject({ decoys: 12, from: -8, step: 0.25, highest: 30 });
    const filled = histogram.counts.flatMap((count, bin) => (count === 0 ? [] : [[bin, count]]));
    expect(histogram.counts).toHaveLength(64);
    expect(filled).toEqual([
      [0, 3],
      [1, 1],
      [31, 1],
      [32, 2],
      [33, 1],
      [62, 1],
      [63, 3],
    ]);
  });

  test('tells mean and deviation', () => {
    const histogram = nullHistogram(halves(0.5, 2));
    expect(histogram.mean).toBeCloseTo(0.5, 10);
    expect(histogram.deviation).toBeCloseTo(2, 10);
  });
});

describe('false accusations', () => {
  test('10,000 innocent viewings score like chance on a marked copy: none is even consistent', async () => {
    const imageKey = deriveImageKey(new Uint8Array(32).fill(9), 'img-1');
    const original = skin(192, 192);
    const { pixels } = embed(original, { chips: prepareChips(imageKey, 'the-guilty-one') });
    const innocent = Array.from({ length: 10_000 }, (_, i) => `innocent-${i}`);
    const candidates = [...innocent, 'the-guilty-one'];
    const report = await trace(pixels, original, { key: imageKey, candidates, decoys: 1000 });
    expect(report.hits.filter((hit) => hit.verdict !== 'none').map((hit) => hit.id)).toEqual(['the-guilty-one']);
    // The highest of 10,000 normal scores lies between 3.2 and 5.6 in all but one case of 10,000.
    expect(report.hits[1]!.z).toBeGreaterThan(3.2);
    expect(report.hits[1]!.z).toBeLessThan(5.6);
  });
});

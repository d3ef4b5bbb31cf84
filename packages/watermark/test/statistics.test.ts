import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { deriveImageKey, embed, prepareChips, trace } from '../src/index.js';
import { gaussianTail, nullHistogram, pBound, scorer } from '../src/statistics.js';
import { verdictOf } from '../src/trace.js';
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
});

describe('pBound', () => {
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

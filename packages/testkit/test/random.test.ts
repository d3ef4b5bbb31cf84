import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { fakeClock, seededNumbers, seededRandom } from '../src/index.js';

describe('seededRandom', () => {
  test('gives the same bytes in every run', () => {
    const random = seededRandom(7);
    const first = createHash('sha256').update(random(1000)).update(random(3)).digest('hex');
    expect(first).toBe('98b153ecee437f46d7e0e7a5fe3fb84b03185cbdc57cc45c8bbfea1d727114ca');
  });

  test('gives other bytes for neighbouring seeds, and other ones at each call', () => {
    const random = seededRandom(1);
    const seen = new Set([random(16), random(16), seededRandom(2)(16), seededRandom('1 ')(16)].map(String));
    expect(seen.size).toBe(4);
  });

  test('is even enough for a test: each bit is set half the time', () => {
    const next = seededNumbers('even');
    const set = new Array<number>(32).fill(0);
    for (let i = 0; i < 20_000; i++) {
      const value = next();
      for (let bit = 0; bit < 32; bit++) set[bit]! += (value >>> bit) & 1;
    }
    for (const count of set) expect(Math.abs(count - 10_000)).toBeLessThan(400); // 5.6 standard deviations
  });
});

describe('fakeClock', () => {
  test('moves only when told', () => {
    const clock = fakeClock('2026-01-02T03:04:05Z');
    const { now } = clock;
    expect(now()).toBe(Date.UTC(2026, 0, 2, 3, 4, 5));
    expect(clock.advance(1500)).toBe(now());
    expect(clock.advance(-500) - Date.UTC(2026, 0, 2, 3, 4, 5)).toBe(1000);
    expect(clock.set(5)).toBe(5);
    expect(now()).toBe(5);
  });

  test('refuses a moment that is none', () => {
    expect(() => fakeClock('yesterday')).toThrow(RangeError);
    expect(() => fakeClock().advance(Number.NaN)).toThrow(RangeError);
  });
});

// What the published figures are made of.
import { expect, test } from 'vitest';
import type { Case, Marked, Run } from '../../bench/robustness/case.ts';
import { expectedId } from '../../bench/robustness/case.ts';
import { GOALS } from '../../bench/robustness/goals.ts';
import { heatMap, matchScore, scorePlot } from '../../bench/robustness/plots.ts';
import { psnr, ssim } from '../../bench/robustness/quality.ts';
import { summarise } from '../../bench/robustness/summary.ts';
import { reached } from '../../bench/robustness/table.ts';
import { decode, deriveImageKey, embed, MATCH_P, MOST_ROUNDS, prepareChips } from '../../src/index.js';
import { pBound } from '../../src/statistics.js';
import { attackSuite } from '../../src/testing/index.js';
import { skin } from '../pictures.js';

const run: Run = { kind: 'run', seed: 1, date: '2026-01-01', machine: 'test', candidates: 1000, budgetMs: 30_000 };
const informed = {
  outcome: 'right',
  verdict: 'match',
  method: 'whole',
  correlation: 0.9,
  z: 30,
  next: 3,
  ms: 100,
} as const;
const blind = { outcome: 'right', exhausted: true, ms: 50 } as const;
const good: Case = {
  kind: 'case',
  photo: 'one',
  attack: '1600-jpeg-70',
  width: 4000,
  height: 3000,
  suspect: [1600, 1200],
  informed,
  blind,
};

test('a miss, a wrong name and an error all count against the row, and are listed', () => {
  const missed: Case = { ...good, photo: 'two', informed: { ...informed, outcome: 'none', z: null } };
  const wrong: Case = { ...good, photo: 'three', blind: { ...blind, outcome: 'wrong' } };
  const { informed: _, blind: __, ...bare } = good;
  const late: Case = { ...good, photo: 'five', blind: { ...blind, ms: 12_000 } };
  const broken: Case = { ...bare, photo: 'four', error: 'IMAGE_TOO_SMALL' };
  const summary = summarise(run, [good, missed, wrong, broken]);
  expect(summary.late).toBe(0);
  expect(summarise(run, [good, late]).late).toBe(1);
  const row = summary.rows[0]!;
  expect(row).toMatchObject({ cases: 4, informed: { right: 2, of: 4 }, blind: { right: 2, of: 4 }, lowestZ: null });
  expect(reached(row)).toBe(false);
  expect(summary.misses.map(({ photo }) => photo)).toEqual(['four', 'three', 'two']);
  expect(summary.wrong.map(({ photo }) => photo)).toEqual(['three']);
  expect(reached(summarise(run, [good]).rows[0]!)).toBe(true);
});

test('every attack on every size counts in one row, and in one only', () => {
  const sizes = [
    [4000, 3000],
    [1024, 1024],
    [768, 512],
    [451, 300],
  ] as const;
  for (const { name } of attackSuite({ jpeg: (pixels) => pixels })) {
    for (const [width, height] of sizes) {
      const rows = GOALS.filter(({ takes }) => takes({ ...good, attack: name, width, height }));
      expect([name, width, rows.length]).toEqual([name, width, 1]);
    }
  }
});

test('the id looked for is the one the mark carries', () => {
  const key = deriveImageKey(new Uint8Array(32).fill(9), 'img-1');
  const { pixels } = embed(skin(512, 512, 4, 3), { chips: prepareChips(key, 'view-ä') });
  expect(decode(pixels, { keys: [key] }).id).toBe(expectedId(key, 'view', 'view-ä'));
});

test('quality is measured as defined: a known error, and none', () => {
  const a = skin(64, 64, 1, 3);
  const b = { ...a, data: a.data.map((value) => (value < 255 ? value + 1 : value - 1)) };
  expect(psnr(a, a)).toBe(Number.POSITIVE_INFINITY);
  expect(psnr(a, b)).toBeCloseTo(20 * Math.log10(255), 6);
  expect(ssim(a, a)).toBeCloseTo(1, 10);
  const flat = (level: number) => ({ data: new Uint8Array(64 * 64 * 3).fill(level), width: 64, height: 64 });
  // Without structure only the term of the means is left.
  expect(ssim(flat(100), flat(120))).toBeCloseTo((24_000 + 6.5025) / (24_400 + 6.5025), 6);
});

test('the line in the plot is where a match begins', () => {
  const p = pBound(matchScore(1000)) * 1000 * MOST_ROUNDS;
  expect(p).toBeCloseTo(MATCH_P, 12);
  expect(Math.abs(Math.log(p / MATCH_P))).toBeLessThan(1e-3);
});

test('plots are well-formed and hold every attack', () => {
  const marked: Marked = { kind: 'marked', photo: 'one', width: 4000, height: 3000, psnr: 45, ssim: 0.99, ms: 400 };
  const summary = summarise(run, [marked, good, { ...good, attack: 'photo-5' }]);
  for (const svg of [heatMap(summary), scorePlot(summary)]) {
    expect(svg).toContain('1600-jpeg-70');
    expect(svg).toContain('photo-5');
    expect(svg.match(/<(?!\/)\w+[^>]*[^/]>/g)!.length).toBe(svg.match(/<\/\w+>/g)!.length);
    expect(svg).not.toContain('NaN');
  }
});

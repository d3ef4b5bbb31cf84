// The goals of the benchmark, held on the photographs of this repository and on made-up pictures: the built package.
import { availableParallelism } from 'node:os';
import { beforeAll, expect, test } from 'vitest';
import type { Result, Run } from '../../bench/robustness/case.ts';
import { GOALS } from '../../bench/robustness/goals.ts';
import { jobsOf, runAll } from '../../bench/robustness/run.ts';
import { type Summary, summarise } from '../../bench/robustness/summary.ts';
import { goalTable, missTable, reached } from '../../bench/robustness/table.ts';

/** Not the one of the published run. */
const SEED = 23;
const CANDIDATES = 1000;
const BUDGET_MS = 30_000;
let summary: Summary;

beforeAll(async () => {
  const results: Result[] = [];
  const setting = { seed: SEED, candidates: CANDIDATES, budgetMs: BUDGET_MS, informed: true, blind: true };
  const jobs = await jobsOf({ folder: undefined, seed: SEED });
  await runAll(jobs, { ...setting, folder: undefined }, Math.min(2, availableParallelism()), (result) => {
    results.push(result);
  });
  const run: Run = { kind: 'run', seed: SEED, date: '', machine: '', candidates: CANDIDATES, budgetMs: BUDGET_MS };
  summary = summarise(run, results);
  console.log(`${goalTable(summary)}\n${missTable(summary)}`);
}, 3_600_000);

test('nobody innocent is named, informed or blind', () => {
  expect(summary.cases).toBeGreaterThan(300);
  expect(summary.wrong).toEqual([]);
});

test('every picture keeps its quality', () => {
  const all = summary.photographs;
  expect(Math.min(...all.map(({ psnr }) => psnr))).toBeGreaterThanOrEqual(44.99);
  expect(Math.min(...all.map(({ ssim }) => ssim))).toBeGreaterThanOrEqual(0.98);
  expect(all.reduce((sum, { ssim }) => sum + ssim, 0) / all.length).toBeGreaterThanOrEqual(0.99);
});

test.each(GOALS.filter(({ informed, blind }) => informed !== undefined || blind !== undefined))(
  '$title',
  ({ title }) => {
    const row = summary.rows.find((one) => one.title === title)!;
    expect({ ...row, reached: reached(row) }).toMatchObject({ reached: true });
  },
);

// From nothing to the first decision: importing the package, loading, checking and compiling a policy of 41 rules, and one
// decision, in a fresh process each time. Starting Node itself is left out.
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { nhs } from '@wardseal/policy/packs/nhs';

const RUNS = 7;
const GOAL_MS = 15;

const text = JSON.stringify(nhs());
const script = `
import { readFileSync } from 'node:fs';
const text = readFileSync(0, 'utf8');
const start = performance.now();
const { createPdp, loadPolicy } = await import(${JSON.stringify(import.meta.resolve('@wardseal/policy'))});
const imported = performance.now();
const pack = loadPolicy(text);
const loaded = performance.now();
const pdp = createPdp(pack, { clock: { now: Date.now } });
const { context } = pdp.evaluate(pack.document.tests[0].request);
const decided = performance.now();
if (context.outcome === 'invalid-request') throw new Error('no decision');
console.log(JSON.stringify({ import: imported - start, load: loaded - imported, first: decided - loaded, all: decided - start }));
`;
const runs = Array.from({ length: RUNS }, () =>
  JSON.parse(execFileSync(process.execPath, ['--input-type=module', '-e', script], { input: text, encoding: 'utf8' })),
) as Record<'import' | 'load' | 'first' | 'all', number>[];
const median = (part: keyof (typeof runs)[number]): number =>
  Number(
    runs
      .map((run) => run[part])
      .sort((a, b) => a - b)
      [(RUNS - 1) / 2]!.toFixed(2),
  );
const result = {
  title: 'Cold start to the first decision, ms',
  date: new Date().toISOString(),
  machine: { node: process.version, cpu: cpus()[0]?.model ?? 'unknown', cores: cpus().length },
  runs: RUNS,
  goalMs: GOAL_MS,
  median: { import: median('import'), load: median('load'), first: median('first'), all: median('all') },
};
mkdirSync('bench/results', { recursive: true });
writeFileSync('bench/results/cold-start.json', `${JSON.stringify(result, null, 2)}\n`);
const { all, import: imported, load, first } = result.median;
console.log(
  `cold start, median of ${RUNS}: ${all} ms (import ${imported}, load ${load}, compile and decide ${first}); goal ${GOAL_MS} ms`,
);

// From nothing to the first decision, in a fresh process each time: importing the package, loading, checking and compiling the
// NHS pack, and one decision. Beside it what a page does whose server has checked the pack: only the evaluator is imported,
// and the pack is parsed and believed. Starting Node itself is left out, and so is waiting for a processor.
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { loadPolicy } from '@wardseal/policy';
import { nhs } from '@wardseal/policy/packs/nhs';

const RUNS = 15;
const GOAL_MS = 15;

const document = nhs();
const WAYS = {
  'load, check and decide': {
    entry: import.meta.resolve('@wardseal/policy'),
    pack: 'module.loadPolicy(text)',
    input: JSON.stringify(document),
  },
  'decide, checked elsewhere': {
    entry: import.meta.resolve('@wardseal/policy/evaluate'),
    pack: 'JSON.parse(text)',
    input: JSON.stringify(loadPolicy(document)),
  },
} as const;
const PARTS = ['import', 'load', 'first', 'all'] as const;
type Part = (typeof PARTS)[number];

const script = (entry: string, pack: string): string => `
import { readFileSync } from 'node:fs';
const text = readFileSync(0, 'utf8');
const waited = () => {
  try {
    return Number(readFileSync('/proc/thread-self/schedstat', 'latin1').split(' ')[1]) / 1e6;
  } catch {
    return 0; // no Linux: the time waited stays in
  }
};
const time = () => performance.now() - waited();
time();
const start = time();
const module = await import(${JSON.stringify(entry)});
const imported = time();
const pack = ${pack};
const loaded = time();
const pdp = module.createPdp(pack, { clock: { now: Date.now } });
const { context } = pdp.evaluate(pack.document.tests[0].request);
const decided = time();
if (context.outcome === 'invalid-request') throw new Error('no decision');
console.log(JSON.stringify({ import: imported - start, load: loaded - imported, first: decided - loaded, all: decided - start }));
`;

const once = ({ entry, pack, input }: (typeof WAYS)[keyof typeof WAYS]): Record<Part, number> =>
  JSON.parse(
    execFileSync(process.execPath, ['--input-type=module', '-e', script(entry, pack)], { input, encoding: 'utf8' }),
  ) as Record<Part, number>;

const ways = Object.entries(WAYS);
// In turn, so that a disturbance meets both.
const rounds = Array.from({ length: RUNS }, () => ways.map(([, way]) => once(way)));
const cases = ways.map(([name], i) => {
  const median = (part: Part): number => {
    const sorted = rounds.map((round) => round[i]![part]).sort((a, b) => a - b);
    return Number(sorted[(RUNS - 1) / 2]!.toFixed(2));
  };
  return { name, medianMs: Object.fromEntries(PARTS.map((part) => [part, median(part)])) as Record<Part, number> };
});
const result = {
  title: 'Cold start to the first decision',
  date: new Date().toISOString(),
  machine: { node: process.version, cpu: cpus()[0]?.model ?? 'unknown', cores: cpus().length },
  clock: 'wall time less the time spent waiting for a processor',
  rounds: RUNS,
  rules: document.rules.length,
  goalMs: GOAL_MS,
  cases,
};
const out = new URL('results/', import.meta.url);
mkdirSync(out, { recursive: true });
writeFileSync(new URL('cold-start.json', out), `${JSON.stringify(result, null, 2)}\n`);
for (const { name, medianMs } of cases)
  console.log(
    `${name}: median of ${RUNS} ${medianMs.all} ms (import ${medianMs.import}, load ${medianMs.load}, compile and decide ${medianMs.first}); goal ${GOAL_MS} ms`,
  );

// How much of a leaked copy's history the mark survives: every photograph, every attack that fits its size, read blind
// and traced against 1,000 viewings. Made to be repeated on one's own photographs:
//   PHOTOS_DIR=folder node bench/robustness.bench.ts --seed 7
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import type { Case, Result, Run } from './robustness/case.ts';
import { writePage, writeSummary } from './robustness/page.ts';
import { append, earlier, jobsOf, runAll } from './robustness/run.ts';
import { summarise } from './robustness/summary.ts';
import { goalTable, missTable, qualityTable, reached, timesTable } from './robustness/table.ts';

const CANDIDATES = 1_000;

const { values: options } = parseArgs({
  options: {
    photos: { type: 'string' },
    attacks: { type: 'string' },
    seed: { type: 'string', default: '1' },
    limit: { type: 'string' },
    // Three times what `decode` allows itself, so that a busy machine changes no answer.
    budget: { type: 'string', default: '30000' },
    threads: { type: 'string', default: String(cpus().length) },
    'blind-only': { type: 'boolean', default: false },
    'informed-only': { type: 'boolean', default: false },
    out: { type: 'string' },
    resume: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
if (options.help) {
  console.log(`Options:
  --photos a,b      only photographs whose name contains one of these
  --attacks a,b     only attacks of these names or groups
  --seed n          offsets, noise, keys, made-up pictures (default 1)
  --limit n         at most so many cases
  --budget ms       time of one blind search (default 30000)
  --threads n       default: as many as cores
  --blind-only, --informed-only
  --out file        one line of JSON a case; default reports/robustness-<seed>.jsonl
  --resume          go on with that file
A run over everything publishes its table: bench/results/robustness.json, docs/watermark-robustness.md and its pictures.
PHOTOS_DIR names the folder of photographs; default: the test photographs of this repository.`);
  process.exit(0);
}
if (options['blind-only'] && options['informed-only']) throw new Error('blind only and informed only leave nothing');

const seed = whole(options.seed, 'seed');
const out = options.out ?? new URL(`../reports/robustness-${seed}.jsonl`, import.meta.url).pathname;
const folder = process.env['PHOTOS_DIR'];
const before = earlier(out);
if (before.run !== undefined && !options.resume)
  throw new Error(`${out} is there: --resume goes on, --out names another`);
if (before.run !== undefined && before.run.seed !== seed) throw new Error(`${out} is of seed ${before.run.seed}`);
const run: Run = before.run ?? {
  kind: 'run',
  seed,
  date: new Date().toISOString(),
  machine: `Node ${process.versions.node}, ${cpus().length} cores, ${cpus()[0]?.model.trim() ?? 'unknown'}`,
  candidates: CANDIDATES,
  budgetMs: whole(options.budget, 'budget'),
};

const results: Result[] = [...before.results];
const done = new Set(before.results.flatMap((one) => (one.kind === 'case' ? `${one.photo} ${one.attack}` : [])));
const jobs = (await jobsOf({ folder, seed, photos: options.photos, attacks: options.attacks }))
  .filter(({ photo, attack }) => !done.has(`${photo} ${attack}`))
  .slice(0, options.limit === undefined ? undefined : whole(options.limit, 'limit'));
if (jobs.length + results.length === 0) throw new Error('no photograph and attack of these names');
if (before.run === undefined) append(out, run);
const started = Date.now();
let told = 0;
const setting = {
  folder,
  seed,
  candidates: CANDIDATES,
  budgetMs: run.budgetMs,
  informed: !options['blind-only'],
  blind: !options['informed-only'],
};
await runAll(jobs, setting, whole(options.threads, 'threads'), (result, count) => {
  append(out, result);
  results.push(result);
  if (result.kind === 'case') progress(result, count);
});

const summary = summarise(run, results);
console.log(`\n${goalTable(summary)}\n\n${qualityTable(summary)}\n\n${timesTable(summary)}\n`);
console.log(`Misses (${summary.misses.length} of ${summary.cases}):\n${missTable(summary)}\n`);
const short = summary.rows.filter((row) => row.cases > 0 && !reached(row));
console.log(
  short.length === 0
    ? 'Every goal that was asked about is reached.'
    : `Not reached: ${short.map(({ title }) => title).join('; ')}.`,
);
const partial = ['photos', 'attacks', 'limit', 'blind-only', 'informed-only'] as const;
if (partial.some((name) => options[name] !== undefined && options[name] !== false)) {
  console.log('A part of the suite: nothing is published.');
} else {
  writeSummary(summary);
  writePage();
}
// A colleague's name is the one answer that must never come.
if (summary.wrong.length > 0) process.exitCode = 1;

function progress({ photo, attack, informed, blind, error }: Case, count: number): void {
  const spent = Date.now() - started;
  const left = Math.round((spent / count) * (jobs.length - count)) / 1000;
  const answers =
    error ?? `informed ${informed?.outcome ?? '-'} z ${informed?.z?.toFixed(1) ?? '-'}, blind ${blind?.outcome ?? '-'}`;
  const line = `${count}/${jobs.length}, ${Math.floor(left / 60)} min ${Math.round(left % 60)} s left: ${photo} ${attack}: ${answers}`;
  if (process.stdout.isTTY) process.stdout.write(`\r\u001b[K${line}`);
  else if (Date.now() - told > 10_000 || count === jobs.length) {
    told = Date.now();
    console.log(line);
  }
}

function whole(text: string, name: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 0) throw new Error(`--${name} must be a whole number`);
  return value;
}

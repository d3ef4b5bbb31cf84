// `pnpm mutation PACKAGE [FILE ...]`: how many small faults put into the source do the tests see? Stryker changes one
// expression at a time and runs the tests that reach it. Which files with which tests, and the score asked for, stand in
// packages/PACKAGE/mutation.json: a group's tests are few and fast, because what runs while a module loads reaches them all.
// Without FILE (a path in the package, or a glob) all files are tried. The score of every file is kept in
// bench/results/mutation.json, and a partial run replaces only the files that it tried. The workspace must be built.
import { createHash } from 'node:crypto';
import { existsSync, globSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, matchesGlob } from 'node:path';
import { readJson, root } from './lib.mjs';

const [room, ...files] = process.argv.slice(2);
if (room === undefined || !existsSync(join(root, 'packages', room, 'mutation.json'))) {
  process.stderr.write('usage: pnpm mutation PACKAGE [FILE ...]\n');
  process.exit(2);
}
const folder = join(root, 'packages', room);
const prefix = `packages/${room}/`;
const { goal, groups } = readJson(join(folder, 'mutation.json'));
const wanted = (path) => files.length === 0 || files.some((glob) => matchesGlob(path, glob));
const kept = join(folder, 'bench/results/mutation.json');
// In no other tool's view: git, vitest and biome all leave it alone.
const temp = '.stryker-tmp';

/** What one file's mutants came to. A timeout is a fault seen; one that no test reaches is not. */
function count(results) {
  const of = (status) => results.filter((one) => one.status === status).length;
  const row = {
    killed: of('Killed'),
    timeout: of('Timeout'),
    survived: of('Survived'),
    uncovered: of('NoCoverage'),
    ignored: of('Ignored'),
  };
  return { ...row, score: score(row) };
}

function score({ killed, timeout, survived, uncovered }) {
  const all = killed + timeout + survived + uncovered;
  return all === 0 ? 100 : Math.round((10_000 * (killed + timeout)) / all) / 100;
}

const digestOf = (path) => createHash('sha256').update(readFileSync(path)).digest('hex').slice(0, 16);

/** The kept table with the files just tried in it; files that are gone leave it. */
function merged(results) {
  const names = [...new Set(results.map((one) => one.fileName.slice(join(root, prefix).length)))].sort();
  const rows = existsSync(kept) ? { ...readJson(kept).files } : {};
  for (const name of names) {
    const own = results.filter((one) => one.fileName === join(root, prefix, name));
    rows[name] = { ...count(own), source: digestOf(join(folder, name)) };
  }
  const table = Object.entries(rows).filter(([name]) => existsSync(join(folder, name)));
  return Object.fromEntries(table.sort(([a], [b]) => (a < b ? -1 : 1)));
}

function print(table) {
  const columns = ['killed', 'timeout', 'survived', 'uncovered', 'ignored', 'score'];
  const line = (name, cells) => `${name.padEnd(34)}${cells.map((cell) => String(cell).padStart(10)).join('')}\n`;
  process.stdout.write(`\n${line('file', columns)}`);
  for (const [name, row] of Object.entries(table)) {
    const stale = row.source === digestOf(join(folder, name)) ? '' : ' (changed since)';
    const cells = columns.map((column) => row[column]);
    process.stdout.write(line(`${name}${stale}`, cells));
  }
}

/** Stryker over some files with the tests of their group. */
async function mutants(mutate, tests) {
  process.env.WARDSEAL_MUTATION = JSON.stringify({ root: prefix, tests });
  const { Stryker } = await import('@stryker-mutator/core');
  return new Stryker({
    mutate: mutate.map((file) => prefix + file),
    // Only what the tests of this package read is copied; other packages are found through node_modules.
    ignorePatterns: [
      '**',
      '!package.json',
      '!tsconfig.base.json',
      '!vitest.mutation.config.ts',
      `!${prefix}**`,
      '**/node_modules',
      `${prefix}dist`,
    ],
    plugins: ['@stryker-mutator/vitest-runner'],
    testRunner: 'vitest',
    vitest: { configFile: 'vitest.mutation.config.ts', related: false },
    coverageAnalysis: 'perTest',
    concurrency: Number(process.env.MUTATION_WORKERS ?? 2),
    // TypeScript 7 has no compiler API, which Stryker calls for a tsconfig that it finds.
    tsconfigFile: 'none.json',
    reporters: ['clear-text', 'progress-append-only'],
    clearTextReporter: { allowColor: false, logTests: false, reportTests: false, reportScoreTable: false },
    tempDirName: temp,
    cleanTempDir: 'always',
    timeoutMS: 8_000,
    dryRunTimeoutMinutes: 10,
    warnings: { slow: false },
  })
    .runMutationTest()
    .finally(() => rmSync(join(root, temp), { recursive: true, force: true }));
}

/** Puts results into the kept table and gives the whole of it. */
function keep(results) {
  const table = merged(results);
  const total = { killed: 0, timeout: 0, survived: 0, uncovered: 0, ignored: 0 };
  for (const row of Object.values(table)) for (const name of Object.keys(total)) total[name] += row[name];
  const kind = { title: `mutation score of ${room}`, goal, total: { ...total, score: score(total) } };
  writeFileSync(kept, `${JSON.stringify({ ...kind, files: table }, null, 2)}\n`);
  return { table, ...kind };
}

async function main() {
  // Stryker looks for its plugins and for the sandbox's place from where it runs.
  process.chdir(root);
  let result = null;
  for (const { mutate, tests } of groups) {
    const chosen = mutate.flatMap((glob) => globSync(glob, { cwd: folder })).filter(wanted);
    if (chosen.length > 0) result = keep(await mutants(chosen, tests));
  }
  if (result === null) throw new Error('no such file is in a group of mutation.json');
  print(result.table);
  process.stdout.write(`all files: ${result.total.score} %, goal ${goal} %\n`);
  return result.total.score >= goal ? 0 : 1;
}

process.exitCode = await main();

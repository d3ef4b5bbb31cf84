// Behind `npm test` and `pnpm check:full`: every step runs, a table shows each, the last line counts everything.
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkReadmes } from './check-readme.mjs';
import { checkSizes } from './check-size.mjs';
import { checkTree } from './check-tree.mjs';
import { chromiumPath, ensureComponents } from './components.mjs';
import { consumer } from './consumer.mjs';
import { checkFigures } from './figures.mjs';
import { readJson, report, root, run } from './lib.mjs';

const full = process.argv.includes('--full');
const temp = mkdtempSync(join(tmpdir(), 'wardseal-check-'));

// Seconds on two cores from a cold start; what is over is named, and belongs to check:full. Set-up counts from run.mjs.
const BUDGETS = { 'set-up': 240, 'build, types, lint': 60 };
const ROOM_BUDGETS = { crypto: 90, audit: 120, policy: 60, 'link-signing': 60, watermark: 60, reference: 180 };

const rows = [];
const warnings = [];
let begun = Number(process.env.WARDSEAL_BEGUN) || Date.now();

/** Runs one step; `work` returns checks ({name, ok, detail}) and may add counts of tests. */
async function step(name, work) {
  process.stdout.write(`\n== ${name}\n`);
  const start = performance.now();
  let checks;
  try {
    checks = await work();
  } catch (error) {
    checks = [{ name, ok: false, detail: error instanceof Error ? error.stack : String(error) }];
  }
  const shown = checks.filter((check) => check.shown !== true);
  report(shown.filter(({ ok }) => !ok));
  const count = (field, own) => checks.reduce((sum, check) => sum + (check[field] ?? own(check)), 0);
  const row = {
    name,
    passed: count('passed', ({ ok }) => (ok ? 1 : 0)),
    failed: count('failed', ({ ok }) => (ok ? 0 : 1)),
    skipped: count('skipped', () => 0),
    seconds: (performance.now() - start) / 1000,
  };
  if (row.passed + row.failed === 0) row.failed = 1; // a step that looked at nothing proves nothing
  rows.push(row);
  return row.failed === 0;
}

/** A step that is one program: its exit code is the check. Output is shown as it comes, never piped. */
const program = (name, command, args, env) => async () => [
  { name, ok: (await run(command, args, { show: true, env })).ok, detail: `${command} ${args.join(' ')}` },
];

const turbo = (task) => program(task, 'turbo', ['run', task, '--output-logs=errors-only']);

function budget(name, seconds, allowed) {
  if (allowed !== undefined && seconds > allowed) {
    warnings.push(`over budget: ${name} took ${seconds.toFixed(0)} s, ${allowed} s are planned`);
  }
}

/** Vitest, counted per project. The exit code decides too: an unhandled error fails without a failed test. */
const tests = (env) => async () => {
  const counts = join(temp, `counts-${rows.length}.json`);
  const reporter = join(root, 'scripts/reporter.mjs');
  const { ok } = await run('vitest', ['run', '--reporter=default', `--reporter=${reporter}`], {
    show: true,
    limit: full ? 4 * 3_600_000 : 1_800_000,
    env: { ...env, CHROMIUM_PATH: chromiumPath() ?? '', WARDSEAL_COUNTS: counts },
  });
  const projects = existsSync(counts) ? Object.entries(readJson(counts).projects) : [];
  const checks = projects.map(([name, row]) => ({ name, ok: row.failed === 0, shown: true, ...row }));
  for (const [room, allowed] of Object.entries(ROOM_BUDGETS)) {
    const ms = projects.filter(([name]) => name.split(':')[0] === room).reduce((sum, [, row]) => sum + row.ms, 0);
    if (env === undefined) budget(`tests of ${room}`, ms / 1000, allowed);
  }
  const executed = (test) => checks.filter(test).reduce((sum, { passed, failed }) => sum + passed + failed, 0);
  const inChromium = ({ name }) => name.includes(':chromium');
  if (executed((one) => !inChromium(one)) === 0) checks.push({ name: 'no test was executed in Node', ok: false });
  if (env === undefined && executed(inChromium) === 0)
    checks.push({ name: 'no test was executed in Chromium', ok: false });
  if (!ok && checks.every((one) => one.ok)) checks.push({ name: 'vitest ended with an error', ok: false });
  return checks;
};

function finish() {
  rmSync(temp, { recursive: true, force: true });
  const total = (field) => rows.reduce((sum, row) => sum + row[field], 0);
  process.stdout.write(
    `\n${'step'.padEnd(22)}${'result'.padEnd(8)}${'passed'.padStart(7)}${'failed'.padStart(8)}${'seconds'.padStart(9)}\n`,
  );
  for (const { name, passed, failed, seconds } of rows) {
    const result = failed === 0 ? 'ok' : 'FAILED';
    process.stdout.write(
      `${name.padEnd(22)}${result.padEnd(8)}${String(passed).padStart(7)}${String(failed).padStart(8)}${seconds.toFixed(1).padStart(9)}\n`,
    );
  }
  for (const line of warnings) process.stdout.write(`warning: ${line}\n`);
  const skipped = total('skipped') > 0 ? `, ${total('skipped')} skipped` : '';
  process.exitCode = total('failed') > 0 || total('passed') === 0 ? 1 : 0;
  process.stdout.write(`${total('passed')} passed, ${total('failed')} failed${skipped}\n`);
}

async function main() {
  // Without its programs nothing is tested: a green table over half of the suites would be read as a whole one.
  if (!(await step('components', ensureComponents))) return finish();
  budget('set-up', (Date.now() - begun) / 1000, BUDGETS['set-up']);
  begun = Date.now();

  const built = await step('build', turbo('build'));
  await step('types', turbo('types'));
  await step('lint', program('lint', 'biome', ['check', '--error-on-warnings', '.']));
  await step('boundaries', program('boundaries', 'turbo', ['boundaries']));
  budget('build, types, lint', (Date.now() - begun) / 1000, BUDGETS['build, types, lint']);

  await step('tree', checkTree);
  await step('tests', tests());
  if (built) {
    await step('consumer', () => consumer({ full, temp }));
    await step('readme', async () => [...(await checkReadmes()), ...checkFigures()]);
    await step('size', checkSizes);
  }
  if (full) {
    await step('long suites', tests({ WARDSEAL_FULL: '1' }));
    await step('benches', program('bench', 'turbo', ['run', 'bench', '--concurrency=1']));
  }
  return finish();
}

await main();

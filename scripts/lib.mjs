// What the check scripts share: where things are, which packages there are, and how to run a program.
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = join(dirname(fileURLToPath(import.meta.url)), '..');

export const readJson = (path) => JSON.parse(readFileSync(path, 'utf8'));

/** Every package of packages/: its folder, its manifest, and whether it is published. */
export const packages = readdirSync(join(root, 'packages'))
  .sort()
  .map((name) => ({ short: name, folder: join(root, 'packages', name) }))
  .map((one) => ({ ...one, manifest: readJson(join(one.folder, 'package.json')) }));

export const published = packages.filter(({ manifest }) => manifest.private !== true);

/**
 * Runs a program without a shell. Output is kept and given back, or shown as it comes with `show`.
 * Never rejects: a program that cannot be started, is killed or overruns `limit` (ms) has `ok: false`.
 */
export function run(command, args, { cwd = root, env = {}, show = false, limit = 600_000, input = '' } = {}) {
  return new Promise((done) => {
    const out = show ? 'inherit' : 'pipe';
    const child = spawn(command, args, { cwd, env: { ...process.env, ...env }, stdio: ['pipe', out, out] });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text) => {
        output += text;
      });
    }
    const timer = setTimeout(() => {
      output += `\n[stopped after ${limit / 1000} s]`;
      child.kill('SIGKILL');
    }, limit);
    const finish = (ok) => {
      clearTimeout(timer);
      done({ ok, output: output.trim() });
    };
    child.on('error', (error) => {
      output += error.message;
      finish(false);
    });
    child.on('close', (code) => finish(code === 0));
    child.stdin.on('error', () => {}); // a program may end without reading its input
    child.stdin.end(input);
  });
}

/** Applies `work` to every item, at most `lanes` at a time, and keeps the order. */
export async function each(items, lanes, work) {
  const results = [];
  let next = 0;
  const lane = async () => {
    while (next < items.length) {
      const index = next++;
      results[index] = await work(items[index]);
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  return results;
}

// Enough to see what broke; a compiler or a stack trace can fill screens.
const DETAIL_LINES = 25;

/** Prints each check, failed ones with their detail, and returns whether all passed. */
export function report(checks) {
  for (const { name, ok, detail } of checks) {
    process.stdout.write(`${ok ? 'ok  ' : 'FAIL'} ${name}\n`);
    const lines = ok ? [] : (detail ?? '').split('\n').slice(0, DETAIL_LINES);
    for (const line of lines) process.stdout.write(`     ${line}\n`);
  }
  return checks.length > 0 && checks.every(({ ok }) => ok);
}

/** True if the script `url` is what Node was started with. */
export const isMain = (url) => process.argv[1] !== undefined && fileURLToPath(url) === process.argv[1];

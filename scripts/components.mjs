// Programs that `npm test` needs and npm cannot bring. Root on Debian or Ubuntu: missing ones are installed.
// Anybody else: one apt line to run, and no test is run without them.
import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, readFileSync, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { pathToFileURL } from 'node:url';

const { components } = JSON.parse(readFileSync(new URL('components.json', import.meta.url), 'utf8'));

function runnable(path) {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** The path of a program on PATH, or undefined. */
export function which(command) {
  const folders = (process.env.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
  return folders.map((folder) => join(folder, command)).find(runnable);
}

/** The browser that the suites drive: CHROMIUM_PATH if set, otherwise the first one found. */
export function chromiumPath() {
  const { variable, commands } = components.find(({ package: name }) => name === 'chromium');
  return process.env[variable] || commands.map(which).find((path) => path !== undefined);
}

function present({ variable, commands = [], all = false, files = [] }) {
  const chosen = variable === undefined ? undefined : process.env[variable];
  if (chosen) return runnable(chosen);
  const found = commands.map((command) => which(command) !== undefined);
  return (all ? found.every(Boolean) : commands.length === 0 || found.some(Boolean)) && files.every(existsSync);
}

function apt(...words) {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const { status } = spawnSync('apt-get', ['-q', '-y', ...words], { stdio: ['ignore', 'inherit', 'inherit'], env });
  return status === 0;
}

/** Looks for every component, installs missing ones as root with apt, and returns one check each. */
export function ensureComponents() {
  // A CHROMIUM_PATH that leads nowhere is the caller's mistake: installing another browser would hide it.
  const wrong = components.filter((one) => one.variable && process.env[one.variable] && !present(one));
  for (const { variable } of wrong) process.stderr.write(`wardseal: ${variable} names no program that can be run\n`);

  let missing = components.filter((one) => !present(one) && !wrong.includes(one));
  if (missing.length > 0) {
    const packages = missing.map((one) => one.package);
    if (process.getuid?.() === 0 && which('apt-get') !== undefined) {
      process.stdout.write(`installing ${packages.join(' ')}\n`);
      if (apt('update')) apt('install', '--no-install-recommends', ...packages);
      missing = missing.filter((one) => !present(one));
    }
    if (missing.length > 0) {
      const names = missing.map((one) => one.package).join(' ');
      process.stderr.write(`wardseal: npm test needs programs that are not here; run this and try again:\n`);
      process.stderr.write(`  sudo apt-get update && sudo apt-get install -y --no-install-recommends ${names}\n`);
    }
  }
  return components.map((one) => ({
    name: one.package,
    ok: !missing.includes(one) && !wrong.includes(one),
    detail: one.why,
  }));
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  process.exitCode = ensureComponents().every(({ ok }) => ok) ? 0 : 1;
}

// What somebody gets who installs the packed packages into an empty folder: Node, types, Chromium, a bare realm.
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { inBareRealm } from './consumer-bare.mjs';
import { inChromium } from './consumer-chromium.mjs';
import { entries, staticImports } from './entries.mjs';
import { each, isMain, published, readJson, report, root, run } from './lib.mjs';

const PAGES = ['./guardian.html', './verifier.html'];
const OLDER_NODES = ['20.19.0', '22', '24'];

const smokeOf = (short) => pathToFileURL(join(root, 'scripts/smoke', `${short}.mjs`)).href;

/** Where a package's first entry has nothing to ask of Node's crypto: the entry that has, and its run. */
const NATIVE = { policy: { entry: '/verify-pack', smoke: 'policy-approval' } };

const one = (name, { ok, output }) => ({ name, ok, detail: output });

async function pack(temp) {
  const folder = join(temp, 'packed');
  mkdirSync(folder, { recursive: true });
  const checks = await each(published, 2, async ({ short, folder: cwd }) =>
    one(`pack ${short}`, await run('pnpm', ['pack', '--pack-destination', folder], { cwd })),
  );
  return { checks, tarballs: readdirSync(folder).map((name) => join(folder, name)) };
}

async function install(temp, tarballs) {
  const folder = join(temp, 'consumer');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{ "name": "consumer", "private": true }\n');
  const flags = ['--prefer-offline', '--no-audit', '--no-fund', '--ignore-scripts', '--loglevel=error'];
  const result = await run('npm', ['install', ...flags, ...tarballs], { cwd: folder });
  return { folder, checks: [one('npm installs the tarballs', result)] };
}

/** The same programs from npm that the workspace takes its own Node from, at the versions we promise. */
async function olderNodes(temp) {
  const folder = join(temp, 'nodes');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{ "name": "nodes", "private": true }\n');
  const platform = `node-${process.platform}-${process.arch}`;
  const aliases = OLDER_NODES.map((version) => `node${version.split('.')[0]}@npm:${platform}@${version}`);
  const flags = [
    '--prefer-offline',
    '--no-audit',
    '--no-fund',
    '--ignore-scripts',
    '--no-bin-links',
    '--loglevel=error',
  ];
  const result = await run('npm', ['install', ...flags, ...aliases], { cwd: folder });
  const paths = OLDER_NODES.map((version) => join(folder, 'node_modules', `node${version.split('.')[0]}`, 'bin/node'));
  return { paths, checks: [one(`npm brings Node ${OLDER_NODES.join(', ')}`, result)] };
}

/** `import` and `require` of each entry, and each smoke run; Node-only entries on the newest, where all modules exist. */
async function onNode(folder, list, node, newest) {
  const version = (await run(node, ['--version'])).output;
  const none = "if (Object.keys(api).length === 0) throw new Error('no export')";
  const loads = list
    .filter((entry) => newest || !entry.nodeOnly)
    .flatMap(({ specifier }) => [
      { name: `import ${specifier}`, type: 'module', code: `import * as api from '${specifier}'; ${none}` },
      { name: `require ${specifier}`, type: 'commonjs', code: `const api = require('${specifier}'); ${none}` },
    ]);
  const smokes = published.map(({ short, manifest }) => ({
    name: `smoke run of ${short}`,
    type: 'module',
    code: `import * as api from '${manifest.name}'; import { smoke } from '${smokeOf(short)}';
      if ((await smoke(api)) !== true) throw new Error('wrong answer')`,
  }));
  return each([...loads, ...smokes], 2, async ({ name, type, code }) => {
    const env = { NODE_OPTIONS: '' };
    const result = await run(node, [`--input-type=${type}`, '-e', code], { cwd: folder, env });
    return one(`${name} on Node ${version}`, result);
  });
}

/** Each command line is there and explains itself. */
async function commandLines(folder) {
  const names = published.flatMap(({ manifest }) => Object.keys(manifest.bin ?? {}));
  return each(names, 2, async (name) => {
    const result = await run(join(folder, 'node_modules/.bin', name), ['--help'], { cwd: folder });
    return one(`${name} --help`, { ...result, ok: result.ok && result.output !== '' });
  });
}

async function types(folder, list) {
  const lines = (statement) => list.map(({ specifier }, index) => statement(specifier, index)).join('\n');
  const uses = lines((_, index) => `export const use${index}: typeof m${index} = m${index};`);
  const esm = `${lines((name, index) => `import * as m${index} from '${name}';`)}\n${uses}\n`;
  const cjs = `${lines((name, index) => `import m${index} = require('${name}');`)}\n${uses}\n`;
  writeFileSync(join(folder, 'esm.mts'), esm);
  writeFileSync(join(folder, 'cjs.cts'), cjs);
  const settings = { nodenext: { module: 'nodenext' }, bundler: { module: 'preserve', moduleResolution: 'bundler' } };
  return each(Object.entries(settings), 2, async ([name, how]) => {
    const compilerOptions = { strict: true, noEmit: true, skipLibCheck: false, target: 'es2022', types: [], ...how };
    writeFileSync(join(folder, `${name}.json`), JSON.stringify({ compilerOptions, files: ['esm.mts', 'cjs.cts'] }));
    return one(`types, ${name}`, await run('tsc', ['-p', `${name}.json`], { cwd: folder }));
  });
}

const filesIn = (folder) =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));

/** What the shipped files hold: no private type, no inlined dependency, no code from text, only what was promised. */
function shipped(folder, list) {
  return published.flatMap(({ short, manifest }) => {
    const home = join(folder, 'node_modules', manifest.name);
    const found = filesIn(home).filter((path) => !path.includes('/node_modules/', home.length));
    const text = (path) => readFileSync(path, 'utf8');
    const holding = (ending, pattern) => found.filter((path) => path.endsWith(ending) && pattern.test(text(path)));
    const check = (name, faults) => ({ name: `${short}: ${name}`, ok: faults.length === 0, detail: faults.join('\n') });
    const inlined = found
      .filter((path) => path.endsWith('.js.map'))
      .flatMap((path) => readJson(path).sources.filter((source) => source.includes('node_modules/')));
    const own = list.filter((entry) => entry.file.startsWith(`${home}/`));
    const reached = (entry) => [...staticImports(entry.file).values()].flat();
    const undeclared = own.flatMap(reached).filter((name) => {
      const owner = name
        .split('/')
        .slice(0, name.startsWith('@') ? 2 : 1)
        .join('/');
      return !name.startsWith('.') && !isBuiltin(name) && manifest.dependencies?.[owner] === undefined;
    });
    const node = own.filter((entry) => !entry.nodeOnly && reached(entry).some(isBuiltin));
    return [
      check('no private type in its declarations', holding('.d.ts', /@wardseal\/(?:primitives|testkit)/)),
      check('nothing of node_modules is inlined', inlined),
      check('imports only what it declares', undeclared),
      check(
        'browser entries import no Node module',
        node.map(({ specifier }) => specifier),
      ),
      check('makes no code from text', holding('.js', /\beval\s*\(|\bnew Function\b|\bFunction\s*\(\s*['"`]/)),
      check(
        'ships no test, vector or source path',
        found.filter((path) => /\/(?:test|bench|vectors|src)\//.test(path.slice(home.length))),
      ),
      check(
        'has README and LICENSE',
        ['README.md', 'LICENSE'].filter((name) => !existsSync(join(home, name))),
      ),
    ];
  });
}

/** Node's own crypto does the work: the smoke run is repeated with every function of node:crypto counted. */
async function native(folder) {
  return each(published, 2, async ({ short, manifest }) => {
    const { entry, smoke } = NATIVE[short] ?? { entry: '', smoke: short };
    const env = { WARDSEAL_SPECIFIER: `${manifest.name}${entry}`, WARDSEAL_SMOKE: smokeOf(smoke) };
    const script = join(folder, 'native.mjs');
    if (!existsSync(script)) writeFileSync(script, readFileSync(join(root, 'scripts/consumer-native.mjs')));
    return one(`${short} uses Node's crypto`, await run('node', [script], { cwd: folder, env }));
  });
}

async function linters(tarballs) {
  const runs = tarballs.flatMap((path) => [
    ['publint', ['run', path, '--strict']],
    // A page is exported to be found, not imported: it has no types.
    ['attw', [path, '--profile', 'esm-only', '--exclude-entrypoints', ...PAGES, '--no-color', '--no-emoji']],
  ]);
  return each(runs, 2, async ([command, args]) =>
    one(
      `${command} ${args
        .find((arg) => arg.endsWith('.tgz'))
        .split('/')
        .pop()}`,
      await run(command, args),
    ),
  );
}

/** All consumer checks; `full` adds the older Nodes. */
export async function consumer({ full, temp }) {
  const packed = await pack(temp);
  if (!packed.checks.every(({ ok }) => ok)) return packed.checks;
  const { folder, checks } = await install(temp, packed.tarballs);
  if (!checks.every(({ ok }) => ok)) return [...packed.checks, ...checks];
  const list = published.flatMap(({ manifest }) => entries(join(folder, 'node_modules', manifest.name), manifest));
  const nodes = full ? await olderNodes(temp) : { paths: [], checks: [] };
  const all = [...packed.checks, ...checks, ...nodes.checks];
  // A part that breaks down is one failed check, and the others still run.
  const part = async (name, work) => {
    try {
      all.push(...(await work()));
    } catch (error) {
      all.push({ name, ok: false, detail: error instanceof Error ? error.message : String(error) });
    }
  };
  for (const node of nodes.paths) await part(node, () => onNode(folder, list, node, false));
  await part('node', () => onNode(folder, list, 'node', true));
  await part('command lines', () => commandLines(folder));
  await part('types', () => types(folder, list));
  await part('shipped files', () => shipped(folder, list));
  await part('native crypto', () => native(folder));
  await part('bare realm', () => inBareRealm(folder));
  await part('Chromium', () => inChromium(folder, list));
  await part('linters', () => linters(packed.tarballs));
  return all;
}

if (isMain(import.meta.url)) {
  const temp = mkdtempSync(join(tmpdir(), 'wardseal-consumer-'));
  process.exitCode = report(await consumer({ full: process.argv.includes('--full'), temp })) ? 0 : 1;
  rmSync(temp, { recursive: true, force: true });
}

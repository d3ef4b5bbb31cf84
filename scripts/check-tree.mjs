// What must never be committed, whatever a test says: big files, registry addresses, real NHS or CHI numbers, paths of
// somebody's machine; and what every published manifest must say.
import { lstatSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isMain, published, report, root, run } from './lib.mjs';

// Sample photographs are the largest thing anybody needs; a video or a dump does not belong in git.
const MAX_FILE_BYTES = 5_000_000;
const IGNORED = new Set(['node_modules', 'dist', '.turbo', '.git', 'coverage', 'demo-output', 'data', 'reports']);
// A path that starts at a place only one machine has. Written so that this file does not find itself.
const MACHINE_PATH = new RegExp(`(?<![\\w.~*-])/(?:${['work', 'root', 'home'].join('|')})/[\\w.-]`);
// Ten digits, also spaced 3-3-4, that are no part of a longer number, word, hash or decimal.
const TEN_DIGITS = /(?<![\w.+/=-])(\d{3})([ -]?)(\d{3})\2(\d{4})(?![\w+/=]|[.-]\d)/g;

/** True for ten digits with a right check digit in a range that is or was issued to people, demo range excepted. */
export function isPatientNumber(digits) {
  if (digits.startsWith('999000') || /^(\d)\1*$/.test(digits)) return false;
  const sum = [...digits].slice(0, 9).reduce((total, digit, index) => total + Number(digit) * (10 - index), 0);
  if ((11 - (sum % 11)) % 11 !== Number(digits[9])) return false;
  const [day, month] = [Number(digits.slice(0, 2)), Number(digits.slice(2, 4))];
  const chi = day >= 1 && day <= 31 && month >= 1 && month <= 12;
  return chi || /^(3[2-9]|[4679])/.test(digits);
}

function walk(folder, prefix = '') {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (IGNORED.has(entry.name)) return [];
    const path = prefix + entry.name;
    return entry.isDirectory() ? walk(join(folder, entry.name), `${path}/`) : [path];
  });
}

/** Files git has or would take; a copy without git is walked. */
async function files() {
  const { ok, output } = await run('git', ['ls-files', '-z', '-co', '--exclude-standard']);
  const listed = ok ? output.split('\0').filter((path) => path !== '') : walk(root);
  return listed.filter((path) => lstatSync(join(root, path), { throwIfNoEntry: false })?.isFile());
}

/** The faults of one file's text, each as `line: what`. */
export function faultsOf(text) {
  const faults = [];
  for (const [index, line] of text.split('\n').entries()) {
    if (MACHINE_PATH.test(line)) faults.push(`${index + 1}: a path of one machine`);
    for (const [, a, , b, c] of line.matchAll(TEN_DIGITS)) {
      if (isPatientNumber(a + b + c)) faults.push(`${index + 1}: could be somebody's NHS or CHI number`);
    }
  }
  return faults;
}

function manifestFaults({ manifest }) {
  const { license, type, sideEffects, engines, publishConfig, exports, files: shipped = [] } = manifest;
  const faults = [];
  if (license !== 'Apache-2.0') faults.push('license is not Apache-2.0');
  // A worker's script does its work by being loaded; nothing else may.
  const still =
    sideEffects === false || (Array.isArray(sideEffects) && sideEffects.every((path) => /\bworker\.js$/.test(path)));
  if (type !== 'module' || !still) faults.push('not an ESM package without side effects');
  if (engines?.node !== '>=20.19') faults.push('engines.node is not >=20.19');
  if (publishConfig?.access !== 'public') faults.push('publishConfig.access is not public');
  for (const name of ['dist', 'README.md', 'LICENSE', 'CHANGELOG.md']) {
    if (!shipped.includes(name)) faults.push(`files lacks ${name}`);
  }
  for (const [path, target] of Object.entries(exports)) {
    if (/\.(json|html)$/.test(path)) continue;
    if (Object.keys(target).join() !== 'types,default') faults.push(`exports ${path} is not types, then default`);
    if (path.includes('*')) faults.push(`exports ${path} opens a whole folder`);
  }
  for (const [name, version] of Object.entries(manifest.dependencies ?? {})) {
    if (version !== 'catalog:') faults.push(`${name} has a version of its own`);
    if (name !== 'zod' && !name.startsWith('@noble/')) faults.push(`${name} needs a written decision`);
  }
  return faults;
}

/** One check per rule over the whole tree, and one per published manifest. */
export async function checkTree() {
  const listed = await files();
  const read = (path) => readFileSync(join(root, path));
  const big = listed.filter((path) => lstatSync(join(root, path)).size > MAX_FILE_BYTES);
  const lock = read('pnpm-lock.yaml').toString().split('\n');
  const addresses = lock.flatMap((line, index) => (/https?:|tarball:|registry/.test(line) ? [`${index + 1}`] : []));
  const faults = listed
    .filter((path) => path !== 'pnpm-lock.yaml' && !big.includes(path))
    .flatMap((path) => {
      const bytes = read(path);
      return bytes.subarray(0, 8192).includes(0) ? [] : faultsOf(bytes.toString()).map((fault) => `${path}:${fault}`);
    });
  const check = (name, found) => ({ name, ok: found.length === 0, detail: found.join('\n') });
  return [
    check(`no file over ${MAX_FILE_BYTES / 1e6} MB`, big),
    check('no address in the lock file', addresses),
    check(
      'no path of one machine',
      faults.filter((line) => line.endsWith('machine')),
    ),
    check(
      'no patient number',
      faults.filter((line) => line.endsWith('number')),
    ),
    ...published.map((one) => check(`manifest of ${one.manifest.name}`, manifestFaults(one))),
  ];
}

if (isMain(import.meta.url)) process.exitCode = report(await checkTree()) ? 0 : 1;

// Runs what the READMEs show: every ts block with Node against the built packages, and plain command lines.
import {
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join, relative } from 'node:path';
import { each, isMain, packages, published, report, root, run } from './lib.mjs';

const BLOCK = /^```(ts|sh)\n(.*?)^```$/gms;
// The one line in a cell of a table: `import ...; console.log(...)`.
const CELL = /\| `(import [^`|]+)` (?=\|)/g;
// A command with a word like DIR, <file> or ... shows a form, not a run.
const FORM = /\b[A-Z][A-Z_]{2,}\b|[<>]|\.\.\./;

/** The runnable blocks of one README, with the line each begins at. */
export function blocksOf(path) {
  const text = readFileSync(path, 'utf8');
  const home = dirname(path);
  const nameAt = (index) => `${relative(root, path)}:${text.slice(0, index).split('\n').length}`;
  const cells = [...text.matchAll(CELL)].map(({ 1: code, index }) => ({
    name: nameAt(index),
    language: 'ts',
    code,
    home,
  }));
  const blocks = [...text.matchAll(BLOCK)].flatMap(({ 1: language, 2: code, index }) => {
    const block = { name: nameAt(index), language, code, home };
    if (language === 'ts') return [block];
    const lines = code.split('\n').filter((one) => one.trim() !== '' && !one.startsWith('#'));
    return lines.length > 0 && lines.every((one) => one.startsWith('wardseal-') && !FORM.test(one)) ? [block] : [];
  });
  return [...cells, ...blocks];
}

/** A folder whose node_modules holds every package by name, each linked to the workspace, and the command lines. */
function workspace() {
  const temp = mkdtempSync(join(tmpdir(), 'wardseal-readme-'));
  const link = (target, path) => {
    mkdirSync(dirname(path), { recursive: true });
    if (!existsSync(path)) symlinkSync(target, path);
  };
  for (const { folder, manifest } of packages) {
    link(folder, join(temp, 'node_modules', manifest.name));
    for (const [name, target] of Object.entries(manifest.bin ?? {}))
      link(join(folder, target), join(temp, 'bin', name));
  }
  // A recipe may use what the packages and the app themselves depend on, such as zod or a peer it compares with.
  for (const modules of globSync(join(root, '{packages,apps}/*/node_modules'))) {
    for (const name of readdirSync(modules).filter((one) => !one.startsWith('.') && one !== '@wardseal')) {
      const scoped = name.startsWith('@')
        ? readdirSync(join(modules, name)).map((inner) => `${name}/${inner}`)
        : [name];
      for (const one of scoped) link(join(modules, one), join(temp, 'node_modules', one));
    }
  }
  return temp;
}

/** One check per block; a published package without one runnable block fails. */
export async function checkReadmes() {
  const readmes = ['README.md', ...published.map(({ short }) => `packages/${short}/README.md`)].map((path) =>
    join(root, path),
  );
  const blocks = readmes.filter((path) => existsSync(path)).flatMap(blocksOf);
  const temp = workspace();
  const checks = await each([...blocks.entries()], 2, async ([index, { name, language, code }]) => {
    const cwd = join(temp, `block-${index}`);
    mkdirSync(cwd);
    if (language === 'sh') {
      const env = { TMPDIR: cwd, PATH: join(temp, 'bin') + delimiter + process.env.PATH };
      const { ok, output } = await run('bash', ['-eu', '-c', code], { cwd, env, limit: 60_000 });
      return { name, ok, detail: output };
    }
    writeFileSync(join(cwd, 'block.mts'), code); // the workspace's Node strips the types itself
    const { ok, output } = await run('node', ['block.mts'], { cwd, limit: 60_000, env: { TMPDIR: cwd } });
    return { name, ok, detail: output };
  });
  rmSync(temp, { recursive: true, force: true });
  for (const path of readmes) {
    const own = blocks.filter(({ home, language }) => home === dirname(path) && language === 'ts').length;
    if (own === 0) checks.push({ name: `${relative(root, path)} has a runnable example`, ok: false });
  }
  return checks;
}

if (isMain(import.meta.url)) process.exitCode = report(await checkReadmes()) ? 0 : 1;

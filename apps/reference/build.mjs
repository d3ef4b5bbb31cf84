// Makes dist/assets: what a browser loads. File names carry a digest of what is in them, so that they can be kept for ever;
// assets.json says which name stands for what, and beside each file lies its compressed form.
//   node build.mjs [FOLDER]
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants } from 'node:zlib';
import { build } from 'esbuild';
import { compile } from 'sass';

const room = fileURLToPath(new URL('.', import.meta.url));
const target = process.argv[2] ?? join(room, 'dist/assets');
const PATH = '/assets/';
const PAGES = {
  app: 'client/app/main.ts',
  enrol: 'client/app/enrol.ts',
  recover: 'client/app/recover.ts',
  ig: 'client/ig/main.ts',
  people: 'client/people/main.ts',
};
// Chromium, Firefox and Safari of 2024: what this house's documents promise, and no older.
const BROWSERS = 'es2023';

/** What every bundle has in common. */
const options = {
  absWorkingDir: room,
  outdir: target,
  bundle: true,
  minify: true,
  metafile: true,
  format: 'esm',
  platform: 'browser',
  target: BROWSERS,
  legalComments: 'none',
  charset: 'utf8',
  entryNames: '[name]-[hash]',
  chunkNames: 'part-[hash]',
  logOverride: { 'ignored-bare-import': 'silent' },
};

/** The names that entries got, by the names they are known by. */
function named(metafile, entries) {
  const files = Object.keys(metafile.outputs).map((path) => basename(path));
  const fileOf = (name) => files.find((file) => new RegExp(`^${name}-[A-Z0-9]{8}\\.js$`).test(file));
  return Object.fromEntries(Object.keys(entries).map((name) => [`${name}.js`, fileOf(name)]));
}

function styles() {
  // Warnings of the style library about its own next version are nothing this build can act on.
  const sheet = compile(join(room, 'client/styles/main.scss'), { style: 'compressed', quietDeps: true });
  // Icons of search fields and of tables that sort: no page has either, and a style sheet of ours loads nothing.
  const css = sheet.css.replace(/[^{}]+\{[^{}]*url\((?!["']?data:)[^{}]*\}/g, '');
  const file = `main-${createHash('sha256').update(css).digest('hex').slice(0, 8)}.css`;
  writeFileSync(join(target, file), css);
  return { 'main.css': file };
}

rmSync(target, { recursive: true, force: true });
mkdirSync(target, { recursive: true });

// One after the other: each names the address of what it starts. The core's worker comes in parts: signing in needs half.
const [mark, worker] = [{ 'mark-worker': '@wardseal/watermark/worker' }, { worker: 'client/worker/worker.ts' }];
const names = {};
const define = {};
const make = async (entryPoints, extra) => {
  const { metafile } = await build({ ...options, ...extra, define, entryPoints });
  Object.assign(names, named(metafile, entryPoints));
  return metafile;
};
await make(mark);
define.MARK_WORKER_URL = JSON.stringify(PATH + names['mark-worker.js']);
await make(worker, { splitting: true });
define.WORKER_URL = JSON.stringify(PATH + names['worker.js']);
const { outputs } = await make(PAGES, { splitting: true });
Object.assign(names, styles());

for (const file of readdirSync(target)) {
  const bytes = readFileSync(join(target, file));
  const compressed = brotliCompressSync(bytes, {
    params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length },
  });
  writeFileSync(join(target, `${file}.br`), compressed);
}

/** What a page's script imports before it runs, so that the server can name it in the page and save a round trip. */
function importedFirst(entry) {
  const found = new Set();
  const follow = (path) => {
    for (const one of outputs[path].imports) {
      if (one.kind !== 'import-statement' || one.external || found.has(one.path)) continue;
      found.add(one.path);
      follow(one.path);
    }
  };
  follow(relative(room, join(target, entry)));
  return [...found].map((path) => basename(path));
}

const preload = Object.fromEntries(
  Object.keys(PAGES).map((name) => [`${name}.js`, importedFirst(names[`${name}.js`])]),
);
writeFileSync(join(target, 'assets.json'), `${JSON.stringify({ names, preload }, null, 2)}\n`);

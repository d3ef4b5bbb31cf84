// The size of each browser entry as an application would ship it: bundled with its dependencies, minified, gzipped. Two
// figures: all of it, and what a page loads before it calls anything. The difference is code behind import(): noble's
// ciphers, curves and ML-KEM, which only a browser without the native ones fetches.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { browserEntries } from './entries.mjs';
import { isMain, published, report, root } from './lib.mjs';

// What one job needs of a large entry. An entry grows with every job it has; a page pays for what it imports.
const JOBS = [
  {
    title: '@wardseal/crypto, seal and open',
    specifier: '@wardseal/crypto',
    names: ['generateIdentity', 'generateSigningKey', 'open', 'seal'],
  },
  { title: '@wardseal/policy, load and decide', specifier: '@wardseal/policy', names: ['createPdp', 'loadPolicy'] },
  {
    title: '@wardseal/watermark, mark a view',
    specifier: '@wardseal/watermark',
    names: ['embed', 'overlayBox', 'prepareChips', 'renderOverlay'],
  },
];

// The goals of sealing and opening in a browser are 40 KB with all fallbacks and 22 KB without: the second is reached and
// is the bound, for the first the bound holds what is there. So is the goal of the audit verifier, 25 KB with Ed25519 alone. The others catch an accident: a second copy of noble's
// post-quantum code is 15 KB, zod with all its languages 100 KB. Each is about one and a half times what was measured when
// it was set.
const LIMIT_KB = {
  '@wardseal/crypto, seal and open': { all: 50, first: 22 },
  '@wardseal/crypto': { all: 75 },
  '@wardseal/crypto/testing': { all: 45 },
  '@wardseal/audit/verify': { all: 50, first: 25 },
  '@wardseal/audit': { all: 100 },
  '@wardseal/audit/report': { all: 100 },
  '@wardseal/link-signing': { all: 70 },
  // It carries the opening page: its script alone, with the post-quantum key it makes, is 39 KB.
  '@wardseal/link-signing/handler': { all: 125 },
  '@wardseal/policy': { all: 32 },
  // The goals are 10 KB to load and decide and 4 KB to decide (docs/decisions/0032): the bounds hold what is there.
  '@wardseal/policy, load and decide': { all: 13.3 },
  '@wardseal/policy/evaluate': { all: 6.7 },
  '@wardseal/policy/place': { all: 5 },
  '@wardseal/policy/enforce': { all: 2 },
  '@wardseal/policy/packs/nhs': { all: 16 },
  // Every job at once: tracing videos is 6 KB of it, marking them 2. A viewer's page pays for the second line alone.
  '@wardseal/watermark': { all: 40 },
  '@wardseal/watermark, mark a view': { all: 13 },
};
// For an entry without a line of its own: what a whole package may weigh.
const DEFAULT_LIMIT_KB = 60;

const kilobytes = (contents) => gzipSync(contents, { level: 9 }).length / 1024;

function bundle(file, folder, names, splitting) {
  return build({
    stdin: { contents: `export ${names ? `{ ${names} }` : '*'} from ${JSON.stringify(file)}`, resolveDir: folder },
    absWorkingDir: folder,
    bundle: true,
    minify: true,
    write: false,
    metafile: true,
    splitting,
    outdir: folder,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    legalComments: 'none',
    // A chunk imported for its side effects, which are declared to be none: what is left of a bundler's splitting.
    logOverride: { 'ignored-bare-import': 'silent' },
  });
}

/** The chunks that a page loads with the entry: everything that static imports reach. */
function firstChunks(outputs) {
  const first = new Set();
  const reach = (path) => {
    if (first.has(path)) return;
    first.add(path);
    for (const { kind, path: next } of outputs[path].imports) if (kind === 'import-statement') reach(next);
  };
  reach(Object.keys(outputs).find((path) => outputs[path].entryPoint === '<stdin>'));
  return first;
}

/** Kilobytes of an entry, or of some of its names: `all` in one file, `first` as the chunks a page begins with. */
export async function sizeOf({ file, folder, names }) {
  const whole = await bundle(file, folder, names, false);
  const split = await bundle(file, folder, names, true);
  let first = 0;
  for (const path of firstChunks(split.metafile.outputs)) {
    first += kilobytes(split.outputFiles.find((output) => output.path === join(folder, path)).contents);
  }
  return { all: kilobytes(whole.outputFiles[0].contents), first };
}

/** Measures every browser entry and job, prints a table, writes reports/size.json, and checks the bounds. */
export async function checkSizes() {
  const entries = published.flatMap(({ folder, manifest }) =>
    browserEntries(folder, manifest).map(({ specifier, file }) => ({ title: specifier, specifier, file, folder })),
  );
  const jobs = JOBS.map((job) => ({ ...entries.find(({ specifier }) => specifier === job.specifier), ...job }));
  const checks = [];
  const sizes = {};
  for (const one of [...entries, ...jobs]) {
    const size = await sizeOf(one);
    const limit = { all: DEFAULT_LIMIT_KB, ...LIMIT_KB[one.title] };
    sizes[one.title] = { all: Number(size.all.toFixed(1)), first: Number(size.first.toFixed(1)) };
    const of = (part) => `${size[part].toFixed(1).padStart(6)} KB${limit[part] ? ` (bound ${limit[part]})` : ''}`;
    process.stdout.write(`${one.title.padEnd(34)} all ${of('all').padEnd(20)} first ${of('first')}\n`);
    const ok = size.all <= limit.all && size.first <= (limit.first ?? limit.all);
    checks.push({ name: `size of ${one.title}`, ok, detail: `all${of('all')}, first${of('first')}` });
  }
  const path = join(root, 'reports/size.json');
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `${JSON.stringify(sizes, null, 2)}\n`);
  return checks;
}

if (isMain(import.meta.url)) process.exitCode = report(await checkSizes()) ? 0 : 1;

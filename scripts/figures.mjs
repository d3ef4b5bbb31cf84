// Tables of figures in a package's README are made from the JSON its benches kept, so that no figure is typed by hand.
// `node scripts/figures.mjs --write` fills every block between `<!-- figures: NAME NAME -->` and `<!-- /figures -->`;
// without it, it fails where a block and its files differ.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isMain, published, readJson, report } from './lib.mjs';

const BLOCK = /<!-- figures: ([a-z0-9 -]+) -->\n[\s\S]*?<!-- \/figures -->/g;

const round = (value) => (value >= 100 ? Math.round(value).toLocaleString('en-GB') : Number(value.toPrecision(3)));

/** One row a peer: ours, theirs, and how many times as fast ours is. */
function rows(result) {
  const [ours, ...peers] = result.cases;
  const speed = (one) => `${round(one.unitsPerSecond)} ${result.unit === 'call' ? 'calls' : result.unit}/s`;
  return peers.map(
    (peer) => `| ${result.title} | ${speed(ours)} | ${peer.name}: ${speed(peer)} | ${peer.oursToThis.toFixed(2)} |`,
  );
}

function table(folder, names) {
  const results = names.map((name) => readJson(join(folder, 'bench/results', `${name}.json`)));
  return ['| | ours | peer | ratio |', '|---|---|---|---|', ...results.flatMap(rows)].join('\n');
}

/** Compares (or with `write` fills) the figure blocks of every package's README. */
export function checkFigures({ write = false } = {}) {
  const checks = [];
  for (const { folder } of published) {
    const path = join(folder, 'README.md');
    if (!existsSync(path)) continue;
    const text = readFileSync(path, 'utf8');
    const made = text.replace(BLOCK, (_, names) => {
      const list = names.trim().split(/\s+/);
      return `<!-- figures: ${list.join(' ')} -->\n${table(folder, list)}\n<!-- /figures -->`;
    });
    if (write) writeFileSync(path, made);
    else if (text.includes('<!-- figures: '))
      checks.push({ name: `figures in ${path}`, ok: made === text, detail: 'run scripts/figures.mjs --write' });
  }
  return checks;
}

if (isMain(import.meta.url))
  process.exitCode = report(checkFigures({ write: process.argv.includes('--write') })) ? 0 : 1;

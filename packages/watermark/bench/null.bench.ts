// Innocent scores on folded tiles of real photographs: 100,000 wrong image keys and as many decoys on each. Writes
// docs/watermark-null.md, its plot and bench/results/null.json. `node bench/null.bench.ts 2000 cat` tries it
// on one of them and writes nothing.
import './null/source.ts';
import { mkdirSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';

const { foldedTiles, GUILTY } = await import('./null/evidence.ts');
const { decoys } = await import('./null/score.ts');
const { page, plot } = await import('./null/sheet.ts');
const { tally } = await import('./null/tally.ts');
const { layoutOf, traceBits } = await import('../src/code/tile.ts');
const { scorer } = await import('../src/statistics.ts');

const ALL = 100_000;
const count = Number(process.argv[2] ?? ALL);
const threads = Math.min(4, availableParallelism());

const started = Date.now();
const tiles = await foldedTiles(process.argv[3]);
console.log(`${tiles.length} tiles folded in ${Date.now() - started} ms`);

/** The wrong keys, shared out over the threads and put together in order. */
async function wrongKeyScores(): Promise<Float64Array[]> {
  const parts = await Promise.all(
    Array.from({ length: threads }, async (_, i) => {
      const share = (k: number): number => Math.floor((k * count) / threads);
      const workerData = { tiles: tiles.map((tile) => tile.votes), from: share(i), to: share(i + 1) };
      const worker = new Worker(new URL('./null/worker.ts', import.meta.url), { workerData });
      return new Promise<Float64Array[]>((resolve, reject) => worker.on('message', resolve).on('error', reject));
    }),
  );
  return tiles.map((_, t) => Float64Array.from(parts.flatMap((part) => [...part[t]!])));
}

/** The decoys of each photograph's key, on all of its tiles. */
function decoyScores(): Map<Float64Array, Float64Array> {
  const out = new Map<Float64Array, Float64Array>();
  for (const [photo, { key }] of new Map(tiles.map((tile) => [tile.photo, tile]))) {
    const own = tiles.filter((tile) => tile.photo === photo).map((tile) => tile.votes);
    decoys(own, key, count).forEach((scores, t) => void out.set(own[t]!, scores));
  }
  return out;
}

const viewing = new TextEncoder().encode(GUILTY);
const wrong = await wrongKeyScores();
const right = decoyScores();
const rows = tiles.map(({ photo, marked, attack, key, votes }, t) => {
  const score = scorer(Float64Array.from(layoutOf(key, 'view').trace, (at) => votes[at]!));
  const guilty = marked ? score(traceBits(key, 'view', viewing)) : null;
  return { photo, marked, attack, guilty, wrongKeys: tally(wrong[t]!), decoys: tally(right.get(votes)!) };
});
const text = page(rows);
console.log(text);
console.log(`${Date.now() - started} ms in all`);
if (count === ALL) {
  const docs = new URL('../../../docs/', import.meta.url);
  mkdirSync(new URL('./results/', import.meta.url), { recursive: true });
  writeFileSync(new URL('./results/null.json', import.meta.url), `${JSON.stringify({ block: 1000, rows })}\n`);
  writeFileSync(new URL('watermark-null.md', docs), text);
  writeFileSync(new URL('watermark-null.svg', docs), plot(rows));
}

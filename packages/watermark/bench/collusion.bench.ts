// Who is named when several people put their copies together: every photograph, every collusion, 100,000 innocents
// beside the colluders.
//   PHOTOS_DIR=folder node bench/collusion.bench.ts --seed 7
// A run over everything writes bench/results/collusion.json; with --photos or --attacks, say where: --out file.
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { dirname } from 'node:path';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import type { Row, Setting } from './collusion/row.ts';
import { photographs } from './robustness/pictures.ts';

const { values: options } = parseArgs({
  options: {
    photos: { type: 'string' },
    attacks: { type: 'string' },
    seed: { type: 'string', default: '1' },
    innocents: { type: 'string', default: '100000' },
    threads: { type: 'string', default: String(cpus().length) },
    out: { type: 'string' },
  },
});
const folder = process.env['PHOTOS_DIR'];
const setting: Setting = {
  folder,
  seed: Number(options.seed),
  innocents: Number(options.innocents),
  attacks: options.attacks,
};
const parts = options.photos?.split(',');
const queue = photographs(folder, setting.seed)
  .map(({ name }) => name)
  .filter((name) => parts === undefined || parts.some((part) => name.includes(part)));
const rows: Row[] = [];
const whole = parts === undefined && options.attacks === undefined;
const out = options.out ?? (whole ? new URL('./results/collusion.json', import.meta.url).pathname : undefined);

await Promise.all(
  Array.from({ length: Math.min(queue.length, Number(options.threads)) }, async () => {
    const worker = new Worker(new URL('./collusion/worker.ts', import.meta.url), { workerData: setting });
    await new Promise<void>((resolve, reject) => {
      const next = (): void => {
        const photo = queue.shift();
        if (photo === undefined) resolve();
        else worker.postMessage(photo);
      };
      worker.on('error', reject).on('message', (message: Row | 'next') => {
        if (message === 'next') next();
        else told(message);
      });
      next();
    });
    await worker.terminate();
  }),
);

function told(row: Row): void {
  rows.push(row);
  // After every one: a long run that is stopped keeps what it found.
  if (out !== undefined) save(out);
  const { photo, attack, named, colluders, z, innocents, accused } = row;
  const highest = innocents.map((round) => round.highest).join(' and ');
  const alarm = accused > 0 ? ' AN INNOCENT IS ACCUSED' : '';
  console.log(`${photo} ${attack}: ${named} of ${colluders}, z ${z.join(' ')}, innocents to ${highest}${alarm}`);
}

function save(to: string): void {
  const sorted = rows.toSorted((a, b) => (a.photo < b.photo ? -1 : a.photo > b.photo ? 1 : 0));
  const { seed, innocents } = setting;
  const about = { seed, innocents, date: new Date().toISOString(), node: process.versions.node };
  mkdirSync(dirname(to), { recursive: true });
  writeFileSync(to, `${JSON.stringify({ ...about, rows: sorted })}\n`);
}

/** One line for each collusion. */
function table(): string {
  const names = [...new Set(rows.map(({ attack }) => attack))];
  const lines = names.map((attack) => {
    const of = rows.filter((row) => row.attack === attack);
    const sum = (count: (row: Row) => number): number => of.reduce((total, row) => total + count(row), 0);
    const listed = of.flatMap(({ z }) => z);
    const colluders = sum((row) => row.colluders);
    const cells = [
      attack,
      of.length,
      `${sum((row) => row.named)} of ${colluders} (${sum((row) => row.first)})`,
      `${of.filter((row) => row.named > 0).length} of ${of.length}`,
      Math.min(...listed).toFixed(1),
      Math.max(...of.flatMap(({ innocents }) => innocents.map(({ highest }) => highest))).toFixed(1),
      sum((row) => row.accused),
    ];
    return `| ${cells.join(' | ')} |`;
  });
  return [
    '| collusion | copies | colluders named (in round 1) | at least one | lowest z of a colluder | highest z of an innocent | innocents accused |',
    '|---|---|---|---|---|---|---|',
    ...lines,
  ].join('\n');
}

console.log(`\n${table()}`);
// An innocent's name is the one answer that must never come.
if (rows.some(({ accused }) => accused > 0)) process.exitCode = 1;

// docs/watermark-robustness.md and its pictures, from what bench/results holds: the last whole run and the peers' run.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DEFAULT_DECODE_BUDGET_MS } from '@wardseal/watermark';
import { type PeerRun, peerTables } from './peer-table.ts';
import { heatMap, matchScore, scorePlot } from './plots.ts';
import type { Summary } from './summary.ts';
import { goalTable, missTable, qualityTable, timesTable } from './table.ts';

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const SUMMARY = at('../results/robustness.json');
const PEERS = at('../results/peers.json');
const DOCS = at('../../../../docs');

export function writeSummary(summary: Summary): void {
  write(SUMMARY, `${JSON.stringify(summary, null, 1)}\n`);
}

export function writePeers(run: PeerRun): void {
  write(PEERS, `${JSON.stringify(run, null, 1)}\n`);
}

/** Writes the page and its pictures; parts that were never measured are left out. */
export function writePage(): void {
  const summary = read<Summary>(SUMMARY);
  const peers = read<PeerRun>(PEERS);
  if (summary !== undefined) {
    write(`${DOCS}/images/watermark-robustness.svg`, heatMap(summary));
    write(`${DOCS}/images/watermark-scores.svg`, scorePlot(summary));
  }
  write(
    `${DOCS}/watermark-robustness.md`,
    [
      '# What the watermark survives',
      'Written by `packages/watermark/bench/robustness.bench.ts` and `peers.bench.ts`; how it is measured and why:',
      '[decision 0061](decisions/0061-how-robustness-is-measured.md).',
      ...(summary === undefined ? [] : ['', ...own(summary)]),
      ...(peers === undefined ? [] : ['', '## Beside others', '', peerTables(peers)]),
      '',
    ].join('\n'),
  );
}

function own(summary: Summary): string[] {
  const { run, cases, photographs, wrong, late } = summary;
  const mean = photographs.reduce((sum, { ssim }) => sum + ssim, 0) / photographs.length;
  const least = photographs.reduce((low, one) => (one.ssim < low.ssim ? one : low));
  const noisiest = photographs.reduce((low, one) => (one.psnr < low.psnr ? one : low));
  const match = matchScore(run.candidates).toFixed(1);
  return [
    `${photographs.length} pictures, ${cases} attacked copies, marked at the default of 45 dB, seed ${run.seed}. "Informed" is`,
    `\`trace\` with the original and ${run.candidates} candidates, one of them guilty: right when that one and nobody else is a`,
    `\`match\` (z of about ${match} or more). "Blind" is \`decode\` without the original: right when the id is the guilty one's.`,
    `Wrong names: **${wrong.length}**. ${run.machine}, ${run.date.slice(0, 10)}.`,
    '',
    goalTable(summary),
    '',
    '![Share of right answers by attack and size of the picture](images/watermark-robustness.svg)',
    '',
    '![Score of the guilty viewing by attack](images/watermark-scores.svg)',
    '',
    '## Quality',
    '',
    `SSIM ${mean.toFixed(4)} on average (goal 0.99), ${least.ssim.toFixed(4)} at the lowest (goal 0.98; ${least.photo}); PSNR`,
    `${noisiest.psnr.toFixed(2)} dB at the lowest (goal 45; ${noisiest.photo}). Names that begin with \`made-\` are made-up pictures.`,
    '',
    qualityTable(summary),
    '',
    '## Time',
    '',
    `Each call as it reports itself, ${run.machine}, as many at once as there are cores. The blind search`,
    `had up to ${run.budgetMs / 1000} s, so that a busy machine changes no answer; unless told otherwise it allows itself`,
    `${DEFAULT_DECODE_BUDGET_MS / 1000} s, and ${late} right answers came after that.`,
    '',
    timesTable(summary),
    '',
    '## Every miss',
    '',
    missTable(summary),
  ];
}

function read<T>(path: string): T | undefined {
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as T) : undefined;
}

function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

// The mark beside others that embed bits into a picture: npm `blind-watermark` and, in Python, `blind_watermark` and
// `invisible-watermark`, all in one run on the same pictures, when PEERS_DIR names a folder that holds them:
// node_modules/blind-watermark (npm install), and the two repositories in folders of their names (Python 3 with numpy,
// OpenCV and PyWavelets; PYTHON names the interpreter). `--pictures histology` runs a part and publishes nothing.
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { seededNumbers } from '@wardseal/testkit';
import { photos } from '@wardseal/testkit/node';
import type { Pixels } from '@wardseal/watermark';
import { attackSuite } from '@wardseal/watermark/testing';
import { type Contestant, readPng, scaledTo } from './peers/contestant.ts';
import { npmPeer } from './peers/npm.ts';
import { blind, informed } from './peers/ours.ts';
import { pythonPeer } from './peers/python.ts';
import { codec } from './robustness/codec.ts';
import { writePage, writePeers } from './robustness/page.ts';
import { type PeerFigures, peerTables } from './robustness/peer-table.ts';
import { psnr, ssim } from './robustness/quality.ts';

const ATTACKS = ['none', 'jpeg-70', '1600-jpeg-70', 'crop-25', 'rotate-2', 'brightness-1.2', 'app-screenshot-0.6'];
const ALL = ['flower', 'fundus', 'histology'] as const;
const SEED = 1;
/** Embeddings of each picture, of which the median counts. */
const ROUNDS = 5;
/** Of a phone's picture, which takes some peers a minute each: embedding only. */
const LARGE = { width: 4000, height: 3000, rounds: 2 };

const { values: options } = parseArgs({ options: { pictures: { type: 'string' } } });
const PICTURES = ALL.filter((name) => options.pictures?.split(',').includes(name) ?? true);
const next = seededNumbers('bits beside peers');
const bits = Array.from({ length: 64 }, () => next() & 1);
const scratch = mkdtempSync(join(tmpdir(), 'peers-'));
process.once('exit', () => rmSync(scratch, { recursive: true }));
const attacks = attackSuite({ seed: SEED, jpeg: codec }).filter(({ name }) => ATTACKS.includes(name));
const pictures = await Promise.all(PICTURES.map((name) => readPng(photos[name].path)));
const contestants: Contestant[] = [blind, informed, ...peersOf(process.env['PEERS_DIR'])];

const large = await scaledTo(pictures[0]!, LARGE);

const figures: PeerFigures[] = [];
for (const contestant of contestants) {
  const measured = [];
  for (const [index, picture] of pictures.entries()) {
    console.log(`${contestant.name}: ${PICTURES[index]}`);
    measured.push(await measure(contestant, picture));
  }
  console.log(`${contestant.name}: 12 megapixels`);
  const { seconds } = await contestant.embed(large, LARGE.rounds);
  figures.push(combine(contestant, measured, median(seconds) / 12));
}

const run = {
  date: new Date().toISOString(),
  machine: `Node ${process.versions.node}, ${cpus().length} cores, ${cpus()[0]?.model.trim() ?? 'unknown'}`,
  pictures: [
    ...PICTURES.map((name, i) => `${name} (${pictures[i]!.width} × ${pictures[i]!.height})`),
    `${PICTURES[0]} (${LARGE.width} × ${LARGE.height})`,
  ],
  notes: [
    'Times are processor seconds, so that a busy machine changes little: the median of five embeddings (two of the largest picture), and of the extractions from all copies. Ours has embedded five small pictures before, as a page has that shows its second picture; the first call of all takes about twice as long.',
    'The peers run unmodified with their default settings and 64 random bits. Each copy is scaled back to the size of the original for them; ours are told nothing.',
    'invisible-watermark imports torch for its neural method, which is not run; an empty stand-in of that name lets it load.',
    'PSNR over all colour samples, SSIM of luma, by one yardstick for all. dwtDct and dwtDctSvd mark a colour channel, so their SSIM of luma flatters.',
    'Ours, informed, names one of 1,000 viewings with the original at hand; the others, and ours blind, go without it.',
  ],
  figures,
};
console.log(`\n${peerTables(run)}`);
if (contestants.length > 2 && options.pictures === undefined) {
  writePeers(run);
  writePage();
}

function peersOf(folder: string | undefined): Contestant[] {
  if (folder === undefined) {
    console.log('PEERS_DIR is not set: no peer takes part, and nothing is published.');
    return [];
  }
  const there = (path: string): boolean => {
    const found = existsSync(join(folder, path));
    if (!found) console.log(`PEERS_DIR has no ${path}: left out.`);
    return found;
  };
  const invisible = join(folder, 'invisible-watermark');
  return [
    ...(there('node_modules/blind-watermark') ? [npmPeer(folder, scratch, bits)] : []),
    ...(there('blind_watermark')
      ? [
          pythonPeer(
            { name: 'Python blind_watermark', package: 'blind_watermark', folder: join(folder, 'blind_watermark') },
            scratch,
            bits,
          ),
        ]
      : []),
    ...(there('invisible-watermark')
      ? ['dwtDct', 'dwtDctSvd'].map((method) =>
          pythonPeer(
            { name: `invisible-watermark ${method}`, package: 'imwatermark', method, folder: invisible },
            scratch,
            bits,
          ),
        )
      : []),
  ];
}

interface Measured {
  readonly embed: number;
  readonly extract: number;
  readonly psnr: number;
  readonly ssim: number;
  readonly exact: Readonly<Record<string, boolean>>;
}

async function measure(contestant: Contestant, picture: Pixels): Promise<Measured> {
  const megapixels = (picture.width * picture.height) / 1e6;
  const { copy, seconds } = await contestant.embed(picture, ROUNDS);
  const copies: Pixels[] = [];
  for (const attack of attacks) {
    const leaked = await attack.apply(copy);
    copies.push(contestant.needsSize ? await scaledTo(leaked, picture) : leaked);
  }
  const answers = await contestant.extract(copies, picture);
  return {
    embed: median(seconds) / megapixels,
    extract: median(answers.map((answer) => answer.seconds)) / megapixels,
    psnr: psnr(picture, copy),
    ssim: ssim(picture, copy),
    exact: Object.fromEntries(attacks.map(({ name }, i) => [name, answers[i]!.exact])),
  };
}

function combine({ name, timed }: Contestant, measured: readonly Measured[], largeEmbed: number): PeerFigures {
  const mean = (of: (one: Measured) => number): number =>
    measured.reduce((sum, one) => sum + of(one), 0) / measured.length;
  const rounded = (value: number): number => Number(value.toPrecision(4));
  return {
    name,
    embed: [...measured.map((one) => one.embed), largeEmbed].map(rounded),
    extract: measured.map((one) => rounded(one.extract)),
    timed,
    psnr: rounded(mean((one) => one.psnr)),
    ssim: rounded(mean((one) => one.ssim)),
    exact: Object.fromEntries(
      attacks.map(({ name: attack }) => [
        attack,
        [measured.filter((one) => one.exact[attack]).length, measured.length] as const,
      ]),
    ),
  };
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
}

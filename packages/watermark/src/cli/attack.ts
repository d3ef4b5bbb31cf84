import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type Command, command, named, progressLine, UsageError } from '@wardseal/primitives/cli';
import type { Pixels } from '../image.js';
import { several } from '../report/page/numbers.js';
import { readPicture, writePicture } from '../sharp/index.js';
import { attackSuite, FULL_SIZE, type NamedAttack } from '../testing/index.js';
import { decimal, needed, whole } from './asked.js';
import { jpeg } from './jpeg.js';
import { fileOf, writeFileOf } from './pictures.js';
import { type Survival, survivalOf } from './survival.js';

const attack: Command = command({
  usage: 'attack (--list | -o FOLDER PICTURE | --check PICTURE) [--only NAME]... [--seed N]',
  about: `Does to a picture what happens to leaks on their way: compression, messengers, crops, screenshots, photographs of a screen. With
-o every result is written as a PNG that is named after its attack. With --check the picture is marked under a made-up key first, and
a table says what of the mark survived: the benchmark, on your own photographs.`,
  examples: [
    ['attack --list', 'what there is'],
    ['attack --check --only jpeg-30 --only photo-5 wound.jpg', 'would the mark survive that on this picture?'],
    ['attack -o attacked marked.jpg', 'all of them, as files'],
  ],
  options: {
    output: {
      kind: 'text',
      short: 'o',
      value: 'FOLDER',
      help: 'write the attacked pictures here; made when not there',
    },
    force: { kind: 'flag', short: 'f', help: 'replace files that exist' },
    list: { kind: 'flag', help: 'say the names of the attacks' },
    check: { kind: 'flag', help: 'mark the picture, attack it, and say what survived' },
    only: { kind: 'texts', value: 'NAME', help: 'this attack alone' },
    seed: { kind: 'text', value: 'N', help: 'for crops, noise and corners; 1 without it' },
    psnr: { kind: 'text', value: 'DB', help: 'with --check: quality of the marked picture; 45 without it' },
  },
  operands: [0, 1],
  named: 'picture',
  payload: false,
  async run({ list, check, output, force, only, seed: asked, psnr }, [path]) {
    const seed = asked === undefined ? 1 : whole(asked, 'seed');
    const attacks = chosen(attackSuite({ seed, jpeg }), only);
    if ([list, check, output !== undefined].filter(Boolean).length !== 1)
      throw new UsageError('give one of --list, --check and -o FOLDER');
    if (list) {
      const facts = { attacks: attacks.map(({ name, group, fullSize }) => ({ name, group, fullSize })) };
      return { facts, words: attacks.map(({ name, group }) => `${name.padEnd(24)}${group}`) };
    }
    const pixels = await readPicture(await fileOf(needed(path, 'picture'), 'the picture'));
    // What starts from a camera's picture says nothing about a small one.
    const fitting = attacks.filter(({ fullSize }) => !fullSize || Math.max(pixels.width, pixels.height) > FULL_SIZE);
    const left = attacks.filter((one) => !fitting.includes(one)).map(({ name }) => name);
    const bar = progressLine(
      'attacking',
      fitting.length,
      (done, of) => `${Math.round((100 * done) / of!)} %, ${done} of ${of} attacks`,
    );
    try {
      return check
        ? await checked(pixels, fitting, { seed, psnr, left, at: bar.at })
        : await written(pixels, fitting, { folder: output!, force, left, at: bar.at });
    } finally {
      bar.clear();
    }
  },
});

function chosen(suite: readonly NamedAttack[], only: readonly string[]): readonly NamedAttack[] {
  for (const name of only)
    if (!suite.some((one) => one.name === name)) throw new UsageError('there is no such attack: --list says the names');
  return only.length === 0 ? suite : suite.filter(({ name }) => only.includes(name));
}

interface Common {
  readonly left: readonly string[];
  readonly at: (done: number) => void;
}

const leftWords = (left: readonly string[]): string[] =>
  left.length === 0 ? [] : [`left out, for pictures above ${FULL_SIZE} pixels: ${left.join(', ')}`];

async function written(
  pixels: Pixels,
  attacks: readonly NamedAttack[],
  { folder, force, left, at }: Common & { readonly folder: string; readonly force: boolean },
): Promise<{ facts: object; words: string[] }> {
  await named(folder, () => mkdir(folder, { recursive: true, mode: 0o700 }));
  const files: string[] = [];
  for (const [i, { name, apply }] of attacks.entries()) {
    at(i);
    const file = `${name}.png`;
    await writeFileOf(join(folder, file), force, await writePicture(await apply(pixels), { format: 'png' }));
    files.push(file);
  }
  return {
    facts: { folder, files, left },
    words: [`${several(files.length, 'picture')} in ${folder}`, ...leftWords(left)],
  };
}

async function checked(
  pixels: Pixels,
  attacks: readonly NamedAttack[],
  { seed, psnr: asked, left, at }: Common & { readonly seed: number; readonly psnr: string | undefined },
): Promise<{ facts: object; words: string[] }> {
  const marked = survivalOf(pixels, seed, asked === undefined ? undefined : decimal(asked, 'psnr'));
  const rows: Survival[] = [];
  for (const [i, one] of attacks.entries()) {
    at(i);
    rows.push(await marked.check(one));
  }
  const { psnr, ssim } = marked;
  const traced = rows.filter((one) => one.traced).length;
  const read = rows.filter((one) => one.read).length;
  return {
    facts: { psnr: Number.isFinite(psnr) ? psnr : null, ssim, traced, read, attacks: rows, left },
    words: [
      `marked at ${psnr.toFixed(1)} dB, SSIM ${ssim.toFixed(4)}; 1,000 viewings on the list, one of them right`,
      `${'attack'.padEnd(24)}${'with original'.padEnd(16)}${'score'.padStart(6)}  ${'registered by'.padEnd(14)}without`,
      ...rows.map(line),
      `${traced} of ${rows.length} traced with the original, ${read} read without it`,
      ...leftWords(left),
    ],
  };
}

function line({ attack: name, outcome, traced, z, method, read }: Survival): string {
  const verdict = traced ? 'traced' : outcome;
  return `${name.padEnd(24)}${verdict.padEnd(16)}${(z?.toFixed(1) ?? '-').padStart(6)}  ${(method ?? '-').padEnd(14)}${read ? 'read' : '-'}`;
}

export const verbs: Readonly<Record<string, Command>> = { '': attack };

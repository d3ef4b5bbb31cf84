import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Contestant, readPng, writePng } from './contestant.ts';

const RUNNER = fileURLToPath(new URL('./run.py', import.meta.url));

interface Answer {
  readonly seconds: number;
  readonly bits?: readonly number[];
}
type Job = { from: string } | { from: string; to: string };

/** A Python peer in its folder; files go to `scratch`. `PYTHON` names the interpreter, default `python3`. */
export function pythonPeer(
  which: { name: string; package: 'blind_watermark' | 'imwatermark'; method?: string; folder: string },
  scratch: string,
  bits: readonly number[],
): Contestant {
  const { name, ...about } = which;
  const run = (jobs: readonly Job[]): Answer[] => {
    const { status, stdout, stderr, error } = spawnSync(process.env['PYTHON'] ?? 'python3', [RUNNER], {
      input: JSON.stringify({ ...about, bits, jobs }),
      encoding: 'utf8',
    });
    if (error !== undefined) throw error;
    if (status !== 0) throw new Error(`${name} failed: ${stderr.trim().split('\n').at(-1)}`);
    return JSON.parse(stdout) as Answer[];
  };
  const path = (file: string): string => join(scratch, file);
  return {
    name,
    timed: 'pixels in, pixels out',
    needsSize: true,
    async embed(picture, rounds) {
      await writePng(picture, path('in.png'));
      const answers = run(Array.from({ length: rounds }, () => ({ from: path('in.png'), to: path('out.png') })));
      return { copy: await readPng(path('out.png')), seconds: answers.map(({ seconds }) => seconds) };
    },
    async extract(copies) {
      for (const [index, copy] of copies.entries()) await writePng(copy, path(`copy-${index}.png`));
      const answers = run(copies.map((_, index) => ({ from: path(`copy-${index}.png`) })));
      return answers.map((answer) => ({
        exact: bits.every((bit, i) => answer.bits?.[i] === bit),
        seconds: answer.seconds,
      }));
    },
  };
}

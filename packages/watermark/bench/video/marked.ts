// The marked files of a run.
import { existsSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import type { Layer } from '@wardseal/watermark';
import { markVideoFile, probeVideo } from '@wardseal/watermark/ffmpeg';
import { chipsOf, guiltyOf, type Marked } from './case.ts';
import type { ClipName } from './clips.ts';
import { ffmpeg } from './programs.ts';

export interface Run {
  /** Where clips are kept. */
  readonly folder: string;
  readonly seed: number;
  /** Length of the clips. */
  readonly seconds: number;
}

/** The marked file of a row, made once for each way of marking. */
export async function markedFor(clip: ClipName, original: string, row: string, run: Run): Promise<Marked> {
  const { folder, seed, seconds } = run;
  const guilty = guiltyOf(clip, seed);
  const { width, height, duration } = await probeVideo(original);
  const about = { clip, original, size: { width, height }, seconds: duration ?? seconds };
  const file = async (
    from: string,
    name: string,
    viewing: string,
    layer: Layer,
    key: string = clip,
  ): Promise<string> => {
    const path = join(folder, `${clip}-${seconds}-${seed}-${name}.mp4`);
    if (!existsSync(path)) await markVideoFile(from, path, { chips: chipsOf(key, seed, viewing, layer), layer });
    return path;
  };
  const plain = { ...about, layer: 'view', guilty: [guilty] } as const;
  if (row === 'unmarked') return { ...plain, marked: original, guilty: [] };
  if (row === 'another key')
    return { ...plain, marked: await file(original, 'other', guilty, 'view', `not ${clip}`), guilty: [] };
  const recipient = guiltyOf(clip, seed, 'share');
  if (row === 'share')
    return { ...about, layer: 'share', marked: await file(original, 'share', recipient, 'share'), guilty: [recipient] };
  if (row === 'both')
    return { ...plain, marked: await file(await file(original, 'share', recipient, 'share'), 'both', guilty, 'view') };
  if (row.startsWith('average')) {
    const ids = [guilty, guiltyOf(clip, seed, 'second'), guiltyOf(clip, seed, 'third')].slice(0, Number(row.at(-1)));
    const out = join(folder, `${clip}-${seconds}-${seed}-average${ids.length}.mp4`);
    const copies: string[] = [];
    for (const [k, id] of ids.entries()) copies.push(await file(original, k === 0 ? 'view' : `view${k}`, id, 'view'));
    if (!existsSync(out)) {
      const part = `${out}.part.mp4`;
      const inputs = copies.flatMap((copy) => ['-i', copy]);
      const mixed = ['-filter_complex', `mix=inputs=${ids.length}`, '-c:v', 'libx264', '-preset', 'veryfast'];
      await ffmpeg(...inputs, ...mixed, '-crf', '18', part);
      renameSync(part, out);
    }
    return { ...plain, marked: out, guilty: ids };
  }
  return { ...plain, marked: await file(original, 'view', guilty, 'view') };
}

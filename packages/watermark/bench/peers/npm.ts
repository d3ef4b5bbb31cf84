// npm `blind-watermark` reads and writes PNG files only. What that costs is measured with the two packages it does it
// with, on the same picture, and taken off.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Pixels } from '@wardseal/watermark';
import { type Contestant, readPng, timed, writePng } from './contestant.ts';

interface Peer {
  addWm(options: object): Promise<unknown>;
  extract(options: object): Promise<{ wm: readonly boolean[] }>;
}
type GetPixels = (path: string, done: (error: Error | null, pixels: unknown) => void) => void;
type Encode = (image: { data: Uint8Array; width: number; height: number }) => Uint8Array;

/** The peer installed in a folder; files go to `scratch`. */
export function npmPeer(folder: string, scratch: string, bits: readonly number[]): Contestant {
  const load = createRequire(join(folder, 'package.json'));
  const peer = load('blind-watermark/lib/node') as Peer;
  const own = createRequire(load.resolve('blind-watermark/lib/node'));
  const getPixels = own('get-pixels') as GetPixels;
  const { encode } = own('fast-png') as { encode: Encode };
  const { version } = JSON.parse(readFileSync(join(folder, 'node_modules/blind-watermark/package.json'), 'utf8'));
  const path = join(scratch, 'npm.png');
  const read = (): Promise<unknown> =>
    new Promise((resolve, reject) => {
      getPixels(path, (error, pixels) => (error === null ? resolve(pixels) : reject(error)));
    });
  const write = ({ data, width, height }: Pixels): Uint8Array => {
    const rgba = Uint8Array.from({ length: width * height * 4 }, (_, i) =>
      (i & 3) === 3 ? 255 : data[(i >> 2) * 3 + (i & 3)]!,
    );
    return encode({ data: rgba, width, height });
  };

  return {
    name: `npm blind-watermark ${version}`,
    timed: 'less its PNG reading and writing',
    needsSize: true,
    async embed(picture, rounds) {
      await writePng(picture, path);
      const wm = bits.map((bit) => bit === 1);
      const options = { originImg: path, wm, wmType: 'bool', name: 'marked', outputPath: scratch };
      const seconds: number[] = [];
      for (let i = 0; i < rounds; i++) {
        const whole = await timed(() => peer.addWm(options));
        const [reading, writing] = [await timed(read), await timed(() => write(picture))];
        seconds.push(Math.max(0, whole.seconds - reading.seconds - writing.seconds));
      }
      // It adds the ending to a name that already has it.
      return { copy: await readPng(join(scratch, 'marked.png.png')), seconds };
    },
    async extract(copies) {
      const answers = [];
      for (const copy of copies) {
        await writePng(copy, path);
        const whole = await timed(() => peer.extract({ wmImg: path, wmType: 'bool', wmLength: bits.length }));
        const reading = await timed(read);
        const exact = bits.every((bit, i) => whole.value.wm[i] === (bit === 1));
        answers.push({ exact, seconds: Math.max(0, whole.seconds - reading.seconds) });
      }
      return answers;
    },
  };
}

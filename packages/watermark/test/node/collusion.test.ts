import { photos } from '@wardseal/testkit/node';
import sharp from 'sharp';
import { beforeAll, describe, expect, test } from 'vitest';
import { deriveImageKey, embed, type Pixels, prepareChips, type TraceReport, trace } from '../../src/index.js';
import { collusionSuite } from '../../src/testing/index.js';
import { chipsFrom, chipsOf, mix } from '../forge.js';
import { viewings } from '../pictures.js';
import { jpeg } from './photos.js';

// The short version of test/full/collusion.test.ts: one small photograph, each kind of collusion once.
const key = deriveImageKey(new Uint8Array(32).fill(7), 'img-1');
const people = ['ann', 'bob', 'cem', 'dot', 'eve'];
const chips = people.map((id) => prepareChips(key, id));
const everybody = [...viewings(1000), ...people];
let original: Pixels;
let copies: Pixels[];

beforeAll(async () => {
  const { data, info } = await sharp(photos.cat.path)
    .resize(360)
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  original = { data: new Uint8Array(data), width: info.width, height: info.height };
  copies = chips.map((one) => embed(original, { chips: one }).pixels);
});

const look = (suspect: Pixels): Promise<TraceReport> =>
  trace(suspect, original, { key, candidates: everybody, decoys: 1000 });
/** Everybody of whom the report says anything, and the suspect must have been laid on the original. */
async function named(suspect: Pixels): Promise<string[]> {
  const report = await look(suspect);
  expect(report.registration.status).toBe('registered');
  return report.hits.filter(({ verdict }) => verdict !== 'none').map(({ id }) => id);
}

const suite = collusionSuite({ seed: 29, jpeg });
const made = (name: string): Promise<Pixels> => {
  const one = suite.find((collusion) => collusion.name === name)!;
  return one.apply(copies.slice(0, one.copies));
};

describe('several copies put together', () => {
  test.each([
    ['average-2-1600-jpeg-70', 2],
    ['average-3-1600-jpeg-70', 3],
    ['median-3-1600-jpeg-70', 3],
    ['mosaic-coarse-3-1600-jpeg-70', 3],
  ])('%s: every colluder is named, and nobody else', async (name, count) => {
    expect((await named(await made(name))).sort()).toEqual(people.slice(0, count));
  });

  test.each(['minimum-5', 'maximum-5', 'random-negative-5', 'mosaic-fine-5-1600-jpeg-70'])(
    '%s: at least one colluder is named, and nobody else',
    async (name) => {
      const who = await named(await made(name));
      expect(who.length).toBeGreaterThan(0);
      expect(people).toEqual(expect.arrayContaining(who));
    },
  );
});

describe('colluders who want somebody else to be named', () => {
  const codes = chips.map(chipsOf);
  const mean = (samples: number[]): number => samples.reduce((sum, one) => sum + one, 0) / samples.length;

  test.each<[string, () => Pixels]>([
    ['one copy used twice', () => mix([copies[0]!, copies[0]!, copies[1]!], mean)],
    [
      'whatever of two others lies away from one’s own',
      () => mix(copies.slice(0, 3), ([a, b, c]) => (2 * a! >= b! + c! ? Math.min(b!, c!) : Math.max(b!, c!))),
    ],
    [
      'the product of three people’s chips over their average',
      () => {
        const product = chipsFrom(codes[0]!.map((chip, i) => chip * codes[1]![i]! * codes[2]![i]!));
        return embed(mix(copies.slice(0, 3), mean), { chips: product, psnr: 42 }).pixels;
      },
    ],
    [
      'five strengths averaged',
      () =>
        mix(
          chips.map((one, k) => embed(original, { chips: one, psnr: 42 + 2 * k }).pixels),
          mean,
        ),
    ],
  ])('%s: nobody else is even consistent', async (_, make) => {
    expect(people).toEqual(expect.arrayContaining(await named(make())));
  });
});

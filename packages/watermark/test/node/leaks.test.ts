// A fast part of the benchmark on one small photograph; all of it on all photographs runs in test/full/attacks.test.ts.
import { photos } from '@wardseal/testkit/node';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Pixels } from '../../src/index.js';
import { viewings } from '../pictures.js';
import { attackSuite, built } from '../support/built.js';
import { jpeg, load } from './photos.js';

const { decode, deriveImageKey, embed, prepareChips, trace } = built;

const key = deriveImageKey(new Uint8Array(32).fill(7), 'img-1');
const suite = attackSuite({ seed: 31, jpeg });
let original: Pixels;
let marked: Pixels;

beforeAll(async () => {
  original = await load(photos.histology.path);
  marked = embed(original, { chips: prepareChips(key, 'view-437') }).pixels;
});

const leak = (name: string, copy: Pixels): Promise<Pixels> => suite.find((one) => one.name === name)!.apply(copy);

describe('a photograph of 0.26 megapixels at 45 dB', () => {
  test.each([
    'jpeg-30',
    'wa-0.62',
    'crop-25-wa-0.62',
    'median-5',
    'overlay',
    'app-screenshot-0.6',
    'photo-5',
    'photo-10',
  ])('is traced after %s to its viewing and to nobody else', async (name) => {
    const { hits } = await trace(await leak(name, marked), original, { key, candidates: viewings(1000), decoys: 1000 });
    expect(hits.filter(({ verdict }) => verdict !== 'none').map(({ id }) => id)).toEqual(['view-437']);
  });

  test.each(['jpeg-70', 'rotate-5', 'rotate-180', 'noise-5', 'overlay'])('is read blind after %s', async (name) => {
    expect(decode(await leak(name, marked), { keys: [key] }).found).toBe(true);
  });
});

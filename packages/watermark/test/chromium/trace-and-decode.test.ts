// All cases run in Node; here, that the same code comes to the same answers in a browser.
import { expect, test } from 'vitest';
import { decode, deriveImageKey, embed, prepareChips, trace } from '../../src/index.js';
import { attackSuite } from '../../src/testing/index.js';
import { skin, viewings } from '../pictures.js';

const key = deriveImageKey(new Uint8Array(32).fill(7), 'img-1');
const original = skin(512, 400);
const { pixels: marked } = embed(original, { chips: prepareChips(key, 'view-42') });

test.each(['resize-0.5', 'rotate-2', 'crop-25'])('a copy after %s names its viewing and no other', async (name) => {
  const attack = attackSuite({ seed: 3 }).find((one) => one.name === name)!;
  const report = await trace(await attack.apply(marked), original, { key, candidates: viewings(1000), decoys: 1000 });
  expect(report.hits.filter(({ verdict }) => verdict !== 'none').map(({ id }) => id)).toEqual(['view-42']);
});

test('an unmarked picture names nobody and yields no id', async () => {
  const report = await trace(original, original, { key, candidates: viewings(1000), decoys: 1000 });
  expect(report.hits.filter(({ verdict }) => verdict !== 'none')).toEqual([]);
  expect(decode(original, { keys: [key], budgetMs: 5000 }).found).toBe(false);
});

test('the id is read without the original', () => {
  expect(decode(marked, { keys: [key] })).toMatchObject({ found: true, keyIndex: 0 });
});

import { expect, test } from 'vitest';
import { deriveImageKey, trace } from '../../src/index.js';
import { skin } from '../pictures.js';

test('trace stops reading a list that does not end, after a million candidates', async () => {
  let read = 0;
  function* endless(): Generator<string> {
    for (;;) yield `v${read++}`;
  }
  const key = deriveImageKey(new Uint8Array(32).fill(7), 'img-1');
  const picture = skin(64, 64);
  await expect(trace(picture, picture, { key, candidates: endless() })).rejects.toMatchObject({
    code: 'CANDIDATES_INVALID',
    field: 'candidates',
    limit: 1_000_000,
    message: 'more than 1000000 candidates',
  });
  expect(read).toBe(1_000_001);
});

test('trace stops reading a list that repeats one candidate when its time is over', async () => {
  const all = 10_000_000;
  let read = 0;
  function* same(): Generator<string> {
    for (; read < all; read++) yield 'v';
  }
  const key = deriveImageKey(new Uint8Array(32).fill(7), 'img-1');
  const picture = skin(64, 64);
  const traced = trace(picture, picture, { key, candidates: same(), budgetMs: 20 });
  await expect(traced).rejects.toMatchObject({ code: 'BUDGET_EXCEEDED', limit: 20 });
  expect(read).toBeLessThan(all);
});

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

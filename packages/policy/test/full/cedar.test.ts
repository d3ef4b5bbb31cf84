import { expect, test } from 'vitest';
import { differential } from '../support/differential.js';

test('Cedar decides the same on 10,000 policies', () => {
  const found = differential(10_000, 100, 1);
  console.info(`against cedar-wasm: ${JSON.stringify(found)}`);
  expect(found).toMatchObject({ policies: 10_000, requests: 1_000_000, complete: 0, partial: 0 });
});

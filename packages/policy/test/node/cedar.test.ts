import { expect, test } from 'vitest';
import { differential } from '../support/differential.js';

// Ten seconds on an idle machine; a busy one may take many times that.
test('Cedar decides the same, with every fact known and with facts missing', { timeout: 300_000 }, () => {
  const found = differential(200, 100, 20261122);
  console.info(`against cedar-wasm: ${JSON.stringify(found)}`);
  expect(found).toMatchObject({ policies: 200, requests: 20_000, complete: 0, partial: 0 });
  expect(found.permitted).toBeGreaterThan(1_000);
});

import { expect, test } from 'vitest';
import { fuzz } from './support/cbor-oracle.js';

test('our CBOR and cborg agree, both ways, on what is near the edge and on anything', () => {
  expect(fuzz(3000, 8949)).toBeGreaterThan(500);
});

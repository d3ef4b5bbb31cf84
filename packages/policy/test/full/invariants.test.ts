import { expect, test } from 'vitest';
import { checkInvariants } from '../support/invariants.js';

test('invariants, checked on every request that differs from a permitted example in up to two facts', () => {
  const { total, allowed } = checkInvariants(1);
  console.info(`invariants checked on ${total} requests, ${allowed} of them permitted`);
  expect(allowed).toBeGreaterThan(200_000);
});

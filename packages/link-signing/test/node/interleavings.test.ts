import { expect, test } from 'vitest';
import { interleave } from './interleavings.js';
import { withStores } from './stores.js';

test.each([
  ['memory', 2000],
  ['node:sqlite', 300],
])('%s: %i random interleavings of take, audit, release, revoke, retry and crash', (kind, rounds) =>
  withStores(kind, async (stores) => {
    const seen = await interleave(stores, rounds, `interleave ${kind}`);
    // Every outcome happened, or the suite shows nothing.
    for (const [outcome, times] of Object.entries(seen)) expect([outcome, times > 10]).toEqual([outcome, true]);
  }),
);

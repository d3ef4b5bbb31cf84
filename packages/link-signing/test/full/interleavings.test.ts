import { expect, test } from 'vitest';
import { interleave } from '../node/interleavings.js';
import { KINDS, withStores } from '../node/stores.js';

test.each(Object.keys(KINDS))('%s: 10,000 random interleavings', (kind) =>
  withStores(kind, async (stores) => {
    const seen = await interleave(stores, 10_000, `full ${kind}`);
    for (const [outcome, times] of Object.entries(seen)) expect([outcome, times > 100]).toEqual([outcome, true]);
  }),
);

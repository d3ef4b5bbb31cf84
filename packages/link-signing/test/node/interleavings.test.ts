import { expect, test } from 'vitest';
import { interleave } from './interleavings.js';
import { withStores } from './stores.js';

// Minutes, because a busy machine takes ten times as long as an idle one.
const LIMIT = { timeout: 300_000 };

// The long suite has 10,000 on each.
test.each([
  ['memory', 1000],
  ['node:sqlite', 200],
  ['PostgreSQL', 120],
])('%s: %i random interleavings of take, audit, release, revoke, retry and crash', LIMIT, (kind, rounds) =>
  withStores(kind, async (stores) => {
    const seen = await interleave(stores, rounds, `interleave ${kind}`);
    // Every outcome happened, or the suite shows nothing.
    for (const [outcome, times] of Object.entries(seen)) expect([outcome, times > 10]).toEqual([outcome, true]);
  }),
);

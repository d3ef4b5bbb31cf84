import { expect, test } from 'vitest';
import { killRounds } from '../node/kill.js';
import { withStores } from '../node/stores.js';

test.each(['node:sqlite', 'PostgreSQL'])('%s: kill -9 between take and reply, 200 rounds', (kind) =>
  withStores(kind, async (stores) => {
    expect(await killRounds(stores, 200, `full kill ${kind}`)).toBeGreaterThanOrEqual(120);
  }),
);

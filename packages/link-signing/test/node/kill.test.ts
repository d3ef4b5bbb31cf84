import { expect, test } from 'vitest';
import { killRounds } from './kill.js';
import { withStores } from './stores.js';

test.each(['node:sqlite', 'PostgreSQL'])('%s: kill -9 between take and reply, 20 rounds', (kind) =>
  withStores(kind, async (stores) => {
    expect(await killRounds(stores, 20, `kill ${kind}`)).toBeGreaterThanOrEqual(12);
  }),
);

import { test } from 'vitest';
import { raceProcesses } from '../node/race-processes.js';
import { withStores } from '../node/stores.js';

test.each(['node:sqlite', 'PostgreSQL'])(
  '%s from 4 processes: 60 links of 3 uses, 100 parallel opens of each by each: 0 over, 0 under',
  (kind) => withStores(kind, (stores) => raceProcesses(stores, 4, 60, 100)),
);

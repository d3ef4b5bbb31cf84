import { describe, it } from 'vitest';
import { killed, LOGS } from '../support/kill.js';

// 2 times 13 kills, each of a process that writes 8 logs: 208 rounds. The full suite has 10,000.
const KILLS = 13;

describe('kill -9 of the appending process', () => {
  it.concurrent.each([0, 1])(
    `loses no acknowledged entry and forks nothing in ${KILLS * LOGS} rounds (%i)`,
    (which) => killed(KILLS, which),
    120_000,
  );
});

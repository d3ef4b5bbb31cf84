import { describe, it } from 'vitest';
import { killed, LOGS } from '../support/kill.js';

// 2 times 25 times 25 kills, each of a process that writes 8 logs: 10,000 rounds. New logs after every 25 kills, so that
// young logs and logs of some blocks are killed alike.
const KILLS = 25;

describe('kill -9 of the appending process', () => {
  it.concurrent.each([0, 1])(
    `loses no acknowledged entry and forks nothing in ${25 * KILLS * LOGS} rounds (%i)`,
    async (which) => {
      for (let series = 0; series < 25; series++) await killed(KILLS, 2 * series + which);
    },
    3_600_000,
  );
});

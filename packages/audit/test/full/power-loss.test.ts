import { describe, expect, it } from 'vitest';
import { lived, survives } from '../support/crash.js';
import { indexPowerLoss } from '../support/indexed.js';

describe('power loss', () => {
  it('at every system call, 20 times, loses nothing that was acknowledged', async () => {
    const { fs } = await lived({});
    expect(fs.calls.length).toBeGreaterThan(100);
    for (let crashAt = 0; crashAt <= fs.calls.length; crashAt++)
      for (let seed = 0; seed < 20; seed++) {
        const { fs: dying, life } = await lived({ crashAt, seed });
        await survives(dying.reboot(), life);
      }
  });

  it('at every system call, 20 times, spoils no index', () => indexPowerLoss(20));
});

describe('a failing disk', () => {
  it.each(['EIO', 'ENOSPC'] as const)('%s at any call, 20 times', async (code) => {
    const { fs } = await lived({});
    for (let at = 0; at < fs.calls.length; at++)
      for (let seed = 0; seed < 20; seed++) {
        const { fs: dying, life } = await lived({ faults: [{ at, code }], seed });
        await survives(dying.reboot(), life);
      }
  });
});

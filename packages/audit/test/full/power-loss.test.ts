import { describe, expect, it } from 'vitest';
import { lived, survives } from '../support/crash.js';

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
});

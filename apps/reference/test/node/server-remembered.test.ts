import { describe, expect, it } from 'vitest';
import { FRESH_MS, remembered, STALE_MS } from '../../src/server/wiring/remembered.js';

function world() {
  let [now, reads, down] = [0, 0, false];
  const read = async (): Promise<number> => {
    reads += 1;
    const mine = reads;
    await Promise.resolve();
    if (down) throw new Error('away');
    return mine;
  };
  return {
    ask: remembered(read, { now: () => now }),
    pass: (ms: number) => {
      now += ms;
    },
    goes: (which: 'down' | 'up') => {
      down = which === 'down';
    },
    reads: () => reads,
  };
}

describe('what another process said', () => {
  it('is asked once for all who wait, and again after five seconds', async () => {
    const { ask, pass, reads } = world();
    expect(await Promise.all([ask(), ask(), ask()])).toEqual([1, 1, 1]);
    pass(FRESH_MS - 1);
    expect(await ask()).toBe(1);
    pass(1);
    expect(await Promise.all([ask(), ask()])).toEqual([2, 2]);
    expect(reads()).toBe(2);
  });

  it('serves for 45 seconds while it is away, and no longer', async () => {
    const { ask, pass, goes } = world();
    await ask();
    goes('down');
    pass(STALE_MS - 1);
    expect(await ask()).toBe(1);
    pass(1);
    await expect(ask()).rejects.toThrow('away');
    goes('up');
    expect(await ask()).toBeGreaterThan(1);
  });

  it('is read anew for who needs what has just changed, whoever was reading before', async () => {
    const { ask, goes } = world();
    const before = ask();
    expect(await ask(true)).toBe(2);
    expect(await before).toBeGreaterThan(0);
    goes('down');
    await expect(ask(true)).rejects.toThrow('away');
    expect(await ask()).toBe(2);
  });

  it('that was never heard is not there', async () => {
    const { ask, goes } = world();
    goes('down');
    await expect(ask()).rejects.toThrow('away');
    goes('up');
    expect(await ask()).toBe(2);
  });

  it('is not fresh for ever when the clock is set back', async () => {
    const { ask, pass } = world();
    pass(3600_000);
    await ask();
    pass(-1800_000);
    expect(await ask()).toBe(2);
  });
});

import { FaultyFs } from '@wardseal/testkit/node';
import { describe, expect, it } from 'vitest';
import { EVENTS, lived, lock, survives } from '../support/crash.js';
import { codeOf } from '../support/events.js';
import { openIn } from '../support/folder.js';

describe('power loss', () => {
  it('at every system call loses nothing that was acknowledged', async () => {
    const { fs } = await lived({});
    const calls = fs.calls.length;
    expect(calls).toBeGreaterThan(100);
    for (let crashAt = 0; crashAt <= calls; crashAt++) {
      const { fs: dying, life } = await lived({ crashAt, seed: crashAt });
      await survives(dying.reboot(), life);
    }
  });
});

describe('a failing disk', () => {
  // The full suite gives every call both faults, 20 times.
  it('EIO or ENOSPC in turn, at any call: nothing is acknowledged that is not kept', async () => {
    const { fs } = await lived({});
    let refused = 0;
    for (let at = 0; at < fs.calls.length; at++) {
      const code = at % 2 === 0 ? 'EIO' : 'ENOSPC';
      const { fs: dying, life, failure } = await lived({ faults: [{ at, code }], seed: at });
      if (failure !== undefined) {
        refused++;
        expect((failure as { code?: string }).code).toMatch(/^(?:STORE_FAILED|KEY_STORE_FAILED|LOG_POISONED)$/);
      }
      await survives(dying.reboot(), life);
    }
    expect(refused).toBeGreaterThan(fs.calls.length / 2);
  });

  it('a failed fdatasync poisons the log until it is opened again', async () => {
    const { fs } = await lived({});
    const at = fs.calls.findIndex((call) => call.startsWith('fdatasync'));
    const dying = new FaultyFs({ faults: [{ at, code: 'EIO' }] });
    const log = await openIn('/srv', { fs: dying, lock });
    expect(await codeOf(log.append(EVENTS[0]!))).toBe('STORE_FAILED');
    const syncs = dying.calls.filter((call) => call.startsWith('fdatasync')).length;
    expect(await codeOf(log.append(EVENTS[1]!))).toBe('LOG_POISONED');
    expect(dying.calls.filter((call) => call.startsWith('fdatasync'))).toHaveLength(syncs);
    await log.close();
    const again = await openIn('/srv', { fs: dying.reboot(), lock, seed: 'again' });
    expect(await codeOf(again.append(EVENTS[0]!))).toBe('none');
    expect(again.size).toBe(1);
    await again.close();
  });
});

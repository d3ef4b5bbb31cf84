import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { fileLock, processLock } from '../../src/store/lock.js';
import { codeOf } from '../support/events.js';
import { inFolder } from '../support/folder.js';
import { raced } from '../support/race.js';

// What Node 20, which has no node:sqlite, relies on alone.
describe('the lock file', () => {
  it.each([
    ['nobody', undefined],
    ['a dead process', '9999999 123 file 0123456789abcdef\n'],
    ['a dead process that was about to replace a dead one', '9999999 123 file 0123456789abcdef\n'],
  ])('left by %s is taken by one of many', (name, left) =>
    inFolder(async (folder) => {
      const path = join(folder, 'lock');
      for (let round = 0; round < 60; round++) {
        if (left !== undefined) await writeFile(path, left);
        const claims = (await readdir(folder)).filter((one) => one.includes('after'));
        expect(claims).toEqual([]);
        if (name.includes('about to')) await writeFile(`${path}.after-d2fc7e4ff0cc6a62`, '9999998 1 file\n');
        const results = await Promise.allSettled(Array.from({ length: 5 }, () => fileLock(path, false)));
        const held = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
        const refused = results.flatMap((result) => (result.status === 'rejected' ? [result.reason.code] : []));
        expect(held).toHaveLength(1);
        expect(new Set(refused)).toEqual(new Set(['LOG_LOCKED']));
        expect(await readdir(folder)).toContain('lock');
        await held[0]!();
        expect(await readdir(folder)).toEqual([]);
      }
    }),
  );

  it('names the boot and the PID namespace of its holder', () =>
    inFolder(async (folder) => {
      const path = join(folder, 'lock');
      const release = await fileLock(path, false);
      expect(await readFile(path, 'latin1')).toMatch(
        new RegExp(`^${process.pid} \\d+ file [0-9a-f]{16} [0-9a-f]{8} \\d+\\n$`),
      );
      await release();
    }));

  it('of a container that we cannot look into is left to it; of an earlier boot it is taken', () =>
    inFolder(async (folder) => {
      const path = join(folder, 'lock');
      const boot = (await readFile('/proc/sys/kernel/random/boot_id', 'latin1')).slice(0, 8);
      await writeFile(path, `9999999 123 file 0123456789abcdef ${boot} 1\n`);
      expect(await codeOf(fileLock(path, false))).toBe('LOG_LOCKED');
      // Whoever holds the sqlite lock knows that its holder is gone, wherever it was.
      await writeFile(path, `9999999 123 sqlite 0123456789abcdef ${boot} 1\n`);
      await (await fileLock(path, true))();
      const other = boot === '00000000' ? '11111111' : '00000000';
      await writeFile(path, `${process.pid} 123 file 0123456789abcdef ${other} 1\n`);
      await (await fileLock(path, false))();
    }));
});

describe('two processes that race for a log', () => {
  it('fork nothing in 40 races; the full suite has 1,000', () => raced(20), 120_000);
});

describe('the lock of a process', () => {
  it('is given back also where the folder is away when it is, so that whoever finds it again opens it at once', () =>
    inFolder(async (folder) => {
      const [place, away] = [join(folder, 'private'), join(folder, 'away')];
      await mkdir(place);
      const release = await processLock()(place);
      await rename(place, away);
      await expect(release()).rejects.toMatchObject({ code: 'ENOENT' });
      await rename(away, place);
      await (await processLock()(place))();
    }));
});

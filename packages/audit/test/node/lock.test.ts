import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { fileLock } from '../../src/store/lock.js';
import { inFolder } from '../support/folder.js';

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
});

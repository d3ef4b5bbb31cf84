import { describe, expect, it } from 'vitest';
import { demoLogFolder, flips, textFlips } from '../support/damage.js';
import { inFolder } from '../support/folder.js';

describe('a changed byte', () => {
  it('is found, 100,000 of them', () =>
    inFolder(async (folder) => {
      const demo = await demoLogFolder(folder);
      for (const name of ['tile', 'bundle', 'checkpoint', 'journal'])
        expect(await flips(folder, demo, name, 5000)).toEqual([]);
      expect(await textFlips(demo, 80_000)).toEqual([]);
    }));
});

import { everyBitFlip } from '@wardseal/testkit';
import { describe, expect, it } from 'vitest';
import { demoLogFolder, journalChanges, proofFlips, publicChanges } from '../support/damage.js';
import { inFolder, openIn } from '../support/folder.js';
import { accepted, formats, SHARES } from '../support/formats.js';
import { indexChanges } from '../support/indexed-damage.js';
import { tails, truncations } from '../support/mutations.js';
import { policyChanges } from '../support/policy-damage.js';

describe('a change is found, 100,000 of them:', () => {
  it('12,000 in the public files of a log, 2,000 in its journal, 6,000 in an inclusion proof', () =>
    inFolder(async (folder) => {
      const demo = await demoLogFolder(folder);
      for (const name of ['tile', 'bundle', 'checkpoint'])
        expect(await publicChanges(folder, demo, name, 4000)).toEqual([]);
      expect(await journalChanges(folder, demo, 2000)).toEqual([]);
      const log = await openIn(folder);
      const proof = await log.inclusionProof(demo.index);
      await log.close();
      expect(await proofFlips(demo, proof, 6000)).toEqual([]);
    }));

  it('80,000 in everything else that is read', () =>
    inFolder(async (folder) => {
      const all = await formats(folder);
      for (const [name, share] of Object.entries(SHARES))
        expect(await accepted(all[name]!, { name, count: 20 * share })).toEqual([]);
    }));

  it('every bit of a cosigned proof', () =>
    inFolder(async (folder) => {
      const { original, refusal } = (await formats(folder))['cosigned proof']!;
      const taken: number[] = [];
      let bit = 0;
      for (const copy of everyBitFlip(original)) {
        if (!/_/.test(await refusal(copy))) taken.push(bit);
        bit++;
      }
      expect(bit).toBeGreaterThan(15_000);
      expect(taken).toEqual([]);
    }));

  it('every length and every tail of every text', () =>
    inFolder(async (folder) => {
      const taken: string[] = [];
      for (const [name, { original, kind, refusal }] of Object.entries(await formats(folder)))
        for (const list of [truncations(original), kind === 'text' ? tails(original) : []])
          for (const { what, data } of list) if (!/_/.test(await refusal(data))) taken.push(`${name} ${what}`);
      expect(taken).toEqual([]);
    }));
});

it('a damaged index changes no answer, 5,000 times', () =>
  inFolder(async (folder) => expect(await indexChanges(folder, 5000)).toEqual([])));

it('a changed policy file never has another key, 8,000 times', async () => {
  const { strange, cut, refused, same, other } = await policyChanges(8000);
  expect({ strange, cut, all: refused + same + other }).toEqual({ strange: [], cut: [], all: 8000 });
});

import { photos } from '@wardseal/testkit/node';
import sharp from 'sharp';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Pixels, TraceReport } from '../../src/index.js';
import type { NamedAttack } from '../../src/testing/index.js';
import { skin, viewings } from '../pictures.js';
import { attackSuite, built } from '../support/built.js';
import { jpeg } from './photos.js';

const { decode, deriveImageKey, embed, prepareChips, trace } = built;

// The short version of test/full/innocents.test.ts: one attack of every group, on a small photograph.
const key = deriveImageKey(new Uint8Array(32).fill(7), 'img-1');
const small = attackSuite({ seed: 29, jpeg }).filter((attack) => !attack.fullSize);
const onePerGroup = [...new Map(small.map((attack) => [attack.group, attack])).values()];
let photograph: Pixels;

beforeAll(async () => {
  const { data, info } = await sharp(photos.cat.path)
    .resize(300)
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  photograph = { data: new Uint8Array(data), width: info.width, height: info.height };
});

const look = (suspect: Pixels, original: Pixels, candidates: string[]): Promise<TraceReport> =>
  trace(suspect, original, { key, candidates, decoys: 1000 });
const accused = (report: TraceReport): string[] =>
  report.hits.filter((hit) => hit.verdict !== 'none').map((hit) => hit.id);

describe('one attack of every group', () => {
  test('covers photographs of a screen and screenshots', () => {
    expect(onePerGroup.map((attack: NamedAttack) => attack.group)).toEqual(
      expect.arrayContaining(['photo', 'screenshot', 'messenger', 'crop', 'geometry', 'compression']),
    );
  });

  // Where no mark is found every way is tried, so the short version takes two; the long one takes all, on both.
  const named = (name: string): NamedAttack => onePerGroup.find(({ group }) => group === name)!;

  test.each([
    { what: 'a photograph', attack: named('photo'), picture: () => photograph },
    { what: 'skin', attack: named('messenger'), picture: () => skin(256, 192, 4, 3) },
  ])('$what, unmarked, after $attack.name: no id and nobody accused', async ({ attack, picture }) => {
    const original = picture();
    const suspect = await attack.apply(original);
    expect(decode(suspect, { keys: [key], budgetMs: 2000 }).found).toBe(false);
    expect(accused(await look(suspect, original, viewings(100)))).toEqual([]);
  });

  test.each(onePerGroup)(
    'marked, after $name: of 2,000 innocent viewings none is even consistent',
    async ({ apply }) => {
      const { pixels } = embed(photograph, { chips: prepareChips(key, 'the-guilty-one') });
      const report = await look(await apply(pixels), photograph, viewings(2000));
      expect(accused(report)).toEqual([]);
      if (report.registration.status !== 'registered') return;
      // The highest of 2,000 normal scores lies between 2.6 and 5.6 in all but one case of 10,000.
      expect(report.hits[0]!.z).toBeGreaterThan(2.6);
      expect(report.hits[0]!.z).toBeLessThan(5.6);
    },
  );
});

import { photos } from '@wardseal/testkit/node';
import { describe, expect, test } from 'vitest';
import { decode, deriveImageKey, embed, prepareChips, trace } from '../../src/index.js';
import { attackSuite } from '../../src/testing/index.js';
import { jpeg, load } from '../node/photos.js';
import { skin } from '../pictures.js';

const imageKey = deriveImageKey(new Uint8Array(32).fill(7), 'img-1');

describe('false accusations', () => {
  test('100,000 innocent viewings on a marked photograph: none is even consistent', async () => {
    const original = await load(photos.histology.path);
    const { pixels } = embed(original, { chips: prepareChips(imageKey, 'the-guilty-one') });
    const candidates = Array.from({ length: 100_000 }, (_, i) => `innocent-${i}`);
    const report = await trace(await jpeg(pixels, 70), original, { key: imageKey, candidates, decoys: 100_000 });
    const { mean, deviation, highest } = report.nullHistogram!;
    console.log(
      `highest innocent z ${report.hits[0]!.z.toFixed(2)}; decoys: mean ${mean}, deviation ${deviation}, highest ${highest}`,
    );
    expect(report.hits.filter((hit) => hit.verdict !== 'none')).toEqual([]);
    expect(report.nullHistogram!.sound).toBe(true);
  });

  test('300 unmarked pictures, attacked, never yield an id and never accuse', async () => {
    const attacks = attackSuite({ seed: 41, jpeg });
    let done = 0;
    for (let seed = 1; done < 300; seed++) {
      const original = skin(400, 300, seed, 3);
      const attack = attacks[done % attacks.length]!;
      const suspect = await attack.apply(original);
      expect(decode(suspect, { keys: [imageKey] }).found).toBe(false);
      const report = await trace(suspect, original, { key: imageKey, candidates: ['view-1', 'view-2'], decoys: 1000 });
      expect(report.hits.every((hit) => hit.verdict === 'none')).toBe(true);
      done++;
    }
  });
});

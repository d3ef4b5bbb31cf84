import { describe, expect, test } from 'vitest';
import type { Pixels, TraceReport } from '../../src/index.js';
import { chipsFrom } from '../forge.js';
import { random, skin, viewings } from '../pictures.js';
import { built } from '../support/built.js';
import { hostile } from '../support/hostile-pictures.js';

const { decode, deriveImageKey, embed, prepareChips, trace } = built;

const key = deriveImageKey(new Uint8Array(32).fill(7), 'img-1');
/** Time for a blind search that must find nothing: the likely places come first. The long suite lets searches end. */
const SHORT = { budgetMs: 1000 };
const NOTHING = { found: false };
const look = (suspect: Pixels, original: Pixels, count = 50): Promise<TraceReport> =>
  trace(suspect, original, { key, candidates: viewings(count), decoys: 1000 });
const accused = (report: TraceReport): string[] =>
  report.hits.filter((hit) => hit.verdict !== 'none').map((hit) => hit.id);

const chance = random(18);

describe('a suspect made to break the search', () => {
  const original = skin(256, 192, 2);

  // Searches that find nothing take their time: every second picture, and each goes through one of four. The long suite
  // takes each through all of them.
  test.each(hostile.filter((_, i) => i % 2 === 0).map(([name, suspect], i) => ({ name, suspect, i })))(
    '$name: no id, and nobody innocent',
    async ({ suspect, i }) => {
      if (i % 4 === 0) expect(decode(suspect, { keys: [key], ...SHORT })).toMatchObject(NOTHING);
      if (i % 4 === 1) expect(accused(await look(suspect, original))).toEqual([]);
      if (i % 4 === 2) expect(accused(await look(suspect, suspect))).toEqual([]);
      const { pixels } = embed(suspect, { chips: prepareChips(key, 'view-7') });
      expect(accused(await look(pixels, suspect)).filter((id) => id !== 'view-7')).toEqual([]);
    },
  );

  test('a tile of random chips repeated at full strength is no mark under any key', async () => {
    const chips = chipsFrom(Float64Array.from({ length: 4096 }, () => chance() - 0.5));
    const { pixels } = embed(original, { chips, psnr: 42 });
    expect(decode(pixels, { keys: [key], ...SHORT })).toMatchObject(NOTHING);
    const report = await look(pixels, original, 1000);
    expect(report.registration.status).toBe('registered');
    expect(accused(report)).toEqual([]);
    expect(report.presence!.p).toBeGreaterThan(1e-6);
  });

  test.each([
    [64, 64, 1],
    [97, 131, 3],
    [160, 70, 4],
  ])('noise of %i x %i pixels in %i channels yields no id', (width, height, channels) => {
    const data = Uint8Array.from({ length: width * height * channels }, () => chance() * 256);
    expect(decode({ data, width, height }, { keys: [key], ...SHORT })).toMatchObject(NOTHING);
  });
});

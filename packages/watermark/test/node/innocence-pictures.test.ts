import { describe, expect, test } from 'vitest';
import { decode, deriveImageKey, embed, type Pixels, prepareChips, type TraceReport, trace } from '../../src/index.js';
import { chipsFrom } from '../forge.js';
import { random, skin, viewings } from '../pictures.js';

const key = deriveImageKey(new Uint8Array(32).fill(7), 'img-1');
/** Time for a blind search that must find nothing: the likely places come first. The long suite lets searches end. */
const SHORT = { budgetMs: 1000 };
const NOTHING = { found: false };
const look = (suspect: Pixels, original: Pixels, count = 50): Promise<TraceReport> =>
  trace(suspect, original, { key, candidates: viewings(count), decoys: 1000 });
const accused = (report: TraceReport): string[] =>
  report.hits.filter((hit) => hit.verdict !== 'none').map((hit) => hit.id);

/** A grey picture of any rule. */
function draw(width: number, height: number, rule: (x: number, y: number) => number): Pixels {
  const data = Uint8Array.from({ length: width * height }, (_, i) => rule(i % width, Math.floor(i / width)));
  return { data, width, height };
}

const chance = random(17);
const tile = Uint8Array.from({ length: 128 * 128 }, () => chance() * 256);
const hostile: [string, Pixels][] = [
  ['all black', draw(160, 128, () => 0)],
  ['all white', draw(160, 128, () => 255)],
  ['one grey', draw(160, 128, () => 128)],
  ['one pixel apart', draw(160, 128, (x, y) => (x === 77 && y === 33 ? 255 : 0))],
  ['a checkerboard of pixels', draw(192, 128, (x, y) => ((x + y) & 1) * 255)],
  ['a checkerboard of chips', draw(192, 128, (x, y) => (((x >> 1) + (y >> 1)) & 1) * 255)],
  ['a checkerboard of tiles', draw(384, 256, (x, y) => (((x >> 7) + (y >> 7)) & 1) * 255)],
  ['stripes of a pixel', draw(192, 128, (x) => (x & 1) * 255)],
  ['a ramp', draw(192, 128, (x) => x)],
  ['noise between the extremes', draw(192, 128, () => (chance() < 0.5 ? 0 : 255))],
  ['noise', draw(192, 128, () => chance() * 256)],
  ['a random tile repeated', draw(384, 256, (x, y) => tile[(y & 127) * 128 + (x & 127)]!)],
  ['a random tile repeated at another size', draw(288, 192, (x, y) => tile[(y % 96) * 128 + (x % 96)]!)],
  ['the least size', draw(64, 64, () => chance() * 256)],
  ['a thin strip', draw(64, 1200, (x, y) => (x * y) % 251)],
  ['a thin strip, lying', draw(1200, 64, (x, y) => (x ^ y) & 255)],
];

describe('a suspect made to break the search', () => {
  const original = skin(256, 192, 2);

  // Searches that find nothing take their time, so each picture goes through one of four.
  test.each(hostile.map(([name, suspect], i) => ({ name, suspect, i })))(
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

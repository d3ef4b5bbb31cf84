import { describe, expect, test } from 'vitest';
import { TILE_AREA, traceBits } from '../src/code/tile.js';
import type { Pixels } from '../src/index.js';
import { removeKnown } from '../src/remove-known.js';
import { MOST_ROUNDS, type Scores, scoreCandidates } from '../src/score-candidates.js';
import { pBound, scorer } from '../src/statistics.js';
import { collusionSuite } from '../src/testing/index.js';
import { viewings } from './pictures.js';
import { codeOf, key, layout, sync, utf8, votes } from './smeared-votes.js';

const score = (tile: Float64Array, ids: readonly string[], decoys = 1000): Scores =>
  scoreCandidates(
    tile,
    { key, layer: 'view', candidates: new Map(ids.map((id) => [id, utf8(id)])), decoys, geometries: 1 },
    () => {},
  );
const named = ({ hits }: Scores): string[] => hits.filter((hit) => hit.verdict === 'match').map((hit) => hit.id);

describe('rounds of scoring', () => {
  const tile = votes({ ann: 0.6, bob: 0.5, cem: 0.14 }, 0.8);
  const list = [...viewings(300), 'ann', 'bob', 'cem'];

  test('whom the louder ones hide is named in the second, with twice the correction', () => {
    const scores = score(tile, list);
    expect(named(scores).sort()).toEqual(['ann', 'bob', 'cem']);
    expect(scores.rounds).toBe(MOST_ROUNDS);
    expect(MOST_ROUNDS).toBe(2);
    const by = new Map(scores.hits.map((hit) => [hit.id, hit]));
    expect(['ann', 'bob', 'cem'].map((id) => by.get(id)!.round)).toEqual([1, 1, 2]);
    for (const { z, p, pCorrected } of scores.hits) {
      expect(p).toBe(pBound(z));
      expect(pCorrected).toBe(Math.min(1, p * list.length * 2));
    }
    // By itself the first round does not do it.
    const first = scorer(Float64Array.from(layout.trace, (at) => tile[at]!))(traceBits(key, 'view', utf8('cem')));
    expect(pBound(first) * list.length * 2).toBeGreaterThan(1e-9);
    expect(by.get('cem')!.z).toBeGreaterThan(first);
  });

  test('the scores of those who say nothing are those of the first', () => {
    const first = scorer(Float64Array.from(layout.trace, (at) => tile[at]!));
    for (const { id, z, round, verdict } of score(tile, list).hits) {
      if (verdict !== 'none') continue;
      expect(round).toBe(1);
      expect(z).toBe(first(traceBits(key, 'view', utf8(id))));
    }
  });

  test('who else is on the list changes nobody’s score in either round, except through those who are named', () => {
    const z = (ids: string[]): [string, number, number][] =>
      score(tile, ids)
        .hits.filter(({ id }) => ['ann', 'bob', 'cem'].includes(id))
        .map((hit) => [hit.id, hit.z, hit.round]);
    expect(z(list)).toEqual(z(['cem', 'ann', ...viewings(3), 'bob']));
    // Without the two louder ones on the list their codes are not known: the third is hidden by them.
    expect(score(tile, ['cem', ...viewings(300)]).hits[0]!.z).toBeLessThan(z(list)[2]![1]);
  });

  test('nothing is left of a code that was taken out, and what is left is chance to 4,000 innocents', () => {
    const rest = removeKnown(tile, sync, [codeOf('ann'), codeOf('bob')]);
    const second = scorer(Float64Array.from(layout.trace, (at) => rest[at]!));
    const of = (id: string): number => second(traceBits(key, 'view', utf8(id)));
    expect(Math.abs(of('ann'))).toBeLessThan(1);
    expect(Math.abs(of('bob'))).toBeLessThan(1);
    expect(of('cem')).toBeGreaterThan(7.3);
    const innocent = viewings(4000).map(of);
    const mean = innocent.reduce((sum, one) => sum + one, 0) / innocent.length;
    const square = innocent.reduce((sum, one) => sum + one * one, 0) / innocent.length;
    expect(Math.abs(mean)).toBeLessThan(5 / Math.sqrt(innocent.length));
    expect(Math.abs(Math.sqrt(square) - 1)).toBeLessThan(5 / Math.sqrt(2 * innocent.length));
    expect(Math.max(...innocent)).toBeLessThan(5.6);
  });

  test('no votes, votes of one chip and votes of the sync chips alone name nobody', () => {
    const single = new Float64Array(TILE_AREA);
    single[layout.trace[3]!] = 1;
    for (const nothing of [new Float64Array(TILE_AREA), single, Float64Array.from(sync)]) {
      const { hits } = score(nothing, list);
      expect(hits.every(({ verdict, z }) => verdict === 'none' && Number.isFinite(z))).toBe(true);
    }
  });
});

describe('the suite of collusions', () => {
  const picture = (level: number): Pixels => ({
    data: Uint8Array.from({ length: 90 * 70 * 3 }, (_, i) => level + (i % 7)),
    width: 90,
    height: 70,
  });
  const copies = [10, 60, 30, 90, 40].map(picture);
  const suite = collusionSuite({ seed: 3 });
  const made = async (name: string, seed = 3): Promise<Pixels> => {
    const one = collusionSuite({ seed }).find((collusion) => collusion.name === name)!;
    return one.apply(copies.slice(0, one.copies));
  };
  const levels = ({ data }: Pixels): number[] => Array.from(data, (value, i) => value - (i % 7));

  test.each([
    ['average-2', [35]],
    ['average-3', [33]],
    ['average-5', [46]],
    ['minimum-3', [10]],
    ['maximum-5', [90]],
    ['median-3', [30]],
    ['median-5', [40]],
    ['minmax-5', [50]],
    ['modified-negative-5', [60]],
    ['random-negative-5', [10, 90]],
    ['mosaic-coarse-3', [10, 30, 60]],
    ['mosaic-fine-5', [10, 30, 40, 60, 90]],
  ])('%s', async (name, expected) => {
    const found = [...new Set(levels(await made(name)))].sort((a, b) => a - b);
    expect(found).toEqual(expected);
  });

  test('same seed, same copy; another seed, another; copies stay as they are', async () => {
    const before = copies.map(({ data }) => data.slice());
    expect((await made('mosaic-middling-5')).data).toEqual((await made('mosaic-middling-5')).data);
    expect((await made('mosaic-middling-5')).data).not.toEqual((await made('mosaic-middling-5', 4)).data);
    expect(copies.map(({ data }) => data)).toEqual(before);
  });

  test('a mosaic consists of square blocks', async () => {
    const found = levels(await made('mosaic-coarse-2'));
    // 90 / 6 = 15 pixels: along a row no owner changes more often than every 15.
    for (let y = 0; y < 70; y++) {
      const row = Array.from({ length: 90 }, (_, x) => found[(y * 90 + x) * 3]!);
      const changes = row.flatMap((level, x) => (x > 0 && level !== row[x - 1] ? [x] : []));
      changes.forEach((x, k) => {
        if (k > 0) expect((x - changes[k - 1]!) % 15).toBe(0);
      });
    }
  });

  test('each is there again, sent through a messenger, when a codec is given', async () => {
    const sizes: number[] = [];
    const sent = collusionSuite({
      jpeg: (pixels, quality) => {
        sizes.push(pixels.width, quality);
        return pixels;
      },
    });
    expect(sent.map(({ name }) => name)).toEqual(suite.flatMap(({ name }) => [name, `${name}-1600-jpeg-70`]));
    const wide: Pixels = { data: new Uint8Array(2000 * 64), width: 2000, height: 64 };
    await sent.find(({ name }) => name === 'average-2-1600-jpeg-70')!.apply([wide, wide]);
    expect(sizes).toEqual([1600, 70]);
  });

  test('another number of copies, and copies of different sizes, are refused', async () => {
    const [two] = suite;
    await expect(two!.apply(copies)).rejects.toThrow(RangeError);
    await expect(two!.apply([copies[0]!, { ...copies[1]!, width: 70, height: 90 }])).rejects.toThrow(RangeError);
  });
});

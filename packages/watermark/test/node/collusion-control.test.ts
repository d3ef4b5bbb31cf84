import { beforeEach, expect, test, vi } from 'vitest';
import { type Scores, scoreCandidates } from '../../src/score-candidates.js';
import { viewings } from '../pictures.js';
import { key, utf8, votes } from '../smeared-votes.js';

// No copy can spoil a control: that takes the key. So each round's control is made to fail here.
const control = vi.hoisted(() => ({ calls: 0, fails: 0 }));
vi.mock('../../src/statistics.js', async (original) => {
  const real = await original<typeof import('../../src/statistics.js')>();
  return {
    ...real,
    nullHistogram: (scores: Float64Array) => {
      control.calls++;
      const histogram = real.nullHistogram(scores);
      return control.calls === control.fails ? { ...histogram, sound: false } : histogram;
    },
  };
});
beforeEach(() => {
  control.calls = 0;
});

const tile = votes({ ann: 0.6, bob: 0.5, cem: 0.14 }, 0.8);
const candidates = new Map([...viewings(300), 'ann', 'bob', 'cem'].map((id) => [id, utf8(id)]));
const score = (): Scores =>
  scoreCandidates(tile, { key, layer: 'view', candidates, decoys: 1000, geometries: 1 }, () => {});
const named = ({ hits }: Scores): string[] =>
  hits.flatMap(({ id, verdict }) => (verdict === 'none' ? [] : [id])).sort();

test.each([
  [0, ['ann', 'bob', 'cem'], 2],
  [1, [], 1],
  [2, ['ann', 'bob'], 1],
])('control %i fails: %j are named, in %i rounds', (fails, who, rounds) => {
  control.fails = fails;
  const scores = score();
  expect(named(scores).filter((id) => id !== 'cem' || fails !== 2)).toEqual(who);
  expect(scores.hits.every(({ verdict, round }) => verdict !== 'match' || round <= rounds)).toBe(true);
  expect(scores.rounds).toBe(rounds);
  expect(scores.nullHistogram.sound).toBe(fails !== 1);
});

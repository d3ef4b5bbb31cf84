// How frames are put together: what weighs them must know nothing of any viewing, and presence must not flatter itself.
import { describe, expect, test } from 'vitest';
import { layoutOf, syncBits, TILE_AREA } from '../../src/code/tile.js';
import { deriveImageKey } from '../../src/index.js';
import { combine } from '../../src/video/combine.js';
import { random } from '../pictures.js';

const key = deriveImageKey(new Uint8Array(32).fill(5), 'gait-1');
const gauss = (next: () => number): number => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
const noise = (seed: number, wild = false): Float64Array => {
  const next = random(seed);
  return Float64Array.from({ length: TILE_AREA }, () => gauss(next) * (wild && next() < 0.01 ? 20 : 1));
};
const frames = (seed: number, count: number, phases: number, wild = false): Float64Array[][] =>
  Array.from({ length: count }, (_, i) => Array.from({ length: phases }, (__, k) => noise(seed + 101 * i + k, wild)));

describe('frames together', () => {
  const { sync } = layoutOf(key, 'view');
  const isSync = new Set(sync);

  test('what says who is turned round exactly when every frame says the opposite: weights come from sync chips alone', () => {
    const some = frames(1, 4, 8);
    const turned = some.map((tiles) => tiles.map((tile) => tile.map((vote, i) => (isSync.has(i) ? vote : -vote))));
    const [one, two] = [combine(some, key, 'view'), combine(turned, key, 'view')];
    expect(two.presence).toEqual(one.presence);
    expect(one.tile.some((vote, i) => !isSync.has(i) && vote !== 0)).toBe(true);
    expect(two.tile.every((vote, i) => vote === (isSync.has(i) ? one.tile[i]! : -one.tile[i]!))).toBe(true);
  });

  test('a frame and phase that shows the sync chips outweighs those that do not', () => {
    const bits = syncBits(key, 'view');
    const clear = noise(77);
    sync.forEach((at, i) => {
      clear[at]! += (bits[i >> 3]! >> (7 - (i & 7))) & 1 ? -1 : 1;
    });
    const { tile, presence } = combine(
      [
        [noise(1), clear],
        [noise(2), noise(3)],
      ],
      key,
      'view',
    );
    let [ab, aa, bb] = [0, 0, 0];
    tile.forEach((vote, i) => {
      if (isSync.has(i)) return;
      ab += vote * clear[i]!;
      aa += vote * vote;
      bb += clear[i]! * clear[i]!;
    });
    expect(ab / Math.sqrt(aa * bb)).toBeGreaterThan(0.95);
    expect(presence.p).toBeLessThan(1e-9);
  });

  test.each([
    ['ordinary', false],
    ['wild', true],
  ])('without a mark presence is small no oftener than its p says: %s noise', (_, wild) => {
    const trials = 60;
    const ps = Array.from(
      { length: trials },
      (__, t) => combine(frames(1000 * t + 7, 1, 6, wild), key, 'view').presence.p,
    );
    for (const level of [0.5, 0.2, 0.05, 0.01]) {
      const most = level * trials + 4 * Math.sqrt(level * (1 - level) * trials) + 1;
      expect(ps.filter((p) => p <= level).length).toBeLessThan(most);
    }
  });
});

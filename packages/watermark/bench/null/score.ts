// Scores of codes that made no mark: of wrong image keys (another layout, another code) and of decoys under the right key.
import { uint } from '@wardseal/primitives';
import { chipAt, decoyBits, layoutOf, traceBits } from '../../src/code/tile.ts';
import { deriveImageKey } from '../../src/derive-image-key.ts';
import { scorer } from '../../src/statistics.ts';

const SECRET = new Uint8Array(32).fill(68);
const VIEWING = new TextEncoder().encode('nobody');

/** Scores of image keys `from` to `to` that belong to no picture, on every tile; one row of scores a tile. */
export function wrongKeys(tiles: readonly Float64Array[], from: number, to: number): Float64Array[] {
  const out = tiles.map(() => new Float64Array(to - from));
  for (let k = from; k < to; k++) {
    const key = deriveImageKey(SECRET, `wrong-${k}`);
    const { trace } = layoutOf(key, 'view');
    const bits = traceBits(key, 'view', VIEWING);
    const chips = Int8Array.from(trace, (_, i) => chipAt(bits, i));
    tiles.forEach((votes, t) => {
      let [sum, squares] = [0, 0];
      for (let i = 0; i < chips.length; i++) {
        const vote = votes[trace[i]!]!;
        sum += vote * chips[i]!;
        squares += vote * vote;
      }
      out[t]![k - from] = sum / Math.sqrt(squares);
    });
  }
  return out;
}

/** Scores of the first `count` decoys under the tiles' own key; one row of scores a tile. */
export function decoys(tiles: readonly Float64Array[], key: Uint8Array, count: number): Float64Array[] {
  const { trace } = layoutOf(key, 'view');
  const scores = tiles.map((votes) => scorer(Float64Array.from(trace, (at) => votes[at]!)));
  const out = tiles.map(() => new Float64Array(count));
  for (let i = 0; i < count; i++) {
    const bits = decoyBits(key, 'view', uint(i, 4));
    scores.forEach((score, t) => {
      out[t]![i] = score(bits);
    });
  }
  return out;
}

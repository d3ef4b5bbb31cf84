import { chipAt, layoutOf, syncBits, TILE_AREA, traceBits } from '../src/code/tile.js';
import { deriveImageKey } from '../src/index.js';
import type { Known } from '../src/remove-known.js';
import { random } from './pictures.js';

export const key = deriveImageKey(new Uint8Array(32).fill(7), 'img-1');
export const layout = layoutOf(key, 'view');
export const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

function chips(places: Uint16Array, bits: Uint8Array): Known {
  const out = new Float64Array(TILE_AREA);
  places.forEach((at, i) => {
    out[at] = chipAt(bits, i);
  });
  return out;
}
export const sync: Known = chips(layout.sync, syncBits(key, 'view'));
export const codeOf = (id: string): Known => chips(layout.trace, traceBits(key, 'view', utf8(id)));

/** Votes as a compressed copy gives them: the shares of some codes, each chip smeared over its neighbours, and noise. */
export function votes(shares: Readonly<Record<string, number>>, noise: number, seed = 5): Float64Array {
  const next = random(seed);
  const marks = Object.entries(shares).map(([id, share]) => codeOf(id).map((chip) => chip * share));
  const sum = sync.map((chip, i) => marks.reduce((total, mark) => total + mark[i]!, chip));
  return sum.map((chip, i) => {
    const [y, x] = [i >> 6, i & 63];
    const at = (dy: number, dx: number): number => sum[(((y + dy) & 63) << 6) | ((x + dx) & 63)]!;
    const smear = 0.35 * (at(0, 1) + at(0, -1) + at(1, 0) + at(-1, 0));
    return chip + smear + noise * 3.46 * (next() + next() + next() - 1.5) * 0.58;
  });
}

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { tileSign } from '../src/code/tile.js';
import { TILE } from '../src/grid.js';
import { deriveImageKey, embed, type Layer, type Pixels, prepareChips, trace } from '../src/index.js';
import { tilePattern } from '../src/pattern.js';
import { readChips } from '../src/prepare-chips.js';
import { skin } from './pictures.js';

const imageKey = deriveImageKey(new Uint8Array(32).fill(7), 'img-1');
const grey = (side: number): Pixels => ({ data: new Uint8Array(side * side).fill(128), width: side, height: side });

/** Gives what the mark adds in tile (i, j), against the layer's pattern: positive where it was laid on as it is. */
function correlationOf(layer: Layer): (i: number, j: number) => number {
  const chips = prepareChips(imageKey, 'view-1', { layer });
  const side = 3 * TILE;
  const { pixels } = embed(grey(side), { chips, layer });
  const pattern = tilePattern(readChips(chips, layer));
  return (i, j) => {
    let sum = 0;
    for (let y = 0; y < TILE; y++) {
      for (let x = 0; x < TILE; x++) {
        sum += (pixels.data[(j * TILE + y) * side + i * TILE + x]! - 128) * pattern[y * TILE + x]!;
      }
    }
    return sum / (TILE * TILE);
  };
}

describe('the layers', () => {
  test('a share tile next to another has the opposite sign, a view tile the same', () => {
    const places = [0, 1, 2].flatMap((j) => [0, 1, 2].map((i) => [i, j] as const));
    const [ofShare, ofView] = [correlationOf('share'), correlationOf('view')];
    for (const [i, j] of places) {
      expect(ofShare(i, j) * ((i + j) % 2 === 0 ? 1 : -1), `share ${i} ${j}`).toBeGreaterThan(0.2);
      expect(ofView(i, j), `view ${i} ${j}`).toBeGreaterThan(0.2);
    }
  });

  test('folding four neighbouring tiles for one layer cancels the other, wherever they lie', () => {
    const index = fc.integer({ min: 0, max: 1000 });
    fc.assert(
      fc.property(index, index, (i, j) => {
        const four = ([0, 1] as const).flatMap((b) => ([0, 1] as const).map((a) => [i + a, j + b] as const));
        const sum = (one: Layer, other: Layer): number =>
          four.reduce((total, [a, b]) => total + tileSign(one, a, b) * tileSign(other, a, b), 0);
        expect([sum('view', 'view'), sum('share', 'share')]).toEqual([4, 4]);
        expect(sum('view', 'share')).toBe(0);
      }),
    );
  });
});

describe('two layers in one picture', () => {
  const original = skin(512, 384);
  const view = prepareChips(imageKey, 'view-1');
  const share = prepareChips(imageKey, 'share-2', { layer: 'share' });
  const shared = embed(original, { chips: share, layer: 'share' });
  const viewed = embed(shared.pixels, { chips: view });

  async function score(suspect: Pixels, layer: Layer): Promise<number> {
    const candidates = ['view-1', 'share-2', 'view-3'];
    const { hits } = await trace(suspect, original, { key: imageKey, candidates, decoys: 1000, layer });
    expect(hits.filter((hit) => hit.verdict !== 'none').map((hit) => hit.id)).toEqual([
      layer === 'view' ? 'view-1' : 'share-2',
    ]);
    return hits[0]!.z;
  }

  test('each scores within 1 dB of what it scores alone, and names its own viewing only', async () => {
    const alone = {
      view: await score(embed(original, { chips: view }).pixels, 'view'),
      share: await score(shared.pixels, 'share'),
    };
    for (const layer of ['view', 'share'] as const) {
      expect(20 * Math.log10(alone[layer] / (await score(viewed.pixels, layer))), layer).toBeLessThan(1);
    }
  });

  test('a viewing of a marked copy costs the copy no more than it would cost the original', () => {
    expect(viewed.report.psnr).toBeGreaterThanOrEqual(45);
    expect(viewed.report.ssim).toBeGreaterThan(0.99);
    // Both together are the sum of two marks that know nothing of each other: 3 dB.
    let squares = 0;
    for (let i = 0; i < original.data.length; i++) squares += (viewed.pixels.data[i]! - original.data[i]!) ** 2;
    const colours = 3 * original.width * original.height;
    expect(10 * Math.log10((255 * 255 * colours) / squares)).toBeGreaterThan(41.9);
  });
});

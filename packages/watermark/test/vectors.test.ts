import { describe, expect, test } from 'vitest';
import { type Chips, deriveImageKey, embed, prepareChips, trace, type WatermarkError } from '../src/index.js';
import vectors from '../vectors/mark-v0.json' with { type: 'json' };

const bytes = (hex: string): Uint8Array => Uint8Array.from(hex.match(/../g)!, (pair) => Number.parseInt(pair, 16));
const { width, height, marked, viewingId } = vectors.picture;
const original = Uint8Array.from({ length: width * height }, (_, i) => {
  const x = i % width;
  const y = Math.floor(i / width);
  return 60 + ((x * 3 + y * 2) % 97) + ((x * x + 7 * y * y + 13 * x * y) % 23);
});
const imageKey = deriveImageKey(bytes(vectors.tenantSecret), vectors.imageId);
const old = { data: Uint8Array.from(atob(marked), (c) => c.charCodeAt(0)), width, height };

describe('the golden vector of mark v0', () => {
  test('the image key', () => {
    expect(imageKey).toEqual(bytes(vectors.imageKey));
  });

  test.each(vectors.chips)('the chips of $viewingId, layer $layer', ({ viewingId: id, layer, chips }) => {
    expect(prepareChips(imageKey, id, { layer: layer as 'view' })).toEqual(chips);
  });

  test('the marked picture, sample by sample', () => {
    const { pixels } = embed({ data: original, width, height }, { chips: prepareChips(imageKey, viewingId) });
    expect(Array.from(pixels.data)).toEqual(Array.from(old.data));
  });

  test('a picture marked when the version was young still names its viewing', async () => {
    const candidates = Array.from({ length: 200 }, (_, i) => `view-${String(i).padStart(4, '0')}`);
    const report = await trace(old, { data: original, width, height }, { key: imageKey, candidates, decoys: 1000 });
    expect(report.hits.filter((hit) => hit.verdict !== 'none').map((hit) => hit.id)).toEqual([viewingId]);
  });

  test.each(vectors.refused)('refuses chips with $why', ({ chips, code }) => {
    try {
      embed({ data: original, width, height }, { chips: chips as Chips });
    } catch (error) {
      expect((error as WatermarkError).code).toBe(code);
      return;
    }
    throw new Error('accepted');
  });
});

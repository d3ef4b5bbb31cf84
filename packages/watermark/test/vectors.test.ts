import { describe, expect, test } from 'vitest';
import {
  type Chips,
  deriveImageKey,
  embed,
  type Layer,
  type Pixels,
  prepareChips,
  trace,
  type WatermarkError,
} from '../src/index.js';
import vectors from '../vectors/mark-v0.json' with { type: 'json' };

const bytes = (hex: string): Uint8Array => Uint8Array.from(hex.match(/../g)!, (pair) => Number.parseInt(pair, 16));
const drawn = (width: number, height: number): Pixels => {
  const data = Uint8Array.from({ length: width * height }, (_, i) => {
    const x = i % width;
    const y = Math.floor(i / width);
    return 60 + ((x * 3 + y * 2) % 97) + ((x * x + 7 * y * y + 13 * x * y) % 23);
  });
  return { data, width, height };
};
const imageKey = deriveImageKey(bytes(vectors.tenantSecret), vectors.imageId);
const pictures = vectors.pictures.map(({ width, height, marks, marked }) => ({
  original: drawn(width, height),
  old: { data: Uint8Array.from(atob(marked), (c) => c.charCodeAt(0)), width, height },
  title: marks.map(({ layer }) => layer).join(' and '),
  marks: marks.map(({ layer, viewingId }) => ({ layer: layer as Layer, viewingId })),
}));
const finds = pictures.flatMap(({ original, old, marks }) => marks.map((mark) => ({ original, old, ...mark })));

describe('the golden vector of mark v0', () => {
  test('the image key', () => {
    expect(imageKey).toEqual(bytes(vectors.imageKey));
  });

  test.each(vectors.chips)('the chips of $viewingId, layer $layer', ({ viewingId: id, layer, chips }) => {
    expect(prepareChips(imageKey, id, { layer: layer as 'view' })).toEqual(chips);
  });

  test.each(pictures)(
    'a picture marked today has the same pattern, only its strength may differ: $title',
    ({ original, old, marks }) => {
      const today = marks.reduce(
        (picture, { layer, viewingId }) =>
          embed(picture, { chips: prepareChips(imageKey, viewingId, { layer }), layer }).pixels,
        original,
      );
      const added = (picture: Pixels): number[] => Array.from(picture.data, (value, i) => value - original.data[i]!);
      const product = (a: Pixels, b: Pixels): number => {
        const other = added(b);
        return added(a).reduce((sum, value, i) => sum + value * other[i]!, 0);
      };
      expect(product(today, old) / Math.sqrt(product(today, today) * product(old, old))).toBeGreaterThan(0.85);
    },
  );

  test.each(finds)(
    'a picture marked when the version was young still names $viewingId, layer $layer',
    async ({ original, old, layer, viewingId }) => {
      const candidates = Array.from({ length: 200 }, (_, i) => `view-${String(i).padStart(4, '0')}`);
      const report = await trace(old, original, { key: imageKey, candidates, decoys: 1000, layer });
      expect(report.hits.filter((hit) => hit.verdict !== 'none').map((hit) => hit.id)).toEqual([viewingId]);
    },
  );

  test.each(vectors.refused)('refuses chips with $why', ({ chips, code }) => {
    try {
      embed(drawn(160, 128), { chips: chips as Chips });
    } catch (error) {
      expect((error as WatermarkError).code).toBe(code);
      return;
    }
    throw new Error('accepted');
  });
});

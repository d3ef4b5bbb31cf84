import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { type OverlayOptions, overlayBox, renderOverlay } from '../../src/index.js';

const options: OverlayOptions = {
  mode: 'border',
  who: 'Dr Ada Example',
  role: 'Registrar',
  organisation: 'Example Trust',
  at: '2026-03-01T09:00:00Z',
  code: 'K7QX-9MPD',
  size: { width: 600, height: 400 },
};

/** Grey samples of an overlay laid over a plain picture. */
async function drawn(change: Partial<OverlayOptions>, ground: number): Promise<{ data: Buffer; width: number }> {
  const asked = { ...options, ...change };
  const { width, height } = overlayBox(asked.mode, asked.size);
  const background = { r: ground, g: ground, b: ground };
  const data = await sharp({ create: { width, height, channels: 3, background } })
    .composite([{ input: Buffer.from(renderOverlay(asked)) }])
    .extractChannel(0)
    .raw()
    .toBuffer();
  return { data, width };
}

/** WCAG contrast of two grey levels, 1 to 21. */
function contrast(a: number, b: number): number {
  const light = (v: number): number => (v <= 10 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4) + 0.05;
  return Math.max(light(a), light(b)) / Math.min(light(a), light(b));
}

describe('what an overlay looks like', () => {
  test.each([0, 128, 255])('border: black on white whatever the picture (%i), which stays as it is', async (ground) => {
    const { data, width } = await drawn({}, ground);
    const { top } = overlayBox('border', options.size);
    const bands = Buffer.concat([data.subarray(0, top * width), data.subarray((top + 400) * width)]);
    expect(contrast(Math.min(...bands), Math.max(...bands))).toBeGreaterThan(20);
    expect(bands.filter((value) => value < 64).length).toBeGreaterThan(800);
    expect(data.subarray(top * width, (top + 400) * width).every((value) => value === ground)).toBe(true);
  });

  test.each([0, 128, 255])('tile: seen on %i, and no more than its opacity', async (ground) => {
    const { data } = await drawn({ mode: 'tile' }, ground);
    const sorted = data.toSorted();
    const [low, high] = [sorted[0]!, sorted.at(-1)!];
    expect(contrast(low, high)).toBeGreaterThan(1.3);
    expect(Math.max(ground - low, high - ground)).toBeLessThanOrEqual(Math.ceil(0.15 * 255) + 1);
    const touched = data.filter((value) => value !== ground).length / data.length;
    expect(touched).toBeGreaterThan(0.05);
    expect(touched).toBeLessThan(0.4);
  });

  test('tile: inside a region of interest no level moves by more than a twentieth', async () => {
    const roi = [{ x: 100, y: 100, width: 300, height: 200 }];
    for (const ground of [0, 255]) {
      const { data, width } = await drawn({ mode: 'tile', opacity: 0.5, roi }, ground);
      let most = 0;
      for (let y = 101; y < 299; y++) {
        for (let x = 101; x < 399; x++) most = Math.max(most, Math.abs(data[y * width + x]! - ground));
      }
      expect(most).toBeGreaterThan(0);
      expect(most).toBeLessThanOrEqual(14);
    }
  });
});

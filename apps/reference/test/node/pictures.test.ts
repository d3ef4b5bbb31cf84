import { readFile } from 'node:fs/promises';
import { photos, syntheticSkin } from '@wardseal/testkit/node';
import { overlayBox, renderOverlay } from '@wardseal/watermark';
import fc from 'fast-check';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { decodePicture, drawOverlay, encodePng, hasFonts, leak, shrink } from '../../src/demo/pictures.js';
import { textToPaths } from '../../src/demo/plain-letters.js';
import { joinPng, splitPng } from '../suites/planted.js';

const skin = syntheticSkin(3);
const picture = { data: Uint8ClampedArray.from(skin.data), width: skin.width, height: skin.height };

describe('decode and encode', () => {
  test('a PNG round trip changes no pixel', async () => {
    const back = await decodePicture(await encodePng(picture));
    expect([back.width, back.height]).toEqual([picture.width, picture.height]);
    expect(Buffer.from(back.data).equals(Buffer.from(picture.data))).toBe(true);
  });

  test('a JPEG decodes to the size it says', async () => {
    const { data, width, height } = await decodePicture(await readFile(photos.fundus.path));
    expect([width, height, data.length]).toEqual([1411, 1411, 1411 * 1411 * 4]);
  });

  test('a picture cut short is refused, not filled up', async () => {
    const whole = await leak(picture);
    await expect(decodePicture(whole.subarray(0, whole.length / 2))).rejects.toMatchObject({
      code: 'PICTURE_CODEC_FAILED',
    });
  });

  test('a bomb is refused from its header', async () => {
    const [header, ...rest] = splitPng(await encodePng(picture));
    const body = header!.body.slice();
    new DataView(body.buffer).setUint32(0, 20_000);
    new DataView(body.buffer).setUint32(4, 20_000);
    const bomb = joinPng([{ type: 'IHDR', body }, ...rest]);
    await expect(decodePicture(bomb)).rejects.toMatchObject({ code: 'PICTURE_TOO_LARGE' });
  });
});

describe('shrink and leak', () => {
  test('each pixel is the mean of the area it covers', () => {
    const grey = (values: readonly number[], width: number) => ({
      data: Uint8ClampedArray.from(values.flatMap((value) => [value, value, value, 255])),
      width,
      height: values.length / width,
    });
    const first = (pixels: { data: Uint8ClampedArray }): number[] =>
      Array.from(pixels.data.filter((_, i) => i % 4 === 0));
    expect(first(shrink(grey([0, 100, 200, 40, 10, 50, 100, 20], 4), 2))).toEqual([40, 90]);
    expect(first(shrink(grey([0, 90, 180], 3), 2))).toEqual([30, 150]);
    expect(shrink(picture, 5000)).toEqual(picture);
  });

  test('the mean of the picture stays, whatever the sizes', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 60 }),
        fc.integer({ min: 1, max: 60 }),
        fc.integer({ min: 1, max: 60 }),
        (w, h, side) => {
          const data = new Uint8ClampedArray(w * h * 4).fill(137);
          const out = shrink({ data, width: w, height: h }, side);
          expect(Math.max(out.width, out.height)).toBe(Math.min(side, Math.max(w, h)));
          expect(out.data.every((value) => value === 137)).toBe(true);
        },
      ),
    );
  });

  test('a leaked copy is a JPEG of 1600 pixels on its long side, whatever the size', async () => {
    const large = { data: new Uint8ClampedArray(2000 * 1000 * 4).fill(200), width: 2000, height: 1000 };
    expect(await sharp(await leak(large)).metadata()).toMatchObject({ format: 'jpeg', width: 1600, height: 800 });
    const { width, height } = await sharp(await leak(picture)).metadata();
    expect(Math.max(width, height)).toBe(1600);
    expect(width / height).toBeCloseTo(picture.width / picture.height, 2);
  });
});

describe('the overlay', () => {
  const size = { width: picture.width, height: picture.height };
  const said = { who: 'Dr Zoë O’Łódź & <Sons>', role: 'Registrar', organisation: 'Example Trust' };
  const options = { ...said, at: '2026-03-01T09:00:00Z', code: 'K7QX-9MPD', size };

  test('a border leaves every pixel of the picture as it was', async () => {
    const box = overlayBox('border', size);
    const drawn = await drawOverlay(picture, renderOverlay({ mode: 'border', ...options }), box);
    expect([drawn.width, drawn.height]).toEqual([box.width, box.height]);
    const from = box.top * box.width * 4;
    const middle = drawn.data.subarray(from, from + picture.data.length);
    expect(Buffer.from(middle).equals(Buffer.from(picture.data))).toBe(true);
    for (const y of [0, box.height - box.top]) {
      const band = drawn.data.subarray(y * box.width * 4, (y + box.top) * box.width * 4);
      expect(band.filter((value) => value < 100).length).toBeGreaterThan(200);
    }
  });

  test.each(['border', 'tile'] as const)(
    '%s: without fonts every letter becomes a path that keeps its look',
    (mode) => {
      const svg = renderOverlay({ mode, ...options });
      const paths = textToPaths(svg);
      expect(svg).toContain('<text');
      expect(paths).not.toContain('<text');
      expect(paths.match(/<path/g)?.length).toBe(svg.match(/<text/g)?.length);
      expect(/NaN|<path[^>]*(?:font-|text-)/.test(paths)).toBe(false);
      expect(paths.match(/stroke-width/g)?.length).toBe(svg.match(/stroke-width/g)?.length);
    },
  );

  test('this machine is looked at once', async () => {
    expect(hasFonts()).toBe(hasFonts());
    expect(typeof (await hasFonts())).toBe('boolean');
  });
});

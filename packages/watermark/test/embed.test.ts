import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { deriveImageKey, embed, type Pixels, prepareChips, WatermarkError } from '../src/index.js';
import { random, skin } from './pictures.js';

const imageKey = deriveImageKey(new Uint8Array(32).fill(7), 'img-1');
const chips = prepareChips(imageKey, 'view-42');

function code(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    return error instanceof WatermarkError ? error.code : String(error);
  }
  return 'nothing';
}

/** PSNR counted the plain way, from the two pictures. */
function psnr(a: Pixels, b: Pixels, channels: number): number {
  let squares = 0;
  let count = 0;
  for (let i = 0; i < a.data.length; i++) {
    if (channels === 4 && i % 4 === 3) continue;
    squares += (a.data[i]! - b.data[i]!) ** 2;
    count++;
  }
  return 10 * Math.log10((255 * 255 * count) / squares);
}

describe('embed', () => {
  test.each([
    [65_535, 64],
    [64, 65_535],
    [45_000, 64],
  ])('keeps its quality in the longest strip it takes, %i x %i', (width, height) => {
    const data = Uint8Array.from({ length: width * height }, (_, i) => Math.imul(i, 0x9e3779b1) >>> 24);
    const picture = { data, width, height };
    expect(psnr(picture, embed(picture, { chips }).pixels, 1)).toBeGreaterThanOrEqual(45);
  });

  test('keeps size, alpha and every fully transparent pixel, whatever the picture', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 64, max: 150 }), fc.integer({ min: 64, max: 150 }), (seed, w, h) => {
        const next = random(seed);
        const data = Uint8Array.from({ length: w * h * 4 }, (_, i) => (i % 4 === 3 && next() < 0.3 ? 0 : next() * 256));
        const before = data.slice();
        const { pixels } = embed({ data, width: w, height: h }, { chips });
        expect([pixels.width, pixels.height, pixels.data.length]).toEqual([w, h, data.length]);
        expect(data).toEqual(before);
        for (let i = 0; i < data.length; i += 4) {
          if (pixels.data[i + 3] !== data[i + 3]) throw new Error('alpha changed');
          if (data[i + 3] === 0 && pixels.data[i] !== data[i]) throw new Error('a transparent pixel changed');
        }
      }),
      { numRuns: 12 },
    );
  });

  test.each([1, 3, 4] as const)('reports the PSNR that is there, never below the target (%i channels)', (channels) => {
    for (const target of [42, 45, 50]) {
      const picture = skin(300, 220, 3, channels);
      const { pixels, report } = embed(picture, { chips, psnr: target });
      expect(report.psnr).toBeCloseTo(psnr(picture, pixels, channels), 6);
      expect(report.psnr).toBeGreaterThanOrEqual(target);
      expect(report.ssim).toBeGreaterThan(0.98);
      expect(report.ssim).toBeLessThanOrEqual(1);
    }
  });

  test('keeps the PSNR in the smallest pictures, where an estimate would be off', () => {
    for (let seed = 1; seed <= 40; seed++) {
      const next = random(seed);
      const picture = { data: Uint8Array.from({ length: 64 * 64 }, () => 50 + 150 * next()), width: 64, height: 64 };
      const found = psnr(picture, embed(picture, { chips }).pixels, 1);
      expect(found, String(seed)).toBeGreaterThanOrEqual(45);
      expect(found, String(seed)).toBeLessThan(45.5);
    }
  });

  test('adds the same to red, green and blue', () => {
    const picture = skin(200, 160, 5, 3);
    const { pixels } = embed(picture, { chips });
    for (let i = 0; i < picture.data.length; i += 3) {
      const d = [0, 1, 2].map((c) => pixels.data[i + c]! - picture.data[i + c]!);
      if (picture.data[i]! < 240) expect(d[0] === d[1] && d[1] === d[2]).toBe(true);
    }
  });

  test('gives the same picture for the same input, and another for another viewing', () => {
    const picture = skin(128, 128);
    const again = embed(picture, { chips }).pixels.data;
    expect(embed(picture, { chips }).pixels.data).toEqual(again);
    const other = prepareChips(imageKey, 'view-43');
    expect(embed(picture, { chips: other }).pixels.data).not.toEqual(again);
  });

  test('leaves pixels where the mask is zero untouched, and marks the others', () => {
    const picture = skin(256, 192);
    const roi = { data: new Uint8Array(256 * 192).fill(255), width: 256, height: 192 };
    for (let y = 40; y < 120; y++) roi.data.fill(0, y * 256 + 60, y * 256 + 180);
    const { pixels } = embed(picture, { chips, roi });
    let changed = 0;
    for (let i = 0; i < picture.data.length; i++) {
      if (pixels.data[i] === picture.data[i]) continue;
      if (roi.data[i >> 2] === 0) throw new Error('a protected pixel changed');
      changed++;
    }
    expect(changed).toBeGreaterThan(20_000);
  });

  test('takes a small mask for a large picture', () => {
    const picture = skin(200, 100);
    const { pixels } = embed(picture, { chips, roi: { data: Uint8Array.of(0, 255), width: 2, height: 1 } });
    for (let y = 0; y < 100; y++) {
      expect(pixels.data.slice(y * 800, y * 800 + 400)).toEqual(picture.data.slice(y * 800, y * 800 + 400));
    }
    expect(pixels.data).not.toEqual(picture.data);
  });

  test('changes nothing in a picture that is all black or all white', () => {
    for (const level of [0, 255]) {
      const picture = { data: new Uint8Array(128 * 128 * 3).fill(level), width: 128, height: 128 };
      const { pixels, report } = embed(picture, { chips });
      expect(pixels.data.every((value) => value === level)).toBe(true);
      expect(report.psnr).toBe(Number.POSITIVE_INFINITY);
    }
  });

  test('stays below one just noticeable step in flat skin: at most 2 levels, rms below 1', () => {
    const picture = { data: new Uint8Array(256 * 256 * 3), width: 256, height: 256 };
    for (let i = 0; i < picture.data.length; i += 3) picture.data.set([201, 152, 130], i);
    const { pixels } = embed(picture, { chips });
    let squares = 0;
    for (let i = 0; i < picture.data.length; i += 3) {
      const d = pixels.data[i]! - picture.data[i]!;
      expect(Math.abs(d)).toBeLessThanOrEqual(2);
      squares += d * d;
    }
    expect(Math.sqrt(squares / (256 * 256))).toBeLessThan(1);
  });
});

describe('embed refuses', () => {
  const picture = skin(96, 80);
  const with_ = (change: object): Pixels => ({ ...picture, ...change }) as Pixels;

  test.each([
    ['no picture', null],
    ['no data', { width: 96, height: 80 }],
    ['a width of zero', with_({ width: 0 })],
    ['a negative height', with_({ height: -80 })],
    ['half a pixel', with_({ width: 96.5 })],
    ['not a number', with_({ width: Number.NaN })],
    ['one byte too few', with_({ data: picture.data.slice(1) })],
    ['two channels', with_({ data: new Uint8Array(96 * 80 * 2) })],
    ['16-bit samples', with_({ data: new Uint16Array(96 * 80 * 4) })],
    ['a plain array', with_({ data: Array.from(picture.data) })],
  ])('%s as IMAGE_INVALID', (_, bad) => {
    expect(code(() => embed(bad as Pixels, { chips }))).toBe('IMAGE_INVALID');
  });

  test('more than 100 megapixels before it allocates anything', () => {
    expect(code(() => embed({ data: new Uint8Array(4), width: 20_000, height: 5001 }, { chips }))).toBe(
      'IMAGE_TOO_LARGE',
    );
    expect(code(() => embed({ data: new Uint8Array(4), width: 70_000, height: 100 }, { chips }))).toBe(
      'IMAGE_TOO_LARGE',
    );
    expect(code(() => embed({ data: new Uint8Array(4), width: 1e300, height: 1e300 }, { chips }))).not.toBe('nothing');
  });

  test('pictures too small to carry a mark', () => {
    for (const [width, height] of [
      [1, 1],
      [63, 200],
      [200, 63],
    ] as const) {
      const small = { data: new Uint8Array(width * height * 3), width, height };
      expect(code(() => embed(small, { chips }))).toBe('IMAGE_TOO_SMALL');
    }
  });

  test('a quality outside 42 to 60 dB', () => {
    for (const bad of [Number.NaN, 41.9, 60.1, -1, Number.POSITIVE_INFINITY, '45' as unknown as number]) {
      expect(code(() => embed(picture, { chips, psnr: bad }))).toBe('QUALITY_INVALID');
    }
  });

  test('a mask whose length does not fit', () => {
    for (const roi of [
      null,
      { data: new Uint8Array(3), width: 2, height: 2 },
      { data: new Uint8Array(0), width: 0, height: 0 },
      { data: new Float32Array(4), width: 2, height: 2 },
      { data: new Uint8Array(4), width: Number.NaN, height: 2 },
    ]) {
      expect(code(() => embed(picture, { chips, roi: roi as never }))).toBe('ROI_INVALID');
    }
  });
});

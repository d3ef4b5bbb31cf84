import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { deriveImageKey, embed, type Pixels, prepareChips, WatermarkError } from '../src/index.js';
import { random, skin } from './pictures.js';

const chips = prepareChips(deriveImageKey(new Uint8Array(32).fill(7), 'img-1'), 'view-42');

function refusal(pixels: unknown): string {
  try {
    embed(pixels as Pixels, { chips });
  } catch (error) {
    if (error instanceof WatermarkError) return `${error.code}: ${error.message}`;
    throw error;
  }
  return 'nothing';
}

describe('pictures of every size', () => {
  test('from one pixel on: taken from 64 a side, refused below with the limit', () => {
    for (const side of [1, 2, 3, 8, 63]) {
      for (const [width, height] of [
        [side, side],
        [side, 500],
        [500, side],
      ] as const) {
        const found = refusal({ data: new Uint8Array(width * height), width, height });
        expect(found).toBe('IMAGE_TOO_SMALL: `pixels` has a side of less than 64 pixels');
      }
    }
    expect(refusal(skin(64, 64))).toBe('nothing');
  });

  test('any shape and any samples, no crash and nothing out of place', () => {
    const shape = fc.record({
      seed: fc.integer(),
      width: fc.integer({ min: 64, max: 1500 }),
      height: fc.integer({ min: 64, max: 90 }),
      turned: fc.boolean(),
      channels: fc.constantFrom(1, 3, 4),
      kind: fc.constantFrom('noise', 'black', 'white', 'checks', 'clipped'),
      psnr: fc.constantFrom(42, 45, 60),
    });
    fc.assert(
      fc.property(shape, ({ seed, width, height, turned, channels, kind, psnr }) => {
        const next = random(seed);
        const sample = (i: number): number => {
          if (kind === 'noise') return 256 * next();
          if (kind === 'checks') return (i >> 3) % 2 === 0 ? 0 : 255;
          if (kind === 'clipped') return next() < 0.5 ? 255 * Math.round(next()) : 256 * next();
          return kind === 'white' ? 255 : 0;
        };
        const data = Uint8ClampedArray.from({ length: width * height * channels }, (_, i) => sample(i));
        const picture = turned ? { data, width: height, height: width } : { data, width, height };
        const { pixels, report } = embed(picture, { chips, psnr });
        expect([pixels.width, pixels.height, pixels.data.length]).toEqual([picture.width, picture.height, data.length]);
        expect(report.psnr).toBeGreaterThanOrEqual(psnr);
        expect(report.ssim).toBeGreaterThan(0.97);
        expect(report.ssim).toBeLessThanOrEqual(1);
      }),
      { numRuns: 30 },
    );
  });

  test('a strip of 64 by 60,000 pixels, lying or standing', () => {
    const data = Uint8Array.from({ length: 64 * 60_000 }, (_, i) => 60 + (Math.imul(i, 0x9e3779b1) >>> 25));
    for (const [width, height] of [
      [64, 60_000],
      [60_000, 64],
    ] as const) {
      const { pixels, report } = embed({ data, width, height }, { chips });
      expect(pixels.data).not.toEqual(new Uint8ClampedArray(data));
      expect(report.psnr).toBeGreaterThanOrEqual(45);
    }
  });
});

describe('samples as they come', () => {
  const plain = skin(120, 90, 2, 3);
  const marked = embed(plain, { chips }).pixels;
  const length = plain.data.length;

  test('a view with an offset, of odd alignment, marks the same', () => {
    for (const offset of [1, 2, 3, 7]) {
      const held = new Uint8Array(length + 20).fill(99);
      held.set(plain.data, offset);
      const data = held.subarray(offset, offset + length);
      expect(embed({ ...plain, data }, { chips }).pixels.data).toEqual(marked.data);
      expect([held[offset - 1], held[offset + length]]).toEqual([99, 99]);
    }
  });

  test('the marked picture has a buffer of its own, of its own length', () => {
    expect(marked.data.byteOffset).toBe(0);
    expect(marked.data.buffer.byteLength).toBe(length);
    expect(marked.data.buffer).not.toBe(plain.data.buffer);
  });

  test('shared memory is read, and not written to', () => {
    if (typeof SharedArrayBuffer === 'undefined') return;
    const data = new Uint8ClampedArray(new SharedArrayBuffer(length));
    data.set(plain.data);
    const { pixels } = embed({ ...plain, data }, { chips });
    expect(pixels.data).toEqual(marked.data);
    expect(pixels.data.buffer).toBeInstanceOf(ArrayBuffer);
    expect(Array.from(data)).toEqual(Array.from(plain.data));
  });

  test('an emptied buffer is refused', () => {
    const data = plain.data.slice();
    structuredClone(data.buffer, { transfer: [data.buffer] });
    expect(refusal({ ...plain, data })).toMatch(/^IMAGE_INVALID/);
  });

  test('half-transparent pixels are marked, their alpha kept; what colour lies under full transparency is kept too', () => {
    const rgba = skin(120, 90, 2, 4);
    const data = Uint8ClampedArray.from(rgba.data, (value, i) =>
      i % 4 === 3 ? [0, 1, 128, 255][(i >> 2) % 4]! : value,
    );
    const { pixels } = embed({ ...rgba, data }, { chips });
    const changed = [0, 0, 0, 0];
    for (let i = 0; i < data.length; i += 4) {
      expect(pixels.data[i + 3]).toBe(data[i + 3]);
      if (pixels.data[i] !== data[i]) changed[(i >> 2) % 4]!++;
    }
    expect(changed[0]).toBe(0);
    for (const count of changed.slice(1)) expect(count).toBeGreaterThan(500);
  });
});

describe('refusals say what to do', () => {
  const size = { width: 80, height: 70 };
  const area = 80 * 70;

  test.each([
    ['16-bit samples', new Uint16Array(area * 3), 'convert other samples to 8-bit sRGB'],
    ['floating point samples', new Float32Array(area * 4), 'convert other samples to 8-bit sRGB'],
    ['a bare buffer', new ArrayBuffer(area * 4), 'in a Uint8Array or Uint8ClampedArray'],
    ['16-bit RGB as bytes', new Uint8Array(area * 6), 'convert 16-bit samples to 8-bit sRGB'],
    ['16-bit RGBA as bytes', new Uint8Array(area * 8), 'convert 16-bit samples to 8-bit sRGB'],
    ['grey with alpha', new Uint8Array(area * 2), 'convert grey with alpha to RGBA'],
    ['bytes that do not fit', new Uint8Array(area * 3 - 1), '1, 3 or 4 bytes a pixel'],
  ])('%s', (_, data, words) => {
    const found = refusal({ ...size, data });
    expect(found).toMatch(/^IMAGE_INVALID: /);
    expect(found).toContain(words);
  });

  test.each([
    ['a path', 'wound.jpg'],
    ['the bytes of a file', new Uint8Array(area * 3)],
    ['a promise', Promise.resolve({ ...size, data: new Uint8Array(area * 3) })],
    ['what embed gives', { pixels: { ...size, data: new Uint8Array(area * 3) } }],
  ])('%s instead of pixels', (_, given) => {
    expect(refusal(given as never)).toContain('not a file, a path or a promise');
  });
});

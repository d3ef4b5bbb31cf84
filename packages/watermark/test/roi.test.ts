import { describe, expect, test } from 'vitest';
import { WatermarkError } from '../src/index.js';
import { type Roi, roiRows } from '../src/roi.js';

const mask = (width: number, height: number, data = new Uint8Array(width * height)): Roi => ({ data, width, height });
const rows = (roi: Roi, width: number, height: number): number[][] => {
  const fill = roiRows(roi, width, height);
  return Array.from({ length: height }, (_, y) => {
    const out = new Float32Array(width);
    fill(y, out);
    return Array.from(out);
  });
};

describe('roiRows', () => {
  test('gives each pixel the strength of the mask’s pixel under it', () => {
    const quarter = mask(2, 2, Uint8Array.of(0, 255, 51, 102));
    const [low, high] = [Math.fround(51 / 255), Math.fround(102 / 255)];
    expect(rows(quarter, 4, 4)).toEqual([
      [0, 0, 1, 1],
      [0, 0, 1, 1],
      [low, low, high, high],
      [low, low, high, high],
    ]);
    // Thirds do not divide evenly: floor(x * 2 / 3).
    expect(rows(quarter, 3, 3).map((row) => row.map((value) => value > 0.9))).toEqual([
      [false, false, true],
      [false, false, true],
      [false, false, false],
    ]);
  });

  test('takes a mask larger than the picture, and a clamped one', () => {
    const wide = mask(6, 1, Uint8Array.of(0, 255, 0, 255, 255, 255));
    expect(rows(wide, 3, 2)).toEqual([
      [0, 0, 1],
      [0, 0, 1],
    ]);
    expect(rows({ data: Uint8ClampedArray.of(255), width: 1, height: 1 }, 2, 1)).toEqual([[1, 1]]);
  });

  test.each<[string, unknown]>([
    ['nothing', null],
    ['no object', 'mask'],
    ['no width', { data: new Uint8Array(4), height: 4 }],
    ['a width of none', mask(0, 4)],
    ['a broken height', mask(4, 0.5, new Uint8Array(2))],
    ['a negative size', { data: new Uint8Array(4), width: -2, height: -2 }],
    ['a byte too many', mask(2, 2, new Uint8Array(5))],
    ['a byte too few', mask(2, 2, new Uint8Array(3))],
    ['another type', { data: new Float32Array(4), width: 2, height: 2 }],
    ['a plain list', { data: [0, 0, 0, 0], width: 2, height: 2 }],
    ['more pixels than any picture', { data: { length: 1e10 }, width: 1e5, height: 1e5 }],
  ])('refuses %s', (_, roi) => {
    try {
      roiRows(roi as Roi, 4, 4);
    } catch (error) {
      expect(error).toBeInstanceOf(WatermarkError);
      expect(error).toMatchObject({
        code: 'ROI_INVALID',
        field: 'roi',
        message: 'a mask needs one byte for each of its width times height pixels',
      });
      return;
    }
    throw new Error('nothing was refused');
  });
});

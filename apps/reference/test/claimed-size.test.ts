import { describe, expect, test } from 'vitest';
import { checkClaimedSize } from '../client/picture/check-claimed-size.js';
import type { PictureType } from '../client/picture/sniff.js';

const segment = (marker: number, ...body: number[]): number[] => [0xff, marker, 0, body.length + 2, ...body];
const frame = (high: number, low: number): number[] => segment(0xc0, 8, high, low, high, low, 1, 1, 0x11, 0);
const jpeg = (...parts: number[][]): Uint8Array => Uint8Array.from([0xff, 0xd8, ...parts.flat()]);
const png = (...size: number[]): Uint8Array =>
  Uint8Array.from(
    [0x89, ...'PNG\r\n\x1a\n']
      .map((c) => (typeof c === 'string' ? c.charCodeAt(0) : c))
      .concat([0, 0, 0, 13, 0x49, 0x48, 0x44, 0x52], size),
  );

describe('the size that a received picture claims', () => {
  test('of a camera is taken', () => {
    expect(() => checkClaimedSize(jpeg(segment(0xe0, 1, 2, 3), frame(4, 0)), 'image/jpeg')).not.toThrow();
    expect(() => checkClaimedSize(png(0, 0, 4, 0, 0, 0, 4, 0), 'image/png')).not.toThrow();
    // A view into something larger, as a payload's part is.
    const within = new Uint8Array(100);
    within.set(png(0, 0, 4, 0, 0, 0, 4, 0), 10);
    expect(() => checkClaimedSize(within.subarray(10), 'image/png')).not.toThrow();
  });

  test.each<[string, Uint8Array, PictureType, string]>([
    ['a gigapixel', jpeg(frame(0xff, 0xff)), 'image/jpeg', 'PICTURE_TOO_LARGE'],
    ['a gigapixel as PNG', png(0, 0, 0xff, 0xff, 0, 0, 0xff, 0xff), 'image/png', 'PICTURE_TOO_LARGE'],
    ['no height', jpeg(frame(0, 0)), 'image/jpeg', 'PICTURE_UNSUPPORTED'],
    ['nothing before the picture begins', jpeg(segment(0xda, 0), frame(4, 0)), 'image/jpeg', 'PICTURE_MALFORMED'],
    ['a frame that is cut', jpeg(frame(4, 0)).subarray(0, 9), 'image/jpeg', 'PICTURE_MALFORMED'],
    ['no segment', jpeg([0, 0, 0, 0]), 'image/jpeg', 'PICTURE_MALFORMED'],
    ['nothing at all', jpeg(), 'image/jpeg', 'PICTURE_MALFORMED'],
    ['a PNG without a header', png(1, 2, 3), 'image/png', 'PICTURE_MALFORMED'],
    [
      'segments without end',
      jpeg(...Array.from({ length: 20_000 }, () => segment(0xe0))),
      'image/jpeg',
      'PICTURE_MALFORMED',
    ],
  ])('of %s is refused', (_what, bytes, type, code) => {
    expect(() => checkClaimedSize(bytes, type)).toThrow(expect.objectContaining({ code }));
  });
});

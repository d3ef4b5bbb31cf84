import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  bytes,
  everyBitFlip,
  everyByteFlip,
  everyJsonMutation,
  everyTextMutation,
  HOSTILE_JSON_TEXTS,
  HOSTILE_VALUES,
  INTERESTING_SIZES,
  mutateByte,
  mutateText,
  syntheticSkin,
} from '../src/index.js';

describe('bytes', () => {
  test('reach every interesting size, and never more than asked for', () => {
    const drawn = new Set(fc.sample(bytes(), { numRuns: 2000, seed: 1 }).map(({ length }) => length));
    expect(INTERESTING_SIZES.filter((size) => !drawn.has(size))).toEqual([]);
    expect(Math.max(...fc.sample(bytes({ maxLength: 64 }), 500).map(({ length }) => length))).toBe(64);
  });
});

describe('changes of bytes', () => {
  const original = Uint8Array.of(1, 2, 3, 255);
  const different = (changed: Uint8Array): number => changed.filter((byte, i) => byte !== original[i]).length;

  test('change exactly one byte, and leave the original alone', () => {
    fc.assert(fc.property(mutateByte(original), (changed) => different(changed) === 1));
    expect([...everyByteFlip(original)].map(different)).toEqual([1, 1, 1, 1]);
    const bits = [...everyBitFlip(original)];
    expect(bits.map(different)).toEqual(new Array(32).fill(1));
    expect(new Set(bits.map(String)).size).toBe(32);
    expect([...original]).toEqual([1, 2, 3, 255]);
    expect(() => mutateByte(new Uint8Array(0))).toThrow(RangeError);
  });
});

describe('changes of text', () => {
  test('are never the text itself, and are of every kind', () => {
    for (const text of ['', 'A', 'aGVsbG8=', 'seal v0\n']) {
      const all = [...everyTextMutation(text)];
      expect(all.filter((mutation) => mutation.text === text)).toEqual([]);
      expect(all.length).toBeGreaterThan(text.length * 10);
    }
    const kinds = new Set([...everyTextMutation('aGVsbG8=')].map(({ kind }) => kind));
    expect([...kinds].sort()).toEqual([
      'blank',
      'case',
      'delete',
      'homoglyph',
      'insert',
      'padding',
      'substitute',
      'swap',
    ]);
    fc.assert(fc.property(mutateText('abc'), ({ text }) => text !== 'abc'));
  });
});

describe('hostile JSON', () => {
  test('values are what JSON.parse could give, and do not touch the prototype', () => {
    for (const value of HOSTILE_VALUES) expect(() => JSON.stringify(value)).not.toThrow();
    expect(({} as { admin?: boolean }).admin).toBeUndefined();
    expect(
      HOSTILE_VALUES.some((value) => typeof value === 'object' && value !== null && Object.hasOwn(value, '__proto__')),
    ).toBe(true);
  });

  test('texts are not JSON, or JSON that does not come back as it was', () => {
    const comesBack = HOSTILE_JSON_TEXTS.filter((text) => {
      try {
        return JSON.stringify(JSON.parse(text)) === text;
      } catch {
        return false;
      }
    });
    // A deep one that a recursive reader dies of, and a lone surrogate that has no UTF-8 form.
    expect(comesBack.map((text) => text.slice(0, 8))).toEqual(['{"a":"\\u', '[[[[[[[[']);
  });

  test('a change touches one place', () => {
    const value = { a: 1, list: [{ b: 'x' }] };
    const all = [...everyJsonMutation(value)];
    expect(value).toEqual({ a: 1, list: [{ b: 'x' }] });
    const removed = all.filter(({ what }) => what === 'removed');
    expect(removed.map(({ path }) => path)).toEqual(['/a', '/list', '/list/0', '/list/0/b']);
    expect(removed[0]!.value).toEqual({ list: [{ b: 'x' }] });
    expect(removed[3]!.value).toEqual({ a: 1, list: [{}] });
    expect(all.filter(({ what }) => what === 'an unknown member added').map(({ path }) => path)).toEqual([
      '',
      '/list',
      '/list/0',
    ]);
    expect(all.filter(({ value: changed }) => JSON.stringify(changed) === JSON.stringify(value))).toEqual([]);
  });
});

describe('syntheticSkin', () => {
  test('is the same for the same seed, opaque, and not flat', () => {
    const image = syntheticSkin(1, { width: 320, height: 200 });
    expect(image.data).toEqual(syntheticSkin(1, { width: 320, height: 200 }).data);
    expect(image.data).not.toEqual(syntheticSkin(2, { width: 320, height: 200 }).data);
    expect(image.data.length).toBe(320 * 200 * 4);
    expect(image.data.filter((_, i) => i % 4 === 3).every((alpha) => alpha === 255)).toBe(true);
    expect(new Set(image.data.filter((_, i) => i % 4 === 0)).size).toBeGreaterThan(100);
    expect(() => syntheticSkin(1, { width: 0 })).toThrow(RangeError);
  });
});

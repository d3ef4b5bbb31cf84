import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeTailBiting, encodeTailBiting } from '../src/code/convolutional.js';
import { crc32 } from '../src/code/crc32.js';
import { CODED_BITS, decodePayload, encodePayload } from '../src/code/payload.js';
import { fft2 } from '../src/fft.js';
import { random } from './pictures.js';

describe('crc32', () => {
  test('gives the check value of the standard', () => {
    expect(crc32(new TextEncoder().encode('123456789'))).toBe(0xcbf43926);
    expect(crc32(new Uint8Array(0))).toBe(0);
  });
});

describe('the convolutional code', () => {
  const soft = (coded: Uint8Array): Float64Array => Float64Array.from(coded, (bit) => (bit ? -1 : 1));

  test('has 24 ones in the lightest word of a single bit, its free distance, wherever the bit lies', () => {
    for (const at of [0, 5, 95]) {
      const bits = new Uint8Array(96);
      bits[at] = 1;
      // 463, 535, 733 and 745 have 5, 6, 7 and 6 ones: 24 in all.
      expect(encodeTailBiting(bits).reduce((sum, bit) => sum + bit, 0)).toBe(24);
    }
  });

  test('is tail-biting: turning the message turns the word', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 1 }), { minLength: 96, maxLength: 96 }), (message) => {
        const bits = Uint8Array.from(message);
        const turned = Uint8Array.from([...message.slice(1), message[0]!]);
        const word = encodeTailBiting(bits);
        expect(Array.from(encodeTailBiting(turned))).toEqual([...word.slice(4), ...word.slice(0, 4)]);
      }),
    );
  });

  test('is decoded from its own word, and from one with any 11 bits wrong', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 96, maxLength: 96, max: 1 }), fc.integer(), (bits, seed) => {
        const values = soft(encodeTailBiting(bits));
        expect(decodeTailBiting(values, 96)).toEqual(bits);
        const next = random(seed);
        const wrong = new Set<number>();
        while (wrong.size < 11) wrong.add(Math.floor(next() * values.length));
        for (const at of wrong) values[at] = -values[at]!;
        expect(decodeTailBiting(values, 96)).toEqual(bits);
      }),
      { numRuns: 60 },
    );
  });
});

describe('the payload', () => {
  test('comes back through noise as strong as the signal, and never as another id', () => {
    const next = random(7);
    const normal = (): number => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
    for (let round = 0; round < 30; round++) {
      const id = Uint8Array.from({ length: 8 }, () => next() * 256);
      const coded = encodePayload(id);
      expect(coded).toHaveLength(CODED_BITS);
      const values = Float64Array.from(coded, (bit) => (bit ? -1 : 1) + normal());
      expect(decodePayload(values)?.id).toEqual(id);
    }
  });

  test('is refused in pure noise', () => {
    const next = random(8);
    for (let round = 0; round < 100; round++) {
      expect(decodePayload(Float64Array.from({ length: CODED_BITS }, () => next() - 0.5))).toBeNull();
    }
  });
});

describe('fft2', () => {
  test('agrees with the plain sum, and back again', () => {
    const [width, height] = [16, 8];
    const next = random(9);
    const values = Float64Array.from({ length: width * height }, () => next() - 0.5);
    const [re, im] = [values.slice(), new Float64Array(values.length)];
    fft2(re, im, width, height);
    for (let v = 0; v < height; v++) {
      for (let u = 0; u < width; u++) {
        let [a, b] = [0, 0];
        for (let y = 0; y < height; y++) {
          for (let x = 0; x < width; x++) {
            const angle = -2 * Math.PI * ((u * x) / width + (v * y) / height);
            a += values[y * width + x]! * Math.cos(angle);
            b += values[y * width + x]! * Math.sin(angle);
          }
        }
        expect(re[v * width + u]!).toBeCloseTo(a, 10);
        expect(im[v * width + u]!).toBeCloseTo(b, 10);
      }
    }
    fft2(re, im, width, height, true);
    values.forEach((value, i) => {
      expect(re[i]! / values.length).toBeCloseTo(value, 12);
    });
  });
});

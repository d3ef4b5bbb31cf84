import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { join, split } from '../src/recovery/shamir.js';

// Against the definition, written apart: products in GF(2^8) by schoolbook and division, powers by repeated products.

function times(a: number, b: number): number {
  let product = 0;
  for (let i = 0; i < 8; i++) if (b & (1 << i)) product ^= a << i;
  for (let i = 15; i >= 8; i--) if (product & (1 << i)) product ^= 0x11b << (i - 8);
  return product;
}

/** coefficients[0] + coefficients[1] x + ... */
function valueAt(x: number, coefficients: readonly number[]): number {
  let value = 0;
  let power = 1;
  for (const coefficient of coefficients) {
    value ^= times(coefficient, power);
    power = times(power, x);
  }
  return value;
}

describe('split', () => {
  it('gives the values of the polynomial whose constant is the secret and whose highest coefficient is drawn first', () => {
    const shape = fc.record({
      secret: fc.uint8Array({ minLength: 1, maxLength: 4 }),
      drawn: fc.array(fc.uint8Array({ minLength: 4, maxLength: 4 }), { maxLength: 5 }),
      more: fc.nat(5),
    });
    fc.assert(
      fc.property(shape, ({ secret, drawn, more }) => {
        const count = drawn.length + 1 + more;
        let at = 0;
        const shares = split(secret, drawn.length + 1, count, (length) => drawn[at++]!.subarray(0, length));
        expect(shares.map(({ x }) => x)).toEqual(Array.from({ length: count }, (_, i) => i + 1));
        for (const { x, y } of shares) {
          const expected = [...secret].map((byte, i) => valueAt(x, [byte, ...drawn.map((one) => one[i]!).reverse()]));
          expect([...y]).toEqual(expected);
        }
      }),
    );
  });

  it('uses every byte of what it draws, and no share is the secret', () => {
    const secret = Uint8Array.of(0x53, 0, 0xff);
    const shares = split(secret, 2, 255, () => Uint8Array.of(0xca, 1, 0x80));
    expect(shares).toHaveLength(255);
    // 0x53 and 0xca are inverse in AES's field: x = 0x53 gives 0x53 + 1
    expect(shares[0x52]!.y[0]).toBe(0x52);
    for (const { y } of shares) for (const [i, byte] of secret.entries()) expect(y[i]).not.toBe(byte);
    expect(join([shares[254]!, shares[7]!])).toEqual(secret);
  });

  it('wants a threshold of 1 to the number of shares, and at most 255', () => {
    const draw = (length: number) => new Uint8Array(length);
    for (const [threshold, count] of [
      [0, 1],
      [-1, 1],
      [2, 1],
      [1, 256],
      [256, 256],
      [Number.NaN, 3],
    ] as const)
      expect(() => split(Uint8Array.of(1), threshold, count, draw)).toThrow(
        new RangeError('threshold must be 1 to count'),
      );
    for (const [threshold, count] of [
      [1, 1],
      [255, 255],
      [1, 255],
    ] as const)
      expect(split(Uint8Array.of(1), threshold, count, draw)).toHaveLength(count);
  });
});

it('join takes shares in any order, and none gives nothing', () => {
  const drawn = [Uint8Array.of(7), Uint8Array.of(9)];
  const [a, b, c] = split(Uint8Array.of(42), 3, 3, () => drawn.pop()!) as [
    { x: number; y: Uint8Array<ArrayBuffer> },
    { x: number; y: Uint8Array<ArrayBuffer> },
    { x: number; y: Uint8Array<ArrayBuffer> },
  ];
  for (const order of [
    [a, b, c],
    [c, a, b],
    [b, c, a],
  ])
    expect(join(order)).toEqual(Uint8Array.of(42));
  expect(join([a, b])).not.toEqual(Uint8Array.of(42));
  expect(join([])).toEqual(new Uint8Array(0));
});

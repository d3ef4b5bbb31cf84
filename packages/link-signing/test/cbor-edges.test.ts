import { hex } from '@wardseal/primitives';
import { describe, expect, test } from 'vitest';
import {
  type CborMap,
  type CborValue,
  decodeCbor,
  encodeCbor,
  headLength,
  readBytes,
  writeHead,
} from '../src/codec/cbor.js';
import { refusal } from './world.js';

const bytes = (text: string): Uint8Array =>
  Uint8Array.from((text.match(/../g) ?? []).map((pair) => Number.parseInt(pair, 16)));

// RFC 8949 appendix A has most of these; the rest lie one beside an edge.
const HEADS: readonly (readonly [number, string])[] = [
  [0, '00'],
  [23, '17'],
  [24, '1818'],
  [255, '18ff'],
  [256, '190100'],
  [1000, '1903e8'],
  [65_535, '19ffff'],
  [65_536, '1a00010000'],
  [1_000_000, '1a000f4240'],
  [4_294_967_295, '1affffffff'],
  [4_294_967_296, '1b0000000100000000'],
  [1_000_000_000_000, '1b000000e8d4a51000'],
  [Number.MAX_SAFE_INTEGER, '1b001fffffffffffff'],
  [-1, '20'],
  [-24, '37'],
  [-25, '3818'],
  [-256, '38ff'],
  [-257, '390100'],
  [-65_536, '39ffff'],
  [-65_537, '3a00010000'],
  [-4_294_967_296, '3affffffff'],
  [-4_294_967_297, '3b0000000100000000'],
  [Number.MIN_SAFE_INTEGER, '3b001ffffffffffffe'],
];

describe('at the edges of a head', () => {
  test.each(HEADS)('%i is %s, as a value and as a key', (value, encoded) => {
    for (const [map, text] of [
      [new Map([[0, value]]), `a100${encoded}`],
      [new Map([[value, 0]]), `a1${encoded}00`],
    ] as const) {
      // biome-ignore format: two maps
      expect(hex(encodeCbor(map))).toBe(text);
      expect(decodeCbor(bytes(text))).toEqual(map);
    }
    expect(headLength(value < 0 ? -1 - value : value)).toBe(encoded.length / 2);
  });

  test.each([
    [0, '40'],
    [1, '41'],
    [23, '57'],
    [24, '5818'],
    [255, '58ff'],
    [256, '590100'],
    [1019, '5903fb'],
  ])('%i bytes, and as many letters', (length, head) => {
    const data = new Uint8Array(length).fill(0x61);
    const text = head.replace(/^./, (digit) => String(Number(digit) + 2));
    expect(hex(encodeCbor(new Map([[0, data]])))).toBe(`a100${head}${hex(data)}`);
    expect(hex(encodeCbor(new Map([[0, 'a'.repeat(length)]])))).toBe(`a100${text}${hex(data)}`);
    expect(decodeCbor(bytes(`a100${text}${hex(data)}`))).toEqual(new Map([[0, 'a'.repeat(length)]]));
  });

  test('heads are written at their place, and say where the next byte goes', () => {
    for (const [length, value, text] of [
      [1, 23, 'b7'],
      [2, 24, 'b818'],
      [3, 256, 'b90100'],
      [5, 65_536, 'ba00010000'],
      [9, 4_294_967_296, 'bb0000000100000000'],
    ] as const) {
      // biome-ignore format: one list
      const out = new Uint8Array(11).fill(0xee);
      expect(writeHead(out, 1, 5, value)).toBe(1 + length);
      expect(hex(out)).toBe(`ee${text}${'ee'.repeat(10 - length)}`);
    }
  });
});

describe('the writer', () => {
  const nested = (depth: number): CborMap => new Map<number, CborValue>([[0, depth === 0 ? 0 : nested(depth - 1)]]);

  test('puts keys in the order of their bytes, however the map was made', () => {
    const keys = [0, 1, 23, 24, 255, 256, 70_000, -1, -2, -24, -25, -300, -70_000];
    const sorted = hex(encodeCbor(new Map(keys.map((key) => [key, 0]))));
    for (const order of [
      keys.toReversed(),
      [...keys.slice(6), ...keys.slice(0, 6)],
      keys.toSorted(),
      [1, 0, ...keys.slice(2)],
    ])
      expect(hex(encodeCbor(new Map(order.map((key) => [key, 0]))))).toBe(sorted);
    const pairs = keys.map((key) => hex(encodeCbor(new Map([[key, 0]]))).slice(2, -2));
    expect(pairs).toEqual(pairs.toSorted());
  });

  test('writes text of one, two, three and four bytes a character, and none at all', () => {
    for (const [text, encoded] of [
      ['', '60'],
      ['a', '6161'],
      ['IET', '63494554'],
      ['"\\', '62225c'],
      ['\u007f', '617f'],
      ['\u0080', '62c280'],
      ['ü', '62c3bc'],
      ['水', '63e6b0b4'],
      ['𐅑', '64f0908591'],
      ['a水', '6461e6b0b4'],
    ] as const) {
      // biome-ignore format: one list
      expect(hex(encodeCbor(new Map([[0, text]])))).toBe(`a100${encoded}`);
      expect(decodeCbor(bytes(`a100${encoded}`))).toEqual(new Map([[0, text]]));
    }
  });

  test('stops at 1,024 bytes and three maps, in words', () => {
    expect(encodeCbor(new Map([[0, new Uint8Array(1019)]]))).toHaveLength(1024);
    expect(encodeCbor(nested(2))).toHaveLength(7);
    const cases: [CborValue, string][] = [
      [new Map([[0, new Uint8Array(1020)]]), 'cbor is longer than 1024 bytes'],
      [new Map([[0, 'a'.repeat(1020)]]), 'cbor is longer than 1024 bytes'],
      [new Map([[0, 'ü'.repeat(510)]]), 'cbor is longer than 1024 bytes'],
      [new Map<number, CborValue>([[0, 'a'.repeat(1019)], [1, 0]]), 'cbor is longer than 1024 bytes'], // biome-ignore format: one map
      [nested(3), 'cbor is nested deeper than 3'],
      [new Map([[0, 2 ** 53]]), 'cbor integer must be within 2^53 - 1'],
      [new Map([[0, 0.5]]), 'cbor integer must be within 2^53 - 1'],
      [new Map([[0, Number.NaN]]), 'cbor integer must be within 2^53 - 1'],
      [new Map([[-(2 ** 53), 0]]), 'cbor map key must be an integer'],
      [new Map([[0.5, 0]]), 'cbor map key must be an integer'],
    ];
    for (const [value, message] of cases) expect(() => encodeCbor(value)).toThrow(new RangeError(message));
    // What failed leaves nothing behind.
    expect(hex(encodeCbor(new Map([[1, 2]])))).toBe('a10102');
  });
});

describe('the reader says what is wrong', () => {
  test.each([
    ['', 'cbor is truncated'],
    ['a1', 'cbor is truncated'],
    ['a100', 'cbor is truncated'],
    ['a10019ff', 'cbor is truncated'],
    ['a1004261', 'cbor is truncated'],
    ['a1006261', 'cbor is truncated'],
    ['a2000001', 'cbor is truncated'],
    ['a1001c', 'cbor holds an indefinite or reserved length'],
    ['a1005f', 'cbor holds an indefinite or reserved length'],
    ['bf', 'cbor holds an indefinite or reserved length'],
    ['a1001b0020000000000000', 'cbor integer is above 2^53 - 1'],
    ['a1001bffffffffffffffff', 'cbor integer is above 2^53 - 1'],
    ['a1003b001fffffffffffff', 'cbor integer is below -(2^53 - 1)'],
    ['a1001817', 'cbor integer is not in its shortest form'],
    ['a1003800', 'cbor integer is not in its shortest form'],
    ['a1005801ff', 'cbor integer is not in its shortest form'],
    ['b800', 'cbor integer is not in its shortest form'],
    ['a10061ff', 'cbor text is not UTF-8'],
    ['a10080', 'cbor holds an array, a tag, a float or a simple value'],
    ['a100c000', 'cbor holds an array, a tag, a float or a simple value'],
    ['a100f5', 'cbor holds an array, a tag, a float or a simple value'],
    ['a14000', 'cbor map key is not an integer'],
    ['a16000', 'cbor map key is not an integer'],
    ['a200000000', 'cbor map keys are not in order or repeat'],
    ['a220000000', 'cbor map keys are not in order or repeat'],
    ['a221002000', 'cbor map keys are not in order or repeat'],
    ['a220002000', 'cbor map keys are not in order or repeat'],
    ['a201000000', 'cbor map keys are not in order or repeat'],
    ['a100a100a100a0', 'cbor is nested deeper than 3'],
    ['a000', 'cbor has bytes behind its end'],
    ['00', 'cbor is not a map'],
    ['4100', 'cbor is not a map'],
  ])('%s: %s', async (text, message) => {
    expect(await refusal(() => decodeCbor(bytes(text)))).toMatchObject({ code: 'ENCODING_INVALID', message });
  });

  test('of bytes by themselves, as they stand in an envelope', async () => {
    const from = { data: bytes('ff43616263420a0b'), at: 1 };
    expect(hex(readBytes(from))).toBe('616263');
    expect(from.at).toBe(5);
    expect(hex(readBytes(from))).toBe('0a0b');
    expect(from.at).toBe(8);
    const OTHER = 'cbor holds something else where a byte string must be';
    for (const [
      data,
      at,
      message,
    ] of [['616263', 0, OTHER], ['01', 0, OTHER], ['a0', 0, OTHER], ['43616263', 4, 'cbor is truncated'], ['00436162', 1, 'cbor is truncated'], ['580161', 0, 'cbor integer is not in its shortest form']] as const) // biome-ignore format: one list
      expect(await refusal(() => readBytes({ data: bytes(data), at }))).toMatchObject({
        code: 'ENCODING_INVALID',
        message,
      });
  });

  test('of more than 1,024 bytes, before it looks at them', async () => {
    expect(await refusal(() => decodeCbor(new Uint8Array(1025)))).toMatchObject({
      message: 'cbor is longer than 1024 bytes',
    });
    expect(await refusal(() => decodeCbor(new Uint8Array(1024)))).toMatchObject({
      message: 'cbor has bytes behind its end',
    });
    const view = decodeCbor(bytes('a1004161')).get(0) as Uint8Array;
    expect(view.buffer.byteLength).toBe(1); // a copy: the input may change later
  });
});

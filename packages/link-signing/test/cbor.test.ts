import { hex } from '@wardseal/primitives';
import { everyBitFlip, seededRandom } from '@wardseal/testkit';
import * as cborg from 'cborg';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type CborMap, type CborValue, decodeCbor, encodeCbor } from '../src/codec/cbor.js';
import { LinkError } from '../src/errors.js';

// A strict reader that somebody else wrote: what both accept must mean the same, and what it refuses ours must refuse.
const STRICT = {
  strict: true,
  useMaps: true,
  rejectDuplicateMapKeys: true,
  allowIndefinite: false,
  allowUndefined: false,
  allowNaN: false,
  allowInfinity: false,
  allowBigInt: false,
};

const value = fc.letrec<{ map: CborMap; value: CborValue }>((tie) => ({
  map: fc.uniqueArray(fc.tuple(fc.maxSafeInteger(), tie('value')), { selector: ([key]) => key, maxLength: 5 }).map((entries) => new Map(entries)), // biome-ignore format: one shape
  value: fc.oneof(
    { maxDepth: 2 },
    fc.maxSafeInteger(),
    fc.string({ unit: 'grapheme', maxLength: 30 }),
    fc.uint8Array({ maxLength: 40 }),
    tie('map'),
  ),
}));

function ours(data: Uint8Array): CborMap | null {
  try {
    return decodeCbor(data);
  } catch (error) {
    if (error instanceof LinkError && error.code === 'ENCODING_INVALID') return null;
    throw error;
  }
}

function theirs(data: Uint8Array): unknown {
  try {
    return cborg.decode(data, STRICT);
  } catch {
    return null;
  }
}

function depthOf(item: CborValue): number {
  return item instanceof Map ? 1 + Math.max(0, ...[...item.values()].map(depthOf)) : 0;
}

test('what is written reads back the same, here and in cborg', () => {
  fc.assert(
    fc.property(value.map, (map) => {
      fc.pre(depthOf(map) <= 3);
      const data = encodeCbor(map);
      expect(decodeCbor(data)).toEqual(map);
      expect(theirs(data)).toEqual(map);
      expect(hex(encodeCbor(decodeCbor(data)))).toBe(hex(data));
    }),
    { numRuns: 500 },
  );
});

test('the encoding is the one that RFC 8949 section 4.2.1 and cborg give', () => {
  fc.assert(
    fc.property(value.map, (map) => {
      fc.pre(depthOf(map) <= 3);
      // cborg sorts by length and then bytes for its own integer keys as well: equal where the rules agree.
      const oneByte = [...map.keys()].every((key) => key >= -24 && key <= 23);
      fc.pre(oneByte);
      expect(hex(encodeCbor(map))).toBe(hex(cborg.encode(map, { mapSorter: cborg.rfc8949EncodeOptions.mapSorter! })));
    }),
    { numRuns: 500 },
  );
});

test('what we accept, cborg accepts and reads alike; and it is the one encoding of its value', () => {
  let accepted = 0;
  const check = (data: Uint8Array): void => {
    const mine = ours(data);
    if (mine === null) return;
    accepted += 1;
    expect(theirs(data)).toEqual(mine);
    expect(hex(encodeCbor(mine))).toBe(hex(data));
  };
  const sample = encodeCbor(
    new Map<number, CborValue>([
      [1, 'img.trust.example'],
      [4, 1_774_000_000],
      [7, seededRandom(1)(32)],
      [-65537, new Map<number, CborValue>([[1, 3], [6, new Map([[1, -70_000]])]])], // biome-ignore format: nesting
    ]),
  );
  for (const changed of everyBitFlip(sample)) check(changed);
  fc.assert(
    fc.property(
      fc.oneof(fc.uint8Array({ maxLength: 60 }), fc.tuple(fc.constantFrom(0xa0, 0xa1, 0xa2), fc.uint8Array({ maxLength: 40 })).map(([head, rest]) => Uint8Array.of(head, ...rest))), // biome-ignore format: one choice
      check,
    ),
    { numRuns: 5000 },
  );
  fc.assert(
    fc.property(value.map, fc.nat(), fc.integer({ min: 1, max: 255 }), (map, at, mask) => {
      fc.pre(depthOf(map) <= 3);
      const data = encodeCbor(map);
      data[at % data.length]! ^= mask;
      check(data);
    }),
    { numRuns: 2000 },
  );
  expect(accepted).toBeGreaterThan(300);
});

const bytes = (text: string): Uint8Array =>
  Uint8Array.from((text.match(/../g) ?? []).map((pair) => Number.parseInt(pair, 16)));

test.each([
  ['a20001', 'truncated'],
  ['a1001801', 'integer 1 in two bytes'],
  ['a100190017', 'integer 23 in three bytes'],
  ['a1001a0000ffff', 'integer 65535 in five bytes'],
  ['a1001b00000000ffffffff', 'integer 2^32 - 1 in nine bytes'],
  ['a1001b0020000000000000', 'integer 2^53'],
  ['a1003b001fffffffffffff', 'integer -2^53'],
  ['a1001bffffffffffffffff', 'integer 2^64 - 1'],
  ['a10058', 'length missing'],
  ['a1005801ff', 'length 1 in two bytes'],
  ['a100420a', 'bytes cut off'],
  ['a1005bffffffffffffffff', 'length beyond memory'],
  ['bbffffffffffffffff', 'a map of 2^64 - 1 entries'],
  ['ba000fffff00', 'a map of a million entries in one byte'],
  ['a200000000', 'a key twice'],
  ['a201000000', 'keys out of order'],
  ['a220000000', 'a negative key before a positive'],
  ['a1616100', 'a text key'],
  ['a14100ff', 'a byte key'],
  ['a10061ff', 'text that is not UTF-8'],
  ['a10063eda080', 'text with a surrogate'],
  ['a10062c080', 'text with an overlong form'],
  ['a1007f616100ff', 'indefinite text'],
  ['bf0000ff', 'an indefinite map'],
  ['a1009f00ff', 'an indefinite array'],
  ['a10080', 'an array'],
  ['a100c000', 'a tag'],
  ['a100f4', 'false'],
  ['a100f6', 'null'],
  ['a100f7', 'undefined'],
  ['a100f93c00', 'half-precision 1.0'],
  ['a100fb3ff0000000000000', 'double 1.0'],
  ['a100ff', 'a break'],
  ['a1001c', 'a reserved length'],
  ['a1001f', 'an indefinite integer'],
  ['a00a', 'a byte behind the end'],
  ['00', 'an integer where a map must be'],
  ['', 'nothing'],
  ['a100a100a100a10000', 'four maps deep'],
])('refuses %s: %s', (text) => {
  expect(ours(bytes(text))).toBeNull();
});

test('accepts three maps deep and refuses 1,025 bytes', () => {
  expect(ours(bytes('a100a100a10000'))).toEqual(new Map([[0, new Map([[0, new Map([[0, 0]])]])]]));
  const long = (length: number): Uint8Array => cborg.encode(new Map([[0, new Uint8Array(length)]]));
  expect(ours(long(1024 - 5))).not.toBeNull();
  expect(ours(long(1024 - 4))).toBeNull();
  expect(() => encodeCbor(new Map([[0, new Uint8Array(1020)]]))).toThrow(RangeError);
  expect(() => encodeCbor(new Map([[0, 0.5]]))).toThrow(RangeError);
  expect(() => encodeCbor(new Map([[0.5, 0]]))).toThrow(RangeError);
  expect(() => encodeCbor(new Map([[0, '\ud800']]))).toThrow(RangeError);
});

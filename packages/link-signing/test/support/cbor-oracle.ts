import { hex } from '@wardseal/primitives';
import * as cborg from 'cborg';
import fc from 'fast-check';
import { expect } from 'vitest';
import { type CborMap, type CborValue, decodeCbor, encodeCbor } from '../../src/codec/cbor.js';
import { LinkError } from '../../src/errors.js';

// A strict reader that somebody else wrote. It takes more kinds of value than ours, and map keys in any order.
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

/** What ours reads, or null. */
export function ours(data: Uint8Array): CborMap | null {
  try {
    return decodeCbor(data);
  } catch (error) {
    if (error instanceof LinkError && error.code === 'ENCODING_INVALID') return null;
    throw error;
  }
}

/** What cborg reads, or null. */
export function theirs(data: Uint8Array): unknown {
  try {
    return cborg.decode(data, STRICT);
  } catch {
    return null;
  }
}

/** Whether a value that cborg read is one that our codec carries: a map of at most three levels, no list, no float. */
function carried(value: unknown, depth: number): boolean {
  if (value instanceof Map)
    return depth > 0 && [...value].every(([key, one]) => Number.isSafeInteger(key) && carried(one, depth - 1));
  return Number.isSafeInteger(value) || typeof value === 'string' || value instanceof Uint8Array;
}

/** cborg's own encoding, each map's entries in the order of their encoded keys (RFC 8949 section 4.2.1). */
function canonical(value: unknown): string {
  if (!(value instanceof Map)) return hex(cborg.encode(value));
  const entries = [...value].map(([key, one]) => [hex(cborg.encode(key)), canonical(one)] as const);
  const head = hex(cborg.encode(new Map([...value].map(([key]) => [key, 0])))).slice(0, headDigits(value.size));
  return (
    head +
    entries
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .flat()
      .join('')
  );
}

function headDigits(size: number): number {
  return size < 24 ? 2 : size < 256 ? 4 : 6;
}

/**
 * Holds one input against the oracle, both ways: what ours accepts, cborg reads alike; what cborg accepts, ours accepts too
 * if it is a map that our codec carries and these bytes are its canonical encoding. Gives whether it was accepted.
 */
export function compareReaders(data: Uint8Array): boolean {
  const [mine, other] = [ours(data), theirs(data)];
  if (mine !== null) {
    expect(other).toEqual(mine);
    expect(hex(encodeCbor(mine))).toBe(hex(data));
    return true;
  }
  // Text that is no UTF-8 is replaced by cborg, so its own encoding differs from what it read.
  const missed = data.length <= 1024 && other instanceof Map && carried(other, 3) && canonical(other) === hex(data);
  expect([missed, missed ? hex(data) : '']).toEqual([false, '']);
  return false;
}

const key = fc.oneof(fc.integer({ min: -24, max: 23 }), fc.integer({ min: -70_000, max: 70_000 }), fc.maxSafeInteger());

/** Maps that our codec carries, of at most three levels and 1,024 bytes. */
export const maps: fc.Arbitrary<CborMap> = (() => {
  const leaf: fc.Arbitrary<CborValue> = fc.oneof(
    key,
    fc.string({ unit: 'grapheme', maxLength: 30 }),
    fc.uint8Array({ maxLength: 40 }),
  );
  const mapOf = (value: fc.Arbitrary<CborValue>): fc.Arbitrary<CborMap> =>
    fc
      .uniqueArray(fc.tuple(key, value), { selector: ([one]) => one, maxLength: 6 })
      .map((entries) => new Map<number, CborValue>(entries));
  return mapOf(fc.oneof(leaf, mapOf(fc.oneof(leaf, mapOf(leaf))))).filter((map) => canonical(map).length <= 2048);
})();

/** Bytes near the edge: an encoding with a few changes, as a hostile writer would try them. */
export const nearlyCbor: fc.Arbitrary<Uint8Array> = fc
  .tuple(
    maps,
    fc.array(fc.tuple(fc.nat(), fc.nat({ max: 255 }), fc.constantFrom('set', 'add', 'cut')), { maxLength: 3 }),
  )
  .map(([map, edits]) => {
    const data = [...encodeCbor(map)];
    for (const [at, byte, edit] of edits) {
      const place = at % (data.length + 1);
      if (edit === 'set') data[place] = byte;
      else if (edit === 'add') data.splice(place, 0, byte);
      else data.splice(place, 1);
    }
    return Uint8Array.from(data);
  });

/** Bytes that begin like CBOR of every kind, and any others. */
export const anyCbor: fc.Arbitrary<Uint8Array> = fc.oneof(
  fc.uint8Array({ maxLength: 60 }),
  fc.tuple(fc.integer({ min: 0xa0, max: 0xa4 }), fc.uint8Array({ maxLength: 40 })).map(([head, rest]) => Uint8Array.of(head, ...rest)), // biome-ignore format: one choice
  fc.anything({ withTypedArray: true, maxDepth: 3 }).map((value) => {
    try {
      return cborg.encode(value);
    } catch {
      return new Uint8Array(0);
    }
  }),
);

/** Holds so many inputs of each kind against the oracle; gives how many were accepted. */
export function fuzz(runs: number, seed: number): number {
  let accepted = 0;
  const check = (data: Uint8Array): void => {
    if (compareReaders(data)) accepted += 1;
  };
  for (const inputs of [nearlyCbor, anyCbor]) fc.assert(fc.property(inputs, check), { numRuns: runs, seed });
  // What we write they read, and what they write, in order, we read.
  fc.assert(
    fc.property(maps, (map) => {
      const data = encodeCbor(map);
      expect(canonical(map)).toBe(hex(data));
      expect(theirs(data)).toEqual(map);
      expect(ours(data)).toEqual(map);
    }),
    { numRuns: runs, seed },
  );
  return accepted;
}

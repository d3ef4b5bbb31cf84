import fc from 'fast-check';
import { expect, test } from 'vitest';
import { makeUserHandle, readUserHandle } from '../src/wire/user-handle.js';

const rootThumbprint = 'AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8';
const pin = { organisation: 'ZZZ01', person: 'p-okafor', rootThumbprint };

test('a user handle says who and which root', () => {
  const handle = makeUserHandle(pin);
  expect(handle.length).toBeLessThanOrEqual(64);
  expect(new TextDecoder().decode(handle.subarray(0, 15))).toBe('ZZZ01/p-okafor#');
  expect(readUserHandle(handle)).toEqual(pin);
});

test.each([
  ['a slash in a part', { ...pin, person: 'p/okafor' }],
  ['a hash in a part', { ...pin, organisation: 'ZZZ#1' }],
  ['an empty part', { ...pin, person: '' }],
  ['no thumbprint', { ...pin, rootThumbprint: 'AAEC' }],
  ['more than 64 bytes', { ...pin, person: 'p'.repeat(30) }],
])('no handle is made of %s', (_what, wrong) => {
  expect(() => makeUserHandle(wrong)).toThrow(RangeError);
});

test('whatever is read makes the same handle again', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
      const read = readUserHandle(bytes);
      if (read !== null) expect(makeUserHandle(read)).toEqual(new Uint8Array(bytes));
    }),
  );
  const handle = makeUserHandle(pin);
  for (let at = 0; at < 15; at++) {
    const other = handle.slice();
    other[at] = 0x2f;
    const read = readUserHandle(other);
    if (read !== null) expect(makeUserHandle(read)).toEqual(other);
  }
  expect(readUserHandle(handle.subarray(1))).not.toEqual(pin);
  expect(readUserHandle(handle.subarray(0, 40))).toBeNull();
  expect(readUserHandle(new Uint8Array(0))).toBeNull();
});

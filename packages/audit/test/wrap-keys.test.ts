import { seededRandom } from '@wardseal/testkit';
import { describe, expect, it } from 'vitest';
import { type KeyStore, memoryKeyStore, wrapKeys } from '../src/index.js';
import { codeOf, hexOf } from './support/events.js';

const WRAPPING = new Uint8Array(32).map((_, i) => i);
// Made with Python's hmac and cryptography, from the salt that the seed gives.
const VALUE =
  '0009674998684dad2067db7ded53bef65e88ec2af74b1df23289c501264f7d315ebbc29eefbe3403c9e35858dbe77817d6acf9ca2093f8349194bd981333556016';
const SECRET = new Uint8Array(32).fill(0xa5);

async function wrapped(): Promise<{ under: KeyStore; keys: KeyStore; value: Uint8Array }> {
  const under = memoryKeyStore();
  const keys = wrapKeys(under, WRAPPING, { random: seededRandom('wrap') });
  expect(await keys.put('log', SECRET)).toBe(true);
  return { under, keys, value: (await under.get('log'))! };
}

async function putBack(under: KeyStore, name: string, value: Uint8Array): Promise<void> {
  await under.delete(name);
  await under.put(name, value);
}

describe('a wrapped secret', () => {
  it('comes back, and lies underneath in the form of the specification', async () => {
    const { keys, value } = await wrapped();
    expect(hexOf((await keys.get('log'))!)).toBe(hexOf(SECRET));
    expect(await keys.put('log', new Uint8Array(32))).toBe(false);
    expect(await keys.get('other')).toBe(null);
    // Another implementation's, of docs/spec/wrapped-key.md.
    expect(hexOf(value)).toBe(VALUE);
    await keys.delete('log');
    expect(await keys.get('log')).toBe(null);
  });

  it('is never wrapped twice to the same bytes', async () => {
    const { under, value } = await wrapped();
    const again = wrapKeys(under, WRAPPING);
    await again.put('other', SECRET);
    await again.put('third', SECRET);
    const values = [value, (await under.get('other'))!, (await under.get('third'))!].map(hexOf);
    expect(new Set(values.map((text) => text.slice(34))).size).toBe(3);
  });

  it('is refused with any bit of it changed, cut, lengthened, moved or under another key', async () => {
    const { under, keys, value } = await wrapped();
    for (let bit = 0; bit < 8 * value.length; bit++) {
      const changed = value.slice();
      changed[bit >> 3]! ^= 1 << (bit & 7);
      await putBack(under, 'log', changed);
      expect(await codeOf(keys.get('log'))).toBe('KEY_STORE_CORRUPT');
    }
    for (let length = 1; length <= value.length + 1; length++) {
      if (length === value.length) continue;
      const cut = new Uint8Array(length);
      cut.set(value.subarray(0, length));
      await putBack(under, 'log', cut);
      expect(await codeOf(keys.get('log'))).toBe('KEY_STORE_CORRUPT');
    }
    await putBack(under, 'log', value);
    await putBack(under, 'subject-1', value);
    expect(await codeOf(keys.get('subject-1'))).toBe('KEY_STORE_CORRUPT');
    expect(await codeOf(wrapKeys(under, new Uint8Array(32)).get('log'))).toBe('KEY_STORE_CORRUPT');
    expect(hexOf((await keys.get('log'))!)).toBe(hexOf(SECRET));
  });

  it('needs keys of 32 bytes', async () => {
    expect(() => wrapKeys(memoryKeyStore(), new Uint8Array(31))).toThrow(RangeError);
    for (const length of [0, 31, 33]) {
      const put = wrapKeys(memoryKeyStore(), WRAPPING).put('log', new Uint8Array(length));
      await expect(put).rejects.toThrow(RangeError);
    }
  });
});

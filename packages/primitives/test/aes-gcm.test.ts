import { seededRandom } from '@wardseal/testkit';
import { expect, test } from 'vitest';
import { aesGcmOpen, aesGcmSeal, fromHex, hex } from '../src/index.js';
import { onAll, onEachBackend } from './back-ends.js';

// McGrew and Viega, "The Galois/Counter Mode of Operation", test case 16.
const KEY = fromHex('feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308')!;
const NONCE = fromHex('cafebabefacedbaddecaf888')!;
const AAD = fromHex('feedfacedeadbeeffeedfacedeadbeefabaddad2')!;
const PLAINTEXT = fromHex(
  'd9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39',
)!;
const SEALED =
  '522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662' +
  '76fc6ece0f4e1768cddf8853bb2d551b';

onEachBackend(() => {
  test('the published example', async () => {
    expect(hex(await aesGcmSeal(KEY, NONCE, PLAINTEXT, AAD))).toBe(SEALED);
    expect(await aesGcmOpen(KEY, NONCE, fromHex(SEALED)!, AAD)).toEqual(PLAINTEXT);
  });

  test('nothing that was changed opens', async () => {
    const sealed = fromHex(SEALED)!;
    for (const at of [0, 59, 60, 75]) {
      const changed = sealed.slice();
      changed[at]! ^= 1;
      expect(await aesGcmOpen(KEY, NONCE, changed, AAD)).toBeNull();
    }
    expect(await aesGcmOpen(KEY, NONCE, sealed, AAD.slice(1))).toBeNull();
    expect(await aesGcmOpen(KEY, KEY.slice(0, 12), sealed, AAD)).toBeNull();
    expect(await aesGcmOpen(KEY, NONCE, sealed.slice(0, 75), AAD)).toBeNull();
    expect(await aesGcmOpen(KEY, NONCE, sealed.slice(0, 15), AAD)).toBeNull();
    await expect(aesGcmSeal(KEY.slice(1), NONCE, PLAINTEXT, AAD)).rejects.toThrow(RangeError);
    await expect(aesGcmOpen(KEY, KEY, sealed, AAD)).rejects.toThrow(RangeError);
  });
});

test('every back end gives the same bytes', async () => {
  const random = seededRandom('aes-gcm');
  for (const length of [0, 1, 15, 16, 17, 70_000]) {
    const [key, nonce, data, aad] = [random(32), random(12), random(length), random(length % 40)];
    const answers = await onAll(async () => hex(await aesGcmSeal(key, nonce, data, aad)));
    expect(new Set(answers).size).toBe(1);
  }
});

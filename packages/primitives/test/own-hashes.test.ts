import { hmac as nobleHmac } from '@noble/hashes/hmac.js';
import { sha256 as nobleSha256 } from '@noble/hashes/sha2.js';
import { shake256 as nobleShake256, sha3_256 } from '@noble/hashes/sha3.js';
import { bytes, seededRandom } from '@wardseal/testkit';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fromHex, hex, utf8 } from '../src/index.js';
import { sha3, shake256 } from '../src/js/keccak.js';
import { createSha256, hmac } from '../src/js/sha256.js';

const data = seededRandom('own hashes')(700);
const upTo = (length: number): Uint8Array[] => Array.from({ length: length + 1 }, (_, at) => data.subarray(0, at));

test('SHA-256 of every length around its blocks is the oracle’s', () => {
  for (const message of upTo(260)) expect(createSha256().update(message).digest()).toEqual(nobleSha256(message));
});

test('SHA-256 is the same however the message is cut', () => {
  fc.assert(
    fc.property(bytes({ maxLength: 400 }), fc.array(fc.nat({ max: 400 }), { maxLength: 6 }), (message, cuts) => {
      const hash = createSha256();
      let from = 0;
      for (const cut of [...cuts.sort((a, b) => a - b), message.length]) {
        hash.update(message.subarray(from, Math.max(from, cut)));
        from = Math.max(from, Math.min(cut, message.length));
      }
      expect(hash.digest()).toEqual(nobleSha256(message));
    }),
  );
});

test('two SHA-256 side by side do not disturb each other, and each gives one digest', () => {
  const [first, second] = [createSha256(), createSha256()];
  for (let at = 0; at < 300; at += 50) {
    first.update(data.subarray(at, at + 50));
    second.update(data.subarray(at + 300, at + 350));
  }
  expect(first.digest()).toEqual(nobleSha256(data.subarray(0, 300)));
  expect(second.digest()).toEqual(nobleSha256(data.subarray(300, 600)));
  expect(() => first.digest()).toThrow(/already/);
  expect(() => first.update(data)).toThrow(/already/);
});

test('HMAC with keys of every length around a block is the oracle’s', () => {
  for (const key of upTo(140)) expect(hmac(key, data)).toEqual(nobleHmac(nobleSha256, key, data));
});

test('SHA3-256 and SHAKE256 of every length around their rate are the oracle’s', () => {
  for (const message of upTo(300)) {
    expect(sha3(message)).toEqual(sha3_256(message));
    expect(shake256(message, message.length)).toEqual(nobleShake256(message, { dkLen: message.length }));
  }
});

test('SHA3-256 and SHAKE256 of FIPS 202’s own examples', () => {
  expect(hex(sha3(utf8('')))).toBe('a7ffc6f8bf1ed76651c14756a061d662f580ff4de43b49fa82d80a4b80f8434a');
  expect(hex(sha3(utf8('abc')))).toBe('3a985da74fe225b2045c172d6bd390bd855f086e3e9d525b46bfe24511431532');
  expect(shake256(utf8(''), 32)).toEqual(fromHex('46b9dd2b0ba88d13233b3feb743eeb243fcd52ea62b81b82b50c27646ed5762f'));
});

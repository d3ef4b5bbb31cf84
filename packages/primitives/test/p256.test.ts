import { p256 as ready } from '@noble/curves/nist.js';
import { everyBitFlip, seededRandom } from '@wardseal/testkit';
import { expect, test } from 'vitest';
import { fromHex, p256Verifier, utf8 } from '../src/index.js';
import { onAll } from './back-ends.js';

const random = seededRandom('p256');
const secretKey = random(32);
const publicKey = ready.getPublicKey(secretKey, false).slice(1);
const message = utf8('one message');
const signature = ready.sign(message, secretKey);

const same = async (step: () => Promise<boolean>): Promise<boolean> => {
  const answers = new Set(await onAll(step));
  expect(answers.size).toBe(1);
  return [...answers][0]!;
};
const verify = (key: Uint8Array, of: Uint8Array, by: Uint8Array): Promise<boolean> =>
  same(async () => (await p256Verifier(key))(of, by));

test('every back end accepts a right signature and its twin, and nothing with one bit changed', async () => {
  expect(await verify(publicKey, message, signature)).toBe(true);
  const twin = ready.Signature.fromBytes(signature, 'compact');
  const high = new ready.Signature(twin.r, ready.Point.Fn.ORDER - twin.s).toBytes('compact');
  expect(await verify(publicKey, message, high)).toBe(true);
  expect(await verify(publicKey, utf8('another message'), signature)).toBe(false);
  for (const changed of everyBitFlip(signature)) {
    const check = await p256Verifier(publicKey);
    expect(await check(message, changed)).toBe(false);
  }
});

test('what is no key and no signature is refused alike', async () => {
  const off = new Uint8Array(publicKey);
  off[63]! ^= 1;
  for (const key of [off, new Uint8Array(64), new Uint8Array(64).fill(255)])
    expect(await verify(key, message, signature)).toBe(false);
  const order = ready.Point.Fn.ORDER.toString(16);
  const edges = ['00'.repeat(32), 'ff'.repeat(32), order, '01'.padStart(64, '0')];
  for (const r of edges)
    for (const s of edges) expect(await verify(publicKey, message, fromHex(r + s)!)).toBe(false); // biome-ignore format: one loop
  for (const length of [0, 63, 65]) expect(await verify(publicKey, message, random(length))).toBe(false);
  await expect(p256Verifier(random(65))).rejects.toThrow(RangeError);
});

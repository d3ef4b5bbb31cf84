import { ml_dsa44 } from '@noble/post-quantum/ml-dsa.js';
import { everyByteFlip, seededRandom } from '@wardseal/testkit';
import { afterEach, expect, test } from 'vitest';
import {
  forceBackend,
  injectRandom,
  mldsaGenerate,
  mldsaPublicKey,
  mldsaSigner,
  mldsaVerifier,
  utf8,
} from '../src/index.js';
import { onAll } from './back-ends.js';

const seed = seededRandom('mldsa')(32);
const message = utf8('a checkpoint');

afterEach(() => {
  forceBackend();
  injectRandom();
});

test('every pair of back ends agrees, and so does noble itself', async () => {
  const oracle = ml_dsa44.keygen(seed);
  for (const publicKey of await onAll(() => mldsaPublicKey(seed))) expect(publicKey).toEqual(oracle.publicKey);
  const signatures = await onAll(async () => (await mldsaSigner(seed))(message));
  for (const signature of [...signatures, ml_dsa44.sign(message, oracle.secretKey)]) {
    expect(signature).toHaveLength(2420);
    expect(ml_dsa44.verify(signature, message, oracle.publicKey)).toBe(true);
    const verdicts = await onAll(async () => {
      const verify = await mldsaVerifier(oracle.publicKey);
      return [await verify(message, signature), await verify(utf8('another'), signature)];
    });
    for (const verdict of verdicts) expect(verdict).toEqual([true, false]);
  }
});

test('every back end refuses a changed signature, another length, another context and another key', async () => {
  const { secretKey, publicKey } = ml_dsa44.keygen(seed);
  const good = ml_dsa44.sign(message, secretKey);
  const context = ml_dsa44.sign(message, secretKey, { context: Uint8Array.of(1) });
  const flipped = [...everyByteFlip(good, 1)].filter((_, at) => at % 60 === 0 || at >= 2336);
  // The last 84 bytes are the hint, whose one encoding FIPS 204 (algorithm 21) checks.
  expect(flipped.length).toBeGreaterThan(100);
  const bad = [...flipped, context, good.subarray(1), new Uint8Array(0), new Uint8Array(2420)];
  for (const verdicts of await onAll(async () => {
    const verify = await mldsaVerifier(publicKey);
    return Promise.all(bad.map(async (signature) => verify(message, signature)));
  }))
    expect(new Set(verdicts)).toEqual(new Set([false]));
  const other = await mldsaPublicKey(seededRandom('other')(32));
  for (const verdict of await onAll(async () => (await mldsaVerifier(other))(message, good)))
    expect(verdict).toBe(false);
  for (const verdict of await onAll(async () => (await mldsaVerifier(new Uint8Array(1312).fill(255)))(message, good)))
    expect(verdict).toBe(false);
});

test('signatures are hedged, and an injected source decides everything', async () => {
  const [first, second] = await onAll(async () => (await mldsaSigner(seed))(message));
  expect(first).not.toEqual(second);
  const replayed = async () => {
    injectRandom(seededRandom('hedge'));
    return (await mldsaSigner(seed))(message);
  };
  const again = await onAll(replayed);
  for (const signature of again) expect(signature).toEqual(again[0]);
  injectRandom();
  const pair = await mldsaGenerate(seededRandom('pair'));
  expect(pair.secretKey).toEqual(seededRandom('pair')(32));
  expect(await mldsaPublicKey(pair.secretKey)).toEqual(pair.publicKey);
});

test('lengths of keys are the caller’s to keep', async () => {
  for (const length of [0, 31, 33, 2560]) {
    await expect(mldsaPublicKey(new Uint8Array(length))).rejects.toThrow(RangeError);
    await expect(mldsaSigner(new Uint8Array(length))).rejects.toThrow(RangeError);
    await expect(mldsaGenerate(() => new Uint8Array(length))).rejects.toThrow(RangeError);
  }
  for (const length of [0, 1311, 1313]) await expect(mldsaVerifier(new Uint8Array(length))).rejects.toThrow(RangeError);
});

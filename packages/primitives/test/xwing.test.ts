import { ml_kem768_x25519 } from '@noble/post-quantum/hybrid.js';
import { ml_kem768 } from '@noble/post-quantum/ml-kem.js';
import { everyByteFlip, seededRandom } from '@wardseal/testkit';
import { afterEach, expect, test } from 'vitest';
import {
  forceBackend,
  fromHex,
  hex,
  hpkeOpen,
  hpkeOpenWith,
  hpkeSeal,
  injectRandom,
  utf8,
  x25519Opener,
  x25519PublicKey,
  x25519Shared,
  xwingCombine,
  xwingDecapsulate,
  xwingEncapsulate,
  xwingExpand,
  xwingOpener,
  xwingPublicKey,
} from '../src/index.js';
import vectors from '../vectors/xwing.json' with { type: 'json' };
import { BACKENDS, onAll } from './back-ends.js';

const seed = seededRandom('xwing')(32);

afterEach(() => {
  forceBackend();
  injectRandom();
});

test(vectors.source, async () => {
  for (const { seed, encapsulationSeed, shared } of vectors.tests) {
    const publicKey = await xwingPublicKey(fromHex(seed)!);
    const ciphertexts = await onAll(async () => {
      // The draft draws ML-KEM's message first; here the X25519 secret is drawn first.
      const parts = [encapsulationSeed.slice(64), encapsulationSeed.slice(0, 64)].map((part) => fromHex(part)!);
      injectRandom(() => parts.shift()!);
      const made = (await xwingEncapsulate(publicKey))!;
      injectRandom();
      expect(hex(made.shared)).toBe(shared);
      return hex(made.ciphertext);
    });
    for (const ciphertext of ciphertexts) {
      const opened = await onAll(async () => hex((await xwingDecapsulate(fromHex(seed)!, fromHex(ciphertext)!))!));
      expect(new Set(opened)).toEqual(new Set([shared]));
    }
  }
});

test('every pair of back ends agrees, and so does noble’s own X-Wing', async () => {
  const oracle = ml_kem768_x25519.keygen(seed);
  for (const publicKey of await onAll(() => xwingPublicKey(seed))) expect(publicKey).toEqual(oracle.publicKey);
  for (const made of await onAll(() => xwingEncapsulate(oracle.publicKey))) {
    const opened = await onAll(() => xwingDecapsulate(seed, made!.ciphertext));
    for (const shared of opened) expect(shared).toEqual(made!.shared);
    expect(ml_kem768_x25519.decapsulate(made!.ciphertext, oracle.secretKey)).toEqual(made!.shared);
  }
  const theirs = ml_kem768_x25519.encapsulate(oracle.publicKey);
  for (const shared of await onAll(() => xwingDecapsulate(seed, theirs.cipherText))) {
    expect(shared).toEqual(theirs.sharedSecret);
  }
});

test('every back end refuses a key with a coefficient out of range, a low-order half and another length', async () => {
  const good = await xwingPublicKey(seed);
  const tooLarge = new Uint8Array(good);
  tooLarge.set([0xff, 0xff], 0); // a 12-bit coefficient of 4095, above 3328
  const lowOrder = new Uint8Array(good).fill(0, 1184);
  for (const bad of [tooLarge, lowOrder, good.subarray(1), new Uint8Array(0)]) {
    expect(await onAll(() => xwingEncapsulate(bad))).toEqual(BACKENDS.map(() => null));
  }
  const { ciphertext } = (await xwingEncapsulate(good))!;
  const lowOrderCiphertext = new Uint8Array(ciphertext).fill(0, 1088);
  for (const bad of [lowOrderCiphertext, ciphertext.subarray(1)]) {
    expect(await onAll(() => xwingDecapsulate(seed, bad))).toEqual(BACKENDS.map(() => null));
  }
  await expect(xwingPublicKey(new Uint8Array(31))).rejects.toThrow(RangeError);
  await expect(xwingDecapsulate(new Uint8Array(31), ciphertext)).rejects.toThrow(RangeError);
});

test('a changed ciphertext gives every back end the same other secret', async () => {
  const made = (await xwingEncapsulate(await xwingPublicKey(seed)))!;
  const changed = [...everyByteFlip(made.ciphertext, 1)].filter((_, at) => at % 97 === 0);
  for (const ciphertext of changed) {
    const [first, ...others] = await onAll(async () => hex((await xwingDecapsulate(seed, ciphertext))!));
    expect(first).not.toBe(hex(made.shared));
    for (const other of others) expect(other).toBe(first);
  }
});

test('HPKE opens across back ends with the same info and associated data, and with nothing else', async () => {
  const publicKey = await xwingPublicKey(seed);
  const info = utf8('test');
  const aad = utf8('bound');
  for (const sealed of await onAll(() => hpkeSeal(publicKey, info, utf8('secret'), aad))) {
    const { enc, ciphertext } = sealed!;
    const opened = await onAll(() => hpkeOpen(seed, info, enc, ciphertext, aad));
    for (const plaintext of opened) expect(plaintext).toEqual(utf8('secret'));
    expect(await hpkeOpen(seed, utf8('other'), enc, ciphertext, aad)).toBeNull();
    expect(await hpkeOpen(seed, info, enc, ciphertext)).toBeNull();
    expect(await hpkeOpen(seededRandom(2)(32), info, enc, ciphertext, aad)).toBeNull();
    expect(await hpkeOpen(seed, info, enc.subarray(1), ciphertext, aad)).toBeNull();
    for (const changed of everyByteFlip(ciphertext)) expect(await hpkeOpen(seed, info, enc, changed, aad)).toBeNull();
  }
  expect(await hpkeSeal(new Uint8Array(1216), info, info)).toBeNull(); // its X25519 half is zero
});

test('the two halves apart, joined, give X-Wing’s secret, and a decapsulated secret opens HPKE', async () => {
  const publicKey = await xwingPublicKey(seed);
  const info = utf8('test');
  const { enc, ciphertext } = (await hpkeSeal(publicKey, info, utf8('secret')))!;
  const halves = xwingExpand(seed);
  const post = ml_kem768.decapsulate(enc.subarray(0, 1088), ml_kem768.keygen(halves.mlkem).secretKey);
  for (const classical of await onAll(() => x25519Shared(halves.x25519, enc.subarray(1088)))) {
    const shared = xwingCombine(post, classical!, enc.subarray(1088), publicKey.subarray(1184));
    expect(shared).toEqual(await xwingDecapsulate(seed, enc));
    expect(await hpkeOpenWith(shared, info, ciphertext)).toEqual(utf8('secret'));
    expect(await hpkeOpenWith(shared, utf8('other'), ciphertext)).toBeNull();
    expect(await hpkeOpenWith(shared, info, ciphertext, info)).toBeNull();
    expect(() => xwingCombine(post, classical!, enc, publicKey.subarray(1184))).toThrow(RangeError);
    await expect(hpkeOpenWith(shared.subarray(1), info, ciphertext)).rejects.toThrow(RangeError);
  }
  expect(() => xwingExpand(seed.subarray(1))).toThrow(RangeError);
});

test('an opener gives what the one-shot functions give, for every back end and many ciphertexts', async () => {
  const publicKey = await xwingPublicKey(seed);
  const made = await onAll(() => xwingEncapsulate(publicKey));
  const lowOrder = new Uint8Array(made[0]!.ciphertext).fill(0, 1088);
  const changed = new Uint8Array(made[0]!.ciphertext).fill(1, 0, 1);
  for (const opener of await onAll(() => xwingOpener(seed))) {
    expect(opener.publicKey).toEqual(publicKey);
    for (const one of made) expect(await opener.decapsulate(one!.ciphertext)).toEqual(one!.shared);
    expect(await opener.decapsulate(lowOrder)).toBeNull();
    expect(await opener.decapsulate(publicKey)).toBeNull();
    expect(await opener.decapsulate(changed)).toEqual(await xwingDecapsulate(seed, changed));
  }
  const theirs = await x25519PublicKey(utf8('another secret key of 32 bytes..'));
  for (const opener of await onAll(() => x25519Opener(seed))) {
    expect(opener.publicKey).toEqual(await x25519PublicKey(seed));
    expect(await opener.shared(theirs)).toEqual(await x25519Shared(seed, theirs));
    expect(await opener.shared(new Uint8Array(32))).toBeNull();
    await expect(opener.shared(publicKey)).rejects.toThrow(RangeError);
  }
  await expect(xwingOpener(publicKey)).rejects.toThrow(RangeError);
  await expect(x25519Opener(publicKey)).rejects.toThrow(RangeError);
});

test('an opener outlives its seed', async () => {
  const publicKey = await xwingPublicKey(seed);
  const made = (await xwingEncapsulate(publicKey))!;
  const shared = await onAll(async () => {
    const copy = new Uint8Array(seed);
    const opener = await xwingOpener(copy);
    copy.fill(0);
    return opener.decapsulate(made.ciphertext);
  });
  for (const one of shared) expect(one).toEqual(made.shared);
});

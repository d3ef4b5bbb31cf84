import { seededRandom } from '@wardseal/testkit';
import { afterEach, expect, test, vi } from 'vitest';
import {
  aeadOpen,
  aeadOpenInto,
  aeadSeal,
  aeadSealInto,
  ed25519Generate,
  ed25519Sign,
  ed25519Verify,
  forceBackend,
  hpkeOpen,
  hpkeSeal,
  mldsaPublicKey,
  mldsaSigner,
  mldsaVerifier,
  utf8,
  x25519Opener,
  x25519PublicKey,
  x25519Shared,
  xwingDecapsulate,
  xwingEncapsulate,
  xwingOpener,
  xwingPublicKey,
} from '../src/index.js';
import { BACKENDS } from './back-ends.js';

// As where the chunks cannot be fetched: whoever loads one of them gets an error.
vi.mock('../src/noble/aead.js', () => Promise.reject(new Error('offline')));
vi.mock('../src/noble/curve25519.js', () => Promise.reject(new Error('offline')));
vi.mock('../src/noble/mldsa.js', () => Promise.reject(new Error('offline')));
vi.mock('../src/noble/mlkem.js', () => Promise.reject(new Error('offline')));

const seed = seededRandom('lazy')(32);
const nonce = new Uint8Array(12);
const sealedByNode = new Uint8Array(32); // of the right length; it need not open

afterEach(() => forceBackend());

test.each(BACKENDS.filter((name) => name !== 'noble'))('on %s nothing of noble’s is loaded', async (name) => {
  forceBackend(name);
  const { secretKey, publicKey } = await ed25519Generate();
  expect(await ed25519Verify(publicKey, seed, await ed25519Sign(secretKey, seed))).toBe(true);
  const sealed = (await hpkeSeal(await xwingPublicKey(seed), seed, utf8('secret')))!;
  expect(await hpkeOpen(seed, seed, sealed.enc, sealed.ciphertext)).toEqual(utf8('secret'));
  expect((await xwingOpener(seed)).publicKey).toEqual(await xwingPublicKey(seed));
  expect(await x25519Shared(seed, await x25519PublicKey(seed))).toHaveLength(32);
  const plaintext = new Uint8Array(16);
  const out = new Uint8Array(32);
  await aeadSealInto(seed, nonce, plaintext, out);
  expect(await aeadOpen(seed, nonce, await aeadSeal(seed, nonce, plaintext))).toEqual(plaintext);
  expect(await aeadOpenInto(seed, nonce, out, plaintext)).toBe(true);
});

test('a fallback that cannot be loaded is an error, never a refusal', async () => {
  forceBackend('webcrypto');
  const kemPublic = await xwingPublicKey(seed);
  const { ciphertext } = (await xwingEncapsulate(kemPublic))!;
  const { publicKey } = await ed25519Generate();
  forceBackend('noble');
  const needing: Record<string, () => unknown> = {
    aeadSeal: () => aeadSeal(seed, nonce, seed),
    aeadSealInto: () => aeadSealInto(seed, nonce, seed.subarray(16), new Uint8Array(32)),
    aeadOpen: () => aeadOpen(seed, nonce, sealedByNode),
    aeadOpenInto: () => aeadOpenInto(seed, nonce, sealedByNode, new Uint8Array(16)),
    mldsaPublicKey: () => mldsaPublicKey(seed),
    mldsaSigner: () => mldsaSigner(seed),
    mldsaVerifier: () => mldsaVerifier(new Uint8Array(1312)),
    ed25519Generate: () => ed25519Generate(),
    ed25519Sign: () => ed25519Sign(seed, seed),
    ed25519Verify: () => ed25519Verify(publicKey, seed, new Uint8Array(64)),
    x25519Opener: () => x25519Opener(seed),
    x25519Shared: () => x25519Shared(seed, publicKey),
    xwingEncapsulate: () => xwingEncapsulate(kemPublic),
    xwingDecapsulate: () => xwingDecapsulate(seed, ciphertext),
    xwingOpener: () => xwingOpener(seed),
  };
  for (const [name, step] of Object.entries(needing)) {
    await expect(Promise.resolve().then(step), name).rejects.toThrow();
  }
});

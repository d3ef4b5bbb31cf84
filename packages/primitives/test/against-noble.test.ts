import { chacha20poly1305 } from '@noble/ciphers/chacha.js';
import { ed25519, x25519 } from '@noble/curves/ed25519.js';
import { hkdf } from '@noble/hashes/hkdf.js';
import { hmac } from '@noble/hashes/hmac.js';
import { sha256 as nobleSha256 } from '@noble/hashes/sha2.js';
import { bytes, everyByteFlip, mutateByte, seededRandom } from '@wardseal/testkit';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  aeadOpen,
  aeadOpenInto,
  aeadSeal,
  aeadSealInto,
  capabilities,
  ed25519Generate,
  ed25519PublicKey,
  ed25519Sign,
  ed25519Verify,
  hkdfExpand,
  hkdfSha256,
  hmacSha256,
  hmacSha256Public,
  sha256,
  sha256Large,
  sha256Public,
  sha256Stream,
  x25519PublicKey,
  x25519Shared,
} from '../src/index.js';
import { onEachBackend } from './back-ends.js';

const key32 = fc.uint8Array({ minLength: 32, maxLength: 32 });
const few = { numRuns: 40 };

onEachBackend((name) => {
  test('hashes, MACs and derived keys are the oracle’s', async () => {
    await fc.assert(
      fc.asyncProperty(
        bytes(),
        bytes({ maxLength: 300 }),
        fc.integer({ min: 1, max: 8160 }),
        async (data, key, length) => {
          expect(sha256(data)).toEqual(nobleSha256(data));
          expect(sha256Public(data)).toEqual(nobleSha256(data));
          expect(await sha256Large(data)).toEqual(nobleSha256(data));
          const cut = data.length >> 1;
          expect(sha256Stream().update(data.subarray(0, cut)).update(data.subarray(cut)).digest()).toEqual(
            nobleSha256(data),
          );
          expect(hmacSha256(key, data)).toEqual(hmac(nobleSha256, key, data));
          expect(hmacSha256Public(key, data)).toEqual(hmac(nobleSha256, key, data));
          expect(hkdfSha256(data, key, key, length)).toEqual(hkdf(nobleSha256, data, key, key, length));
        },
      ),
      few,
    );
    for (const length of [0, -1, 1.5, 8161, Number.NaN]) {
      expect(() => hkdfSha256(new Uint8Array(1), new Uint8Array(0), new Uint8Array(0), length)).toThrow(RangeError);
      expect(() => hkdfExpand(new Uint8Array(32), new Uint8Array(0), length)).toThrow(RangeError);
    }
  });

  test('sealed bytes are the oracle’s, open again, and open for no change of anything', async () => {
    const nonce12 = fc.uint8Array({ minLength: 12, maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(key32, nonce12, bytes(), bytes({ maxLength: 70 }), async (key, nonce, plaintext, aad) => {
        const sealed = await aeadSeal(key, nonce, plaintext, aad);
        expect(sealed).toEqual(chacha20poly1305(key, nonce, aad).encrypt(plaintext));
        expect(await aeadOpen(key, nonce, sealed, aad)).toEqual(plaintext);
        const into = new Uint8Array(plaintext.length + 16);
        await aeadSealInto(key, nonce, plaintext, into);
        expect(into).toEqual(await aeadSeal(key, nonce, plaintext));
        const out = new Uint8Array(plaintext.length).fill(7);
        expect(await aeadOpenInto(key, nonce, into, out)).toBe(true);
        expect(out).toEqual(plaintext);
        into[0]! ^= 1;
        expect(await aeadOpenInto(key, nonce, into, out)).toBe(false);
        expect(out).toEqual(new Uint8Array(plaintext.length)); // nothing unproven stays behind
      }),
      few,
    );
    const random = seededRandom(name);
    const [key, nonce, aad, plaintext] = [random(32), random(12), random(5), random(40)];
    const sealed = await aeadSeal(key, nonce, plaintext, aad);
    for (const changed of everyByteFlip(sealed, 1)) expect(await aeadOpen(key, nonce, changed, aad)).toBeNull();
    for (const changed of everyByteFlip(key, 1)) expect(await aeadOpen(changed, nonce, sealed, aad)).toBeNull();
    for (const changed of everyByteFlip(nonce, 1)) expect(await aeadOpen(key, changed, sealed, aad)).toBeNull();
    for (const changed of everyByteFlip(aad, 1)) expect(await aeadOpen(key, nonce, sealed, changed)).toBeNull();
    for (let length = 0; length < sealed.length; length++)
      expect(await aeadOpen(key, nonce, sealed.subarray(0, length), aad)).toBeNull();
    expect(await aeadOpen(key, nonce, sealed)).toBeNull();
    // A key's buffer that is used again with other content is another key.
    key[0]! ^= 1;
    expect(await aeadOpen(key, nonce, sealed, aad)).toBeNull();
    expect(() => aeadSeal(new Uint8Array(31), nonce, plaintext)).toThrow(RangeError);
    expect(() => aeadSeal(key, new Uint8Array(24), plaintext)).toThrow(RangeError);
    expect(() => aeadOpen(key, new Uint8Array(8), sealed)).toThrow(RangeError);
    expect(() => aeadSealInto(key, nonce, plaintext, new Uint8Array(40))).toThrow(RangeError);
    expect(() => aeadOpenInto(key, nonce, sealed, new Uint8Array(39))).toThrow(RangeError);
    expect(() => aeadOpenInto(key, nonce, new Uint8Array(15), new Uint8Array(0))).toThrow(RangeError);
  });

  test('signatures are the oracle’s, and fit nothing else', async () => {
    await fc.assert(
      fc.asyncProperty(key32, bytes({ maxLength: 600 }), async (secretKey, message) => {
        const publicKey = await ed25519PublicKey(secretKey);
        const signature = await ed25519Sign(secretKey, message);
        expect(publicKey).toEqual(ed25519.getPublicKey(secretKey));
        expect(signature).toEqual(ed25519.sign(message, secretKey));
        expect(await ed25519Verify(publicKey, message, signature)).toBe(true);
      }),
      { numRuns: 15 },
    );
    const { secretKey, publicKey } = await ed25519Generate(seededRandom('keys'));
    const message = new Uint8Array(3);
    const signature = await ed25519Sign(secretKey, message);
    for (const changed of everyByteFlip(signature, 1))
      expect(await ed25519Verify(publicKey, message, changed)).toBe(false);
    for (const changed of everyByteFlip(publicKey, 1))
      expect(await ed25519Verify(changed, message, signature)).toBe(false);
    for (const changed of everyByteFlip(message, 1))
      expect(await ed25519Verify(publicKey, changed, signature)).toBe(false);
    expect(await ed25519Verify(publicKey, message, signature.subarray(1))).toBe(false);
    expect(await ed25519Verify(publicKey.subarray(1), message, signature)).toBe(false);
    await expect(ed25519Generate(() => new Uint8Array(31))).rejects.toThrow(RangeError);
    await expect(ed25519Sign(new Uint8Array(33), message)).rejects.toThrow(RangeError);
  });

  test('shared secrets are the oracle’s; a low-order key gives none', async () => {
    await fc.assert(
      fc.asyncProperty(key32, key32, async (mine, theirs) => {
        expect(await x25519PublicKey(mine)).toEqual(x25519.getPublicKey(mine));
        const theirPublic = x25519.getPublicKey(theirs);
        expect(await x25519Shared(mine, theirPublic)).toEqual(x25519.getSharedSecret(mine, theirPublic));
      }),
      { numRuns: 15 },
    );
    const one = Uint8Array.of(1, ...new Array<number>(31).fill(0));
    expect(await x25519Shared(seededRandom(1)(32), new Uint8Array(32))).toBeNull();
    expect(await x25519Shared(seededRandom(1)(32), one)).toBeNull();
    await expect(x25519Shared(new Uint8Array(31), one)).rejects.toThrow(RangeError);
    await expect(x25519PublicKey(new Uint8Array(0))).rejects.toThrow(RangeError);
  });

  test('capabilities() names this back end', async () => {
    const found = await capabilities();
    expect(found.backend).toBe(name);
    const expected = name === 'noble' ? 'js' : 'native';
    expect([found.hash, found.aead, found.kem, found.sign]).toEqual([expected, expected, expected, expected]);
  });
});

test('a changed byte anywhere changes the hash', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ minLength: 1, maxLength: 200 }).chain((data) => fc.tuple(fc.constant(data), mutateByte(data))),
      ([data, changed]) => {
        expect(sha256(changed)).not.toEqual(sha256(data));
      },
    ),
  );
});

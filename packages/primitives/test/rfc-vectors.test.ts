import { expect, test } from 'vitest';
import {
  aeadOpen,
  aeadSeal,
  ed25519PublicKey,
  ed25519Sign,
  ed25519Verify,
  fromHex,
  hex,
  hkdfExtract,
  hkdfSha256,
  hmacSha256,
  sha256,
  sha256Large,
  sha256Stream,
  utf8,
  x25519PublicKey,
  x25519Shared,
} from '../src/index.js';
import chacha from '../vectors/chacha20-poly1305.json' with { type: 'json' };
import ed25519 from '../vectors/ed25519.json' with { type: 'json' };
import hkdf from '../vectors/hkdf-sha256.json' with { type: 'json' };
import hmac from '../vectors/hmac-sha256.json' with { type: 'json' };
import sha from '../vectors/sha256.json' with { type: 'json' };
import x25519 from '../vectors/x25519.json' with { type: 'json' };
import { onEachBackend } from './back-ends.js';

/** Hexadecimal, or one byte and how often: `aa*131`. */
function from(text: string): Uint8Array<ArrayBuffer> {
  const [byte, times] = text.split('*');
  return fromHex(times === undefined ? text : byte!.repeat(Number(times)))!;
}

onEachBackend(() => {
  test(sha.source, async () => {
    for (const { text, repeat = 1, digest } of sha.tests as { text: string; repeat?: number; digest: string }[]) {
      const data = utf8(text.repeat(repeat));
      expect(hex(sha256(data))).toBe(digest);
      expect(hex(await sha256Large(data))).toBe(digest);
      const stream = sha256Stream();
      for (let at = 0; at < data.length; at += 999) stream.update(data.subarray(at, at + 999));
      expect(hex(stream.digest())).toBe(digest);
    }
  });

  test(hmac.source, () => {
    for (const { key, data, mac } of hmac.tests) expect(hex(hmacSha256(from(key), from(data)))).toBe(mac);
  });

  test(hkdf.source, () => {
    for (const { ikm, salt, info, prk, okm } of hkdf.tests) {
      expect(hex(hkdfExtract(from(ikm), from(salt)))).toBe(prk);
      expect(hex(hkdfSha256(from(ikm), from(salt), from(info), okm.length / 2))).toBe(okm);
    }
  });

  test(chacha.source, async () => {
    for (const { key, nonce, aad, plaintext, ciphertext } of chacha.tests) {
      const sealed = await aeadSeal(from(key), from(nonce), from(plaintext), from(aad));
      expect(hex(sealed)).toBe(ciphertext);
      expect(hex((await aeadOpen(from(key), from(nonce), sealed, from(aad)))!)).toBe(plaintext);
    }
  });

  test(ed25519.source, async () => {
    for (const { secretKey, publicKey, message, signature } of ed25519.tests) {
      expect(hex(await ed25519PublicKey(from(secretKey)))).toBe(publicKey);
      expect(hex(await ed25519Sign(from(secretKey), from(message)))).toBe(signature);
      expect(await ed25519Verify(from(publicKey), from(message), from(signature))).toBe(true);
    }
  });

  test(x25519.source, async () => {
    for (const { secretKey, publicKey, shared } of x25519.shared) {
      expect(hex((await x25519Shared(from(secretKey), from(publicKey)))!)).toBe(shared);
    }
    const { aliceSecret, alicePublic, bobSecret, bobPublic, shared } = x25519.exchange;
    expect(hex(await x25519PublicKey(from(aliceSecret)))).toBe(alicePublic);
    expect(hex(await x25519PublicKey(from(bobSecret)))).toBe(bobPublic);
    expect(hex((await x25519Shared(from(aliceSecret), from(bobPublic)))!)).toBe(shared);
    expect(hex((await x25519Shared(from(bobSecret), from(alicePublic)))!)).toBe(shared);
    for (const { count, result } of x25519.iterations) {
      let k = from(`09${'00'.repeat(31)}`);
      let u = k;
      for (let i = 0; i < count; i++) [k, u] = [(await x25519Shared(k, u))!, k];
      expect(hex(k)).toBe(result);
    }
  });
});

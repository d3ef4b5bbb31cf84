import { chacha20poly1305 } from '@noble/ciphers/chacha.js';
import { ed25519 } from '@noble/curves/ed25519.js';
import { sha256 as nobleSha256 } from '@noble/hashes/sha2.js';
import { aeadOpen, aeadSeal, ed25519Signer, ed25519Verifier, sha256 } from '@wardseal/primitives';
import { seededRandom } from '@wardseal/testkit';
import { compare } from '@wardseal/testkit/node';

const random = seededRandom('bench');
const key = random(32);
const nonce = random(12);

for (const [size, name] of [
  [256, '256 bytes'],
  [65_536, '64 KiB'],
] as const) {
  const data = random(size);
  await compare(`SHA-256 of ${name}`, { native: () => sha256(data), noble: () => nobleSha256(data) });
  const sealed = await aeadSeal(key, nonce, data);
  await compare(`ChaCha20-Poly1305 seal ${name}`, {
    native: () => aeadSeal(key, nonce, data),
    noble: () => chacha20poly1305(key, nonce).encrypt(data),
  });
  await compare(`ChaCha20-Poly1305 open ${name}`, {
    native: () => aeadOpen(key, nonce, sealed),
    noble: () => chacha20poly1305(key, nonce).decrypt(sealed),
  });
}

const message = random(256);
const sign = await ed25519Signer(key);
const publicKey = ed25519.getPublicKey(key);
const verify = await ed25519Verifier(publicKey);
const signature = await sign(message);
await compare('Ed25519 sign', { native: () => sign(message), noble: () => ed25519.sign(message, key) });
await compare('Ed25519 verify', {
  native: () => verify(message, signature),
  noble: () => ed25519.verify(signature, message, publicKey, { zip215: false }),
});

import { chacha20poly1305 } from '@noble/ciphers/chacha.js';
import type { Aead } from '../aead.js';
import type { Bytes } from '../bytes.js';

/** ChaCha20-Poly1305 (RFC 8439) in plain JavaScript. */
export const aead: Aead = {
  seal: (key, nonce, plaintext, aad) => chacha20poly1305(key, nonce, aad).encrypt(plaintext) as Bytes,
  sealInto(key, nonce, plaintext, out) {
    chacha20poly1305(key, nonce).encrypt(plaintext, out);
  },
  open(key, nonce, ciphertext, aad) {
    try {
      return chacha20poly1305(key, nonce, aad).decrypt(ciphertext) as Bytes;
    } catch {
      return null;
    }
  },
  openInto(key, nonce, ciphertext, out) {
    try {
      chacha20poly1305(key, nonce).decrypt(ciphertext, out);
      return true;
    } catch {
      return false;
    }
  },
};

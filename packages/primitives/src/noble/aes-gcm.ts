import { gcm } from '@noble/ciphers/aes.js';
import type { AesGcm } from '../aes-gcm.js';
import type { Bytes } from '../bytes.js';

/** AES-256-GCM (NIST SP 800-38D) in plain JavaScript. */
export const aesGcm: AesGcm = {
  seal: (key, nonce, plaintext, aad) => gcm(key, nonce, aad).encrypt(plaintext) as Bytes,
  open(key, nonce, ciphertext, aad) {
    try {
      return gcm(key, nonce, aad).decrypt(ciphertext) as Bytes;
    } catch {
      return null;
    }
  },
};

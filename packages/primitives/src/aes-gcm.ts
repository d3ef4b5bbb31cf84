import { type Awaitable, pickLazily } from './backend.js';
import type { Bytes } from './bytes.js';
import { nodeCrypto, subtle } from './platform.js';

/** Bytes that the authentication tag adds to a ciphertext. */
const TAG_BYTES = 16;

/** What each back end does; lengths are checked before. */
export interface AesGcm {
  seal(key: Uint8Array, nonce: Uint8Array, plaintext: Uint8Array, aad: Uint8Array): Awaitable<Bytes>;
  open(key: Uint8Array, nonce: Uint8Array, ciphertext: Uint8Array, aad: Uint8Array): Awaitable<Bytes | null>;
}

function nodeAesGcm(crypto: NonNullable<typeof nodeCrypto>): AesGcm {
  const options = { authTagLength: TAG_BYTES };
  return {
    seal(key, nonce, plaintext, aad) {
      const cipher = crypto.createCipheriv('aes-256-gcm', key, nonce, options);
      cipher.setAAD(aad);
      const out = new Uint8Array(plaintext.length + TAG_BYTES);
      out.set(cipher.update(plaintext));
      cipher.final();
      out.set(cipher.getAuthTag(), plaintext.length);
      return out;
    },
    open(key, nonce, ciphertext, aad) {
      const length = ciphertext.length - TAG_BYTES;
      const cipher = crypto.createDecipheriv('aes-256-gcm', key, nonce, options);
      cipher.setAAD(aad);
      cipher.setAuthTag(ciphertext.subarray(length));
      const out = new Uint8Array(length);
      out.set(cipher.update(ciphertext.subarray(0, length)));
      try {
        cipher.final();
        return out;
      } catch {
        out.fill(0);
        return null;
      }
    },
  };
}

function webcryptoAesGcm(crypto: SubtleCrypto): AesGcm {
  const parameters = (nonce: Uint8Array, aad: Uint8Array): AesGcmParams => ({
    name: 'AES-GCM',
    iv: nonce as Bytes,
    additionalData: aad as Bytes,
    tagLength: 128,
  });
  const imported = (key: Uint8Array, use: 'encrypt' | 'decrypt'): Promise<CryptoKey> =>
    crypto.importKey('raw', key as Bytes, 'AES-GCM', false, [use]);
  return {
    async seal(key, nonce, plaintext, aad) {
      const secret = await imported(key, 'encrypt');
      return new Uint8Array(await crypto.encrypt(parameters(nonce, aad), secret, plaintext as Bytes));
    },
    async open(key, nonce, ciphertext, aad) {
      const secret = await imported(key, 'decrypt');
      try {
        return new Uint8Array(await crypto.decrypt(parameters(nonce, aad), secret, ciphertext as Bytes));
      } catch {
        return null;
      }
    },
  };
}

const implementation = pickLazily<AesGcm>({
  node: nodeCrypto && nodeAesGcm(nodeCrypto),
  webcrypto: subtle && webcryptoAesGcm(subtle),
  // Every engine with WebCrypto has it.
  native: async () => true,
  noble: async () => (await import('./noble/aes-gcm.js')).aesGcm,
});

function check(key: Uint8Array, nonce: Uint8Array): void {
  if (key.length !== 32) throw new RangeError('key must be 32 bytes');
  if (nonce.length !== 12) throw new RangeError('nonce must be 12 bytes');
}

/**
 * AES-256-GCM (NIST SP 800-38D): plaintext with its 16-byte tag behind it. For formats of others that ask for it; ours use
 * `aeadSeal`. Throws RangeError when the key is not 32 bytes or the nonce not 12. A nonce must never repeat under one key.
 */
export async function aesGcmSeal(
  key: Uint8Array,
  nonce: Uint8Array,
  plaintext: Uint8Array,
  aad: Uint8Array,
): Promise<Bytes> {
  check(key, nonce);
  return (await implementation()).seal(key, nonce, plaintext, aad);
}

/** Opens what `aesGcmSeal` made, or null when key, nonce, ciphertext or associated data is another. */
export async function aesGcmOpen(
  key: Uint8Array,
  nonce: Uint8Array,
  ciphertext: Uint8Array,
  aad: Uint8Array,
): Promise<Bytes | null> {
  check(key, nonce);
  if (ciphertext.length < TAG_BYTES) return null;
  return (await implementation()).open(key, nonce, ciphertext, aad);
}

import { chacha20poly1305 } from '@noble/ciphers/chacha.js';
import { type Awaitable, pick, probe } from './backend.js';
import { type Bytes, equal } from './bytes.js';
import { nodeCrypto, subtle } from './platform.js';
import { sha256 } from './sha256.js';

/** Bytes that the authentication tag adds to a ciphertext. */
export const TAG_BYTES = 16;

interface Aead {
  seal(key: Uint8Array, nonce: Uint8Array, plaintext: Uint8Array, aad: Uint8Array): Awaitable<Bytes>;
  open(key: Uint8Array, nonce: Uint8Array, ciphertext: Uint8Array, aad: Uint8Array): Awaitable<Bytes | null>;
  /** Without associated data, written into `out`, which has exactly the ciphertext's length. */
  sealInto?(key: Uint8Array, nonce: Uint8Array, plaintext: Uint8Array, out: Uint8Array): void;
}

const NONE = new Uint8Array(0);

const node: Aead | undefined = nodeCrypto && {
  seal(key, nonce, plaintext, aad) {
    const cipher = nodeCrypto!.createCipheriv('chacha20-poly1305', key, nonce, { authTagLength: TAG_BYTES });
    if (aad.length > 0) cipher.setAAD(aad, { plaintextLength: plaintext.length });
    const out = new Uint8Array(plaintext.length + TAG_BYTES);
    out.set(cipher.update(plaintext));
    cipher.final();
    out.set(cipher.getAuthTag(), plaintext.length);
    return out;
  },
  sealInto(key, nonce, plaintext, out) {
    const cipher = nodeCrypto!.createCipheriv('chacha20-poly1305', key, nonce, { authTagLength: TAG_BYTES });
    out.set(cipher.update(plaintext));
    cipher.final();
    out.set(cipher.getAuthTag(), plaintext.length);
  },
  open(key, nonce, ciphertext, aad) {
    const length = ciphertext.length - TAG_BYTES;
    const cipher = nodeCrypto!.createDecipheriv('chacha20-poly1305', key, nonce, { authTagLength: TAG_BYTES });
    if (aad.length > 0) cipher.setAAD(aad, { plaintextLength: length });
    cipher.setAuthTag(ciphertext.subarray(length));
    const out = new Uint8Array(length);
    out.set(cipher.update(ciphertext.subarray(0, length)));
    try {
      cipher.final();
    } catch {
      out.fill(0);
      return null;
    }
    return out;
  },
};

const noble: Aead = {
  sealInto(key, nonce, plaintext, out) {
    chacha20poly1305(key, nonce).encrypt(plaintext, out);
  },
  seal: (key, nonce, plaintext, aad) => chacha20poly1305(key, nonce, aad).encrypt(plaintext) as Bytes,
  open(key, nonce, ciphertext, aad) {
    try {
      return chacha20poly1305(key, nonce, aad).decrypt(ciphertext) as Bytes;
    } catch {
      return null;
    }
  },
};

const NAME = 'ChaCha20-Poly1305';

/** Whether WebCrypto has ChaCha20-Poly1305 (Chromium 156 and Node 26 do; older engines do not). */
export function webcryptoHasChacha(): Promise<boolean> {
  return probe(NAME, async () => {
    if (!subtle) throw new Error('no WebCrypto');
    const key = await subtle.importKey('raw-secret' as 'raw', new Uint8Array(32), NAME, false, ['encrypt']);
    await subtle.encrypt({ name: NAME, iv: new Uint8Array(12) } as AesGcmParams, key, NONE as Bytes);
  });
}

// One imported key serves all chunks of a file: importing again for each 64 KiB chunk would cost as much as sealing it.
// Known by its digest, so that no copy of a secret outlives its owner's wiping it.
let lastKey: { digest: Bytes; key: Promise<CryptoKey> } | undefined;
function imported(raw: Uint8Array): Promise<CryptoKey> {
  const digest = sha256(raw);
  if (lastKey && equal(lastKey.digest, digest)) return lastKey.key;
  const key = subtle!.importKey('raw-secret' as 'raw', raw as Bytes, NAME, false, ['encrypt', 'decrypt']);
  lastKey = { digest, key };
  return key;
}

function parameters(nonce: Uint8Array, aad: Uint8Array): AesGcmParams {
  return {
    name: NAME,
    iv: nonce as Bytes,
    tagLength: 128,
    ...(aad.length > 0 ? { additionalData: aad as Bytes } : {}),
  };
}

const webcrypto: Aead | undefined = subtle && {
  async seal(key, nonce, plaintext, aad) {
    if (!(await webcryptoHasChacha())) return noble.seal(key, nonce, plaintext, aad);
    return new Uint8Array(await subtle!.encrypt(parameters(nonce, aad), await imported(key), plaintext as Bytes));
  },
  async open(key, nonce, ciphertext, aad) {
    if (!(await webcryptoHasChacha())) return noble.open(key, nonce, ciphertext, aad);
    try {
      return new Uint8Array(await subtle!.decrypt(parameters(nonce, aad), await imported(key), ciphertext as Bytes));
    } catch {
      return null;
    }
  },
};

const aead = pick<Aead>({ node, webcrypto, noble });

function check(key: Uint8Array, nonce: Uint8Array): void {
  if (key.length !== 32) throw new RangeError('key must be 32 bytes');
  if (nonce.length !== 12) throw new RangeError('nonce must be 12 bytes');
}

/**
 * ChaCha20-Poly1305 (RFC 8439): plaintext with its 16-byte tag behind it.
 * Throws RangeError when the key is not 32 bytes or the nonce not 12. A nonce must never repeat under one key.
 */
export function aeadSeal(
  key: Uint8Array,
  nonce: Uint8Array,
  plaintext: Uint8Array,
  aad: Uint8Array = NONE,
): Awaitable<Bytes> {
  check(key, nonce);
  return aead().seal(key, nonce, plaintext, aad);
}

/**
 * `aeadSeal` without associated data into a buffer of the caller's, which saves a copy a chunk.
 * Throws RangeError when `out` is not 16 bytes longer than the plaintext.
 */
export function aeadSealInto(
  key: Uint8Array,
  nonce: Uint8Array,
  plaintext: Uint8Array,
  out: Uint8Array,
): Awaitable<void> {
  check(key, nonce);
  if (out.length !== plaintext.length + TAG_BYTES) throw new RangeError('out must be plaintext length plus 16 bytes');
  const chosen = aead();
  if (chosen.sealInto) return chosen.sealInto(key, nonce, plaintext, out);
  return Promise.resolve(chosen.seal(key, nonce, plaintext, NONE)).then((sealed) => out.set(sealed));
}

/** Opens what `aeadSeal` made, or null when key, nonce, ciphertext or associated data is not the one it was sealed with. */
export function aeadOpen(
  key: Uint8Array,
  nonce: Uint8Array,
  ciphertext: Uint8Array,
  aad: Uint8Array = NONE,
): Awaitable<Bytes | null> {
  check(key, nonce);
  if (ciphertext.length < TAG_BYTES) return null;
  return aead().open(key, nonce, ciphertext, aad);
}

import { type Awaitable, pickLazily, probe } from './backend.js';
import { type Bytes, equal } from './bytes.js';
import { nodeCrypto, subtle } from './platform.js';
import { sha256 } from './sha256.js';

/** Bytes that the authentication tag adds to a ciphertext. */
export const TAG_BYTES = 16;

/** What each back end does; lengths are checked before. */
export interface Aead {
  seal(key: Uint8Array, nonce: Uint8Array, plaintext: Uint8Array, aad: Uint8Array): Awaitable<Bytes>;
  open(key: Uint8Array, nonce: Uint8Array, ciphertext: Uint8Array, aad: Uint8Array): Awaitable<Bytes | null>;
  /** Without associated data, written into `out`, which has exactly the ciphertext's length. */
  sealInto(key: Uint8Array, nonce: Uint8Array, plaintext: Uint8Array, out: Uint8Array): Awaitable<void>;
  /** Without associated data, written into `out`, which has exactly the plaintext's length. */
  openInto(key: Uint8Array, nonce: Uint8Array, ciphertext: Uint8Array, out: Uint8Array): Awaitable<boolean>;
}

const NONE = new Uint8Array(0);

function nodeAead(crypto: NonNullable<typeof nodeCrypto>): Aead {
  const options = { authTagLength: TAG_BYTES };
  function seal(key: Uint8Array, nonce: Uint8Array, plaintext: Uint8Array, aad: Uint8Array, out: Uint8Array): void {
    const cipher = crypto.createCipheriv('chacha20-poly1305', key, nonce, options);
    if (aad.length > 0) cipher.setAAD(aad, { plaintextLength: plaintext.length });
    out.set(cipher.update(plaintext));
    cipher.final();
    out.set(cipher.getAuthTag(), plaintext.length);
  }
  function open(key: Uint8Array, nonce: Uint8Array, ciphertext: Uint8Array, aad: Uint8Array, out: Uint8Array): boolean {
    const length = ciphertext.length - TAG_BYTES;
    const cipher = crypto.createDecipheriv('chacha20-poly1305', key, nonce, options);
    if (aad.length > 0) cipher.setAAD(aad, { plaintextLength: length });
    cipher.setAuthTag(ciphertext.subarray(length));
    out.set(cipher.update(ciphertext.subarray(0, length)));
    try {
      cipher.final();
      return true;
    } catch {
      return false;
    }
  }
  return {
    seal(key, nonce, plaintext, aad) {
      const out = new Uint8Array(plaintext.length + TAG_BYTES);
      seal(key, nonce, plaintext, aad, out);
      return out;
    },
    sealInto: (key, nonce, plaintext, out) => seal(key, nonce, plaintext, NONE, out),
    open(key, nonce, ciphertext, aad) {
      const out = new Uint8Array(ciphertext.length - TAG_BYTES);
      if (open(key, nonce, ciphertext, aad, out)) return out;
      out.fill(0);
      return null;
    },
    openInto: (key, nonce, ciphertext, out) => open(key, nonce, ciphertext, NONE, out),
  };
}

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

function webcryptoAead(crypto: SubtleCrypto): Aead {
  async function seal(key: Uint8Array, nonce: Uint8Array, plaintext: Uint8Array, aad: Uint8Array): Promise<Bytes> {
    return new Uint8Array(await crypto.encrypt(parameters(nonce, aad), await imported(key), plaintext as Bytes));
  }
  async function open(
    key: Uint8Array,
    nonce: Uint8Array,
    ciphertext: Uint8Array,
    aad: Uint8Array,
  ): Promise<Bytes | null> {
    const secret = await imported(key);
    try {
      return new Uint8Array(await crypto.decrypt(parameters(nonce, aad), secret, ciphertext as Bytes));
    } catch {
      return null;
    }
  }
  return {
    seal,
    async sealInto(key, nonce, plaintext, out) {
      out.set(await seal(key, nonce, plaintext, NONE));
    },
    open,
    async openInto(key, nonce, ciphertext, out) {
      const plaintext = await open(key, nonce, ciphertext, NONE);
      if (plaintext) out.set(plaintext);
      return plaintext !== null;
    },
  };
}

const implementation = pickLazily<Aead>({
  node: nodeCrypto && nodeAead(nodeCrypto),
  webcrypto: subtle && webcryptoAead(subtle),
  native: webcryptoHasChacha,
  noble: async () => (await import('./noble/aead.js')).aead,
});

/** Runs with the chosen implementation: at once where it is there, so that Node keeps answering without a promise. */
function run<T>(use: (aead: Aead) => Awaitable<T>): Awaitable<T> {
  const chosen = implementation();
  return chosen instanceof Promise ? chosen.then(use) : use(chosen);
}

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
  return run((aead) => aead.seal(key, nonce, plaintext, aad));
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
  return run((aead) => aead.sealInto(key, nonce, plaintext, out));
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
  return run((aead) => aead.open(key, nonce, ciphertext, aad));
}

/**
 * `aeadOpen` without associated data into a buffer of the caller's. False when it does not open: `out` is zeros then.
 * Throws RangeError when `out` is not 16 bytes shorter than the ciphertext.
 */
export function aeadOpenInto(
  key: Uint8Array,
  nonce: Uint8Array,
  ciphertext: Uint8Array,
  out: Uint8Array,
): Awaitable<boolean> {
  check(key, nonce);
  if (out.length + TAG_BYTES !== ciphertext.length) throw new RangeError('out must be ciphertext length less 16 bytes');
  const release = (opened: boolean): boolean => {
    if (!opened) out.fill(0);
    return opened;
  };
  const opened = run((aead) => aead.openInto(key, nonce, ciphertext, out));
  return opened instanceof Promise ? opened.then(release) : release(opened);
}

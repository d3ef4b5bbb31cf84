import { aeadOpen, aeadSeal } from './aead.js';
import { type Bytes, concat, uint } from './bytes.js';
import { hkdfExpand, hkdfExtract } from './hkdf.js';
import { utf8 } from './text.js';
import { XWING_CIPHERTEXT_BYTES, xwingDecapsulate, xwingEncapsulate } from './xwing.js';

// HPKE base mode (RFC 9180), one suite: X-Wing 0x647a, HKDF-SHA256 0x0001, ChaCha20-Poly1305 0x0003.
const SUITE = concat(utf8('HPKE'), uint(0x647a, 2), uint(0x0001, 2), uint(0x0003, 2));
const VERSION = utf8('HPKE-v1');
/** Bytes of X-Wing's shared secret. */
const SHARED_BYTES = 32;
const NONE = new Uint8Array(0);

function labeledExtract(salt: Uint8Array, label: string, ikm: Uint8Array): Bytes {
  return hkdfExtract(concat(VERSION, SUITE, utf8(label), ikm), salt);
}

function labeledExpand(prk: Uint8Array, label: string, info: Uint8Array, length: number): Bytes {
  return hkdfExpand(prk, concat(uint(length, 2), VERSION, SUITE, utf8(label), info), length);
}

function schedule(shared: Uint8Array, info: Uint8Array): { key: Bytes; nonce: Bytes } {
  const context = concat(
    Uint8Array.of(0),
    labeledExtract(NONE, 'psk_id_hash', NONE),
    labeledExtract(NONE, 'info_hash', info),
  );
  const secret = labeledExtract(shared, 'secret', NONE);
  return { key: labeledExpand(secret, 'key', context, 32), nonce: labeledExpand(secret, 'base_nonce', context, 12) };
}

/**
 * Seals one message to an X-Wing public key (1216 bytes): the encapsulated key (1120 bytes) and the ciphertext.
 * Null when the public key is not a valid one. `info` separates domains; the opener must give the same.
 */
export async function hpkeSeal(
  publicKey: Uint8Array,
  info: Uint8Array,
  plaintext: Uint8Array,
  aad: Uint8Array = NONE,
): Promise<{ enc: Bytes; ciphertext: Bytes } | null> {
  const kem = await xwingEncapsulate(publicKey);
  if (kem === null) return null;
  const { key, nonce } = schedule(kem.shared, info);
  return { enc: kem.ciphertext, ciphertext: await aeadSeal(key, nonce, plaintext, aad) };
}

/** Opens what `hpkeSeal` made for this seed's public key, or null when it was made for another, with other info, or changed. */
export async function hpkeOpen(
  seed: Uint8Array,
  info: Uint8Array,
  enc: Uint8Array,
  ciphertext: Uint8Array,
  aad: Uint8Array = NONE,
): Promise<Bytes | null> {
  if (enc.length !== XWING_CIPHERTEXT_BYTES) return null;
  const shared = await xwingDecapsulate(seed, enc);
  return shared && hpkeOpenWith(shared, info, ciphertext, aad);
}

/**
 * `hpkeOpen` for a caller who has decapsulated already: once for many ciphertexts, or inside a key that cannot be
 * exported. `shared` is X-Wing's 32-byte shared secret. Throws RangeError when it has another length.
 */
export async function hpkeOpenWith(
  shared: Uint8Array,
  info: Uint8Array,
  ciphertext: Uint8Array,
  aad: Uint8Array = NONE,
): Promise<Bytes | null> {
  if (shared.length !== SHARED_BYTES) throw new RangeError('shared secret must be 32 bytes');
  const { key, nonce } = schedule(shared, info);
  return aeadOpen(key, nonce, ciphertext, aad);
}

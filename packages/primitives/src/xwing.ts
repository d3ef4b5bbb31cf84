import { pick } from './backend.js';
import { type Bytes, concat, randomBytes } from './bytes.js';
import { sha3 as jsSha3, shake256 } from './js/keccak.js';
import { MLKEM_CIPHERTEXT_BYTES, MLKEM_PUBLIC_BYTES, mlkemEncapsulate, mlkemOpener, mlkemPublicKey } from './mlkem.js';
import { nodeCrypto } from './platform.js';
import { utf8 } from './text.js';
import { x25519Opener, x25519PublicKey } from './x25519.js';

// X-Wing (draft-connolly-cfrg-xwing-kem): ML-KEM-768 and X25519 side by side, joined by SHA3-256.
/** Bytes of an X-Wing public key. */
export const XWING_PUBLIC_BYTES = 1216;
/** Bytes of an X-Wing ciphertext (encapsulated key). */
export const XWING_CIPHERTEXT_BYTES = 1120;
/** Bytes of an X-Wing secret key, a seed. */
export const XWING_SEED_BYTES = 32;

const LABEL = utf8('\\.//^\\');

const sha3 = pick<{ shake256(data: Uint8Array, length: number): Bytes; sha3(data: Uint8Array): Bytes }>({
  node: nodeCrypto && {
    shake256: (data, outputLength) =>
      new Uint8Array(nodeCrypto!.createHash('shake256', { outputLength }).update(data).digest()),
    sha3: (data) => new Uint8Array(nodeCrypto!.createHash('sha3-256').update(data).digest()),
  },
  noble: {
    shake256,
    sha3: jsSha3,
  },
});

/** An X-Wing seed's two secrets: ML-KEM-768's 64-byte seed and X25519's 32-byte secret key. Throws RangeError on another length. */
export function xwingExpand(seed: Uint8Array): { mlkem: Bytes; x25519: Bytes } {
  if (seed.length !== XWING_SEED_BYTES) throw new RangeError('seed must be 32 bytes');
  const wide = sha3().shake256(seed, 96);
  return { mlkem: wide.slice(0, 64), x25519: wide.slice(64) };
}

/**
 * X-Wing's shared secret (32 bytes) from those of its halves, for keys that live apart. `x25519Ciphertext` is the sender's
 * ephemeral public key (the last 32 bytes of an X-Wing ciphertext), `x25519Public` the recipient's X25519 key (the last 32
 * of an X-Wing public key). Throws RangeError when one of the four is not 32 bytes.
 */
export function xwingCombine(
  mlkemShared: Uint8Array,
  x25519Secret: Uint8Array,
  x25519Ciphertext: Uint8Array,
  x25519Public: Uint8Array,
): Bytes {
  const parts = [mlkemShared, x25519Secret, x25519Ciphertext, x25519Public];
  if (parts.some((part) => part.length !== 32)) throw new RangeError('each part must be 32 bytes');
  return sha3().sha3(concat(...parts, LABEL));
}

/** The public key (1216 bytes) of a 32-byte seed. Throws RangeError on another length. */
export async function xwingPublicKey(seed: Uint8Array): Promise<Bytes> {
  const secret = xwingExpand(seed);
  return concat(await mlkemPublicKey(secret.mlkem), await x25519PublicKey(secret.x25519));
}

/** A fresh shared secret (32 bytes) and its ciphertext for a public key, or null when that key is not a valid one. */
export async function xwingEncapsulate(publicKey: Uint8Array): Promise<{ ciphertext: Bytes; shared: Bytes } | null> {
  if (publicKey.length !== XWING_PUBLIC_BYTES) return null;
  const theirs = publicKey.subarray(MLKEM_PUBLIC_BYTES);
  const ephemeral = await x25519Opener(randomBytes(32));
  const classical = await ephemeral.shared(theirs);
  if (classical === null) return null;
  const post = await mlkemEncapsulate(publicKey.subarray(0, MLKEM_PUBLIC_BYTES));
  if (post === null) return null;
  return {
    ciphertext: concat(post.ciphertext, ephemeral.publicKey),
    shared: xwingCombine(post.shared, classical, ephemeral.publicKey, theirs),
  };
}

/** A secret key imported once, for many ciphertexts. */
export interface XwingOpener {
  /** The public key, 1216 bytes. */
  readonly publicKey: Bytes;
  /** As `xwingDecapsulate`. */
  decapsulate(ciphertext: Uint8Array): Promise<Bytes | null>;
}

/** Imports a 32-byte seed for many decapsulations. Throws RangeError on another length. */
export async function xwingOpener(seed: Uint8Array): Promise<XwingOpener> {
  const secret = xwingExpand(seed);
  const [post, classical] = await Promise.all([mlkemOpener(secret.mlkem), x25519Opener(secret.x25519)]);
  return {
    publicKey: concat(post.publicKey, classical.publicKey),
    async decapsulate(ciphertext) {
      if (ciphertext.length !== XWING_CIPHERTEXT_BYTES) return null;
      const ephemeralPublic = ciphertext.subarray(MLKEM_CIPHERTEXT_BYTES);
      const agreed = await classical.shared(ephemeralPublic);
      if (agreed === null) return null;
      const shared = await post.decapsulate(ciphertext.subarray(0, MLKEM_CIPHERTEXT_BYTES));
      return shared && xwingCombine(shared, agreed, ephemeralPublic, classical.publicKey);
    },
  };
}

/**
 * The shared secret (32 bytes) of a ciphertext for a 32-byte seed, or null when its length is wrong or its X25519 half is
 * of low order. A changed ML-KEM half gives another secret, not null (implicit rejection, FIPS 203 section 6.3).
 * Throws RangeError when the seed is not 32 bytes. Importing the key each time costs more than the decapsulation: see
 * `xwingOpener`.
 */
export async function xwingDecapsulate(seed: Uint8Array, ciphertext: Uint8Array): Promise<Bytes | null> {
  return (await xwingOpener(seed)).decapsulate(ciphertext);
}

import { type Awaitable, pickLazily, probe } from './backend.js';
import { type Bytes, concat, equal } from './bytes.js';
import { nodeCrypto, subtle } from './platform.js';
import { fromHex } from './text.js';

/** A secret key imported once. */
interface PreparedKey {
  publicKey(): Awaitable<Bytes>;
  /** Throws when the secret would be all zeros. */
  shared(publicKey: Uint8Array): Awaitable<Bytes>;
}

/** What each back end does; lengths are checked before. */
export interface X25519 {
  prepare(secretKey: Uint8Array): Awaitable<PreparedKey>;
}

// RFC 8410 encodings around the 32 raw bytes.
const PKCS8 = fromHex('302e020100300506032b656e04220420')!;
const SPKI = fromHex('302a300506032b656e032100')!;
const BASE = Uint8Array.of(9, ...new Array<number>(31).fill(0));
const ZERO = new Uint8Array(32);

const node: X25519 | undefined = nodeCrypto && {
  prepare(secretKey) {
    const der = Buffer.from(concat(PKCS8, secretKey).buffer); // not a copy in the slab that all Buffers share
    const mine = nodeCrypto!.createPrivateKey({ key: der, type: 'pkcs8', format: 'der' });
    der.fill(0);
    return {
      publicKey() {
        const key = nodeCrypto!.createPublicKey(mine);
        return new Uint8Array(key.export({ type: 'spki', format: 'der' }).subarray(SPKI.length));
      },
      shared(publicKey) {
        const key = Buffer.from(concat(SPKI, publicKey));
        const theirs = nodeCrypto!.createPublicKey({ key, type: 'spki', format: 'der' });
        return new Uint8Array(nodeCrypto!.diffieHellman({ privateKey: mine, publicKey: theirs }));
      },
    };
  },
};

function webcryptoHasX25519(): Promise<boolean> {
  return probe('X25519', async () => {
    if (!subtle) throw new Error('no WebCrypto');
    await subtle.importKey('raw', BASE, 'X25519', false, []);
  });
}

const noble = async (): Promise<X25519> => (await import('./noble/curve25519.js')).x25519;

const webcrypto: X25519 | undefined = subtle && {
  async prepare(secretKey) {
    const der = concat(PKCS8, secretKey);
    const mine = await subtle!.importKey('pkcs8', der, 'X25519', false, ['deriveBits']).catch(() => null);
    // WebKitGTK refuses a secret that begins with a zero byte: one in 256.
    if (mine === null) return (await noble()).prepare(secretKey);
    const shared = async (publicKey: Uint8Array): Promise<Bytes> => {
      const theirs = await subtle!.importKey('raw', publicKey as Bytes, 'X25519', false, []);
      return new Uint8Array(await subtle!.deriveBits({ name: 'X25519', public: theirs }, mine, 256));
    };
    // The public key is the shared secret with the base point.
    return { publicKey: () => shared(BASE), shared };
  },
};

const implementation = pickLazily<X25519>({
  node,
  webcrypto,
  native: webcryptoHasX25519,
  noble,
});

async function prepare(secretKey: Uint8Array): Promise<PreparedKey> {
  if (secretKey.length !== 32) throw new RangeError('secret key must be 32 bytes');
  return (await implementation()).prepare(secretKey);
}

async function agree(key: PreparedKey, publicKey: Uint8Array): Promise<Bytes | null> {
  try {
    const shared = await key.shared(publicKey);
    return equal(shared, ZERO) ? null : shared;
  } catch {
    return null; // every back end refuses an all-zero secret, each with its own error
  }
}

/** A secret key imported once, for many public keys. */
export interface X25519Opener {
  /** The key's own public half, 32 bytes. */
  readonly publicKey: Bytes;
  /** As `x25519Shared`. Rejects with RangeError when the public key is not 32 bytes. */
  shared(publicKey: Uint8Array): Promise<Bytes | null>;
}

/** Imports a secret key for many agreements. Throws RangeError when it is not 32 bytes. */
export async function x25519Opener(secretKey: Uint8Array): Promise<X25519Opener> {
  const key = await prepare(secretKey);
  return {
    publicKey: await key.publicKey(),
    async shared(publicKey) {
      if (publicKey.length !== 32) throw new RangeError('public key must be 32 bytes');
      return agree(key, publicKey);
    },
  };
}

/** The X25519 public key (RFC 7748) of a 32-byte secret key. Throws RangeError on another length. */
export async function x25519PublicKey(secretKey: Uint8Array): Promise<Bytes> {
  return (await prepare(secretKey)).publicKey();
}

/**
 * The X25519 shared secret, 32 bytes, or null when the public key is of low order (an all-zero secret, RFC 7748 section 6.1).
 * Throws RangeError when either key is not 32 bytes. Importing the key each time is slower: see `x25519Opener`.
 */
export async function x25519Shared(secretKey: Uint8Array, publicKey: Uint8Array): Promise<Bytes | null> {
  if (publicKey.length !== 32) throw new RangeError('public key must be 32 bytes');
  return agree(await prepare(secretKey), publicKey);
}

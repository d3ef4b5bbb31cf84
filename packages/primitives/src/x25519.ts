import { type Awaitable, pick, probe } from './backend.js';
import { type Bytes, concat, equal } from './bytes.js';
import { x25519 } from './curve25519.js';
import { nodeCrypto, subtle } from './platform.js';
import { fromHex } from './text.js';

interface X25519 {
  publicKey(secretKey: Uint8Array): Awaitable<Bytes>;
  shared(secretKey: Uint8Array, publicKey: Uint8Array): Awaitable<Bytes>;
}

const PKCS8 = fromHex('302e020100300506032b656e04220420')!;
const SPKI = fromHex('302a300506032b656e032100')!;
const BASE = Uint8Array.of(9, ...new Array<number>(31).fill(0));
const ZERO = new Uint8Array(32);

function privateKeyObject(secretKey: Uint8Array): import('node:crypto').KeyObject {
  return nodeCrypto!.createPrivateKey({ key: Buffer.from(concat(PKCS8, secretKey)), type: 'pkcs8', format: 'der' });
}

const node: X25519 | undefined = nodeCrypto && {
  publicKey(secretKey) {
    const key = nodeCrypto!.createPublicKey(privateKeyObject(secretKey));
    return new Uint8Array(key.export({ type: 'spki', format: 'der' }).subarray(SPKI.length));
  },
  shared(secretKey, publicKey) {
    const theirs = nodeCrypto!.createPublicKey({
      key: Buffer.from(concat(SPKI, publicKey)),
      type: 'spki',
      format: 'der',
    });
    return new Uint8Array(nodeCrypto!.diffieHellman({ privateKey: privateKeyObject(secretKey), publicKey: theirs }));
  },
};

const noble: X25519 = {
  publicKey: (secretKey) => x25519.getPublicKey(secretKey) as Bytes,
  shared: (secretKey, publicKey) => x25519.getSharedSecret(secretKey, publicKey) as Bytes,
};

function webcryptoHasX25519(): Promise<boolean> {
  return probe('X25519', async () => {
    if (!subtle) throw new Error('no WebCrypto');
    await subtle.importKey('raw', BASE, 'X25519', false, []);
  });
}

async function webcryptoShared(secretKey: Uint8Array, publicKey: Uint8Array): Promise<Bytes> {
  const mine = await subtle!.importKey('pkcs8', concat(PKCS8, secretKey), 'X25519', false, ['deriveBits']);
  const theirs = await subtle!.importKey('raw', publicKey as Bytes, 'X25519', false, []);
  return new Uint8Array(await subtle!.deriveBits({ name: 'X25519', public: theirs }, mine, 256));
}

const webcrypto: X25519 | undefined = subtle && {
  async publicKey(secretKey) {
    // The public key is the shared secret with the base point.
    return (await webcryptoHasX25519()) ? webcryptoShared(secretKey, BASE) : noble.publicKey(secretKey);
  },
  async shared(secretKey, publicKey) {
    return (await webcryptoHasX25519()) ? webcryptoShared(secretKey, publicKey) : noble.shared(secretKey, publicKey);
  },
};

const implementation = pick<X25519>({ node, webcrypto, noble });

/** The X25519 public key (RFC 7748) of a 32-byte secret key. Throws RangeError on another length. */
export async function x25519PublicKey(secretKey: Uint8Array): Promise<Bytes> {
  if (secretKey.length !== 32) throw new RangeError('secret key must be 32 bytes');
  return implementation().publicKey(secretKey);
}

/**
 * The X25519 shared secret, 32 bytes, or null when the public key is of low order (an all-zero secret, RFC 7748 section 6.1).
 * Throws RangeError when either key is not 32 bytes.
 */
export async function x25519Shared(secretKey: Uint8Array, publicKey: Uint8Array): Promise<Bytes | null> {
  if (secretKey.length !== 32 || publicKey.length !== 32) throw new RangeError('keys must be 32 bytes');
  try {
    const shared = await implementation().shared(secretKey, publicKey);
    return equal(shared, ZERO) ? null : shared;
  } catch {
    return null; // every back end refuses an all-zero secret, each with its own error
  }
}

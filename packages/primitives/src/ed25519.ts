import { type Awaitable, pickLazily, probe } from './backend.js';
import { type Bytes, concat, randomBytes } from './bytes.js';
import { publicHalf } from './jwk.js';
import { nodeCrypto, subtle } from './platform.js';
import { fromHex, hex } from './text.js';

/** Signs with one imported key: 64 bytes. */
export type SignFunction = (message: Uint8Array) => Awaitable<Bytes>;
/** Checks signatures of one imported public key. */
export type VerifyFunction = (message: Uint8Array, signature: Uint8Array) => Awaitable<boolean>;

/** What each back end does; lengths and points are checked before. */
export interface Ed25519 {
  publicKey(secretKey: Uint8Array): Awaitable<Bytes>;
  signer(secretKey: Uint8Array): Awaitable<SignFunction>;
  verifier(publicKey: Uint8Array): Awaitable<VerifyFunction>;
}

// The field's prime and the order of the base point (RFC 8032 section 5.1).
const PRIME = 2n ** 255n - 19n;
const ORDER = 2n ** 252n + 27742317777372353535851937790883648493n;

/** The number that bytes stand for, least significant first (RFC 8032 section 5.1.2). */
function littleEndian(data: Uint8Array): bigint {
  return BigInt(`0x${hex(Uint8Array.from(data).reverse())}`);
}

// RFC 8410 encodings around the 32 raw bytes.
const PKCS8 = fromHex('302e020100300506032b657004220420')!;
const SPKI = fromHex('302a300506032b6570032100')!;

const node: Ed25519 | undefined = nodeCrypto && {
  publicKey(secretKey) {
    const key = nodeCrypto!.createPublicKey(privateKeyObject(secretKey));
    return new Uint8Array(key.export({ type: 'spki', format: 'der' }).subarray(SPKI.length));
  },
  signer(secretKey) {
    const key = privateKeyObject(secretKey);
    return (message) => new Uint8Array(nodeCrypto!.sign(null, message, key));
  },
  verifier(publicKey) {
    const der = Buffer.from(concat(SPKI, publicKey));
    const key = nodeCrypto!.createPublicKey({ key: der, type: 'spki', format: 'der' });
    return (message, signature) => nodeCrypto!.verify(null, message, key, signature);
  },
};

function privateKeyObject(secretKey: Uint8Array): import('node:crypto').KeyObject {
  // On memory of its own: a Buffer that copies lies in a slab that the whole process shares.
  const der = Buffer.from(concat(PKCS8, secretKey).buffer);
  const key = nodeCrypto!.createPrivateKey({ key: der, type: 'pkcs8', format: 'der' });
  der.fill(0);
  return key;
}

// The base point (RFC 8032 section 5.1), encoded.
const BASE = new Uint8Array(32).fill(0x66).fill(0x58, 0, 1);

/** Whether WebCrypto has Ed25519. */
export function webcryptoHasEd25519(): Promise<boolean> {
  return probe('Ed25519', async () => {
    if (!subtle) throw new Error('no WebCrypto');
    await subtle.importKey('raw', BASE, 'Ed25519', false, ['verify']);
  });
}

const noble = async (): Promise<Ed25519> => (await import('./noble/curve25519.js')).ed25519;

/** Null for what WebKitGTK refuses: a secret that begins with a zero byte, one in 256. */
const imported = (secretKey: Uint8Array, extractable: boolean): Promise<CryptoKey | null> =>
  subtle!.importKey('pkcs8', concat(PKCS8, secretKey), 'Ed25519', extractable, ['sign']).catch(() => null);

const webcrypto: Ed25519 | undefined = subtle && {
  async publicKey(secretKey) {
    const key = await imported(secretKey, true);
    return key === null ? (await noble()).publicKey(secretKey) : publicHalf(key);
  },
  async signer(secretKey) {
    const key = await imported(secretKey, false);
    if (key === null) return (await noble()).signer(secretKey);
    return async (message) => new Uint8Array(await subtle!.sign('Ed25519', key, message as Bytes));
  },
  async verifier(publicKey) {
    const key = await subtle!.importKey('raw', publicKey as Bytes, 'Ed25519', false, ['verify']);
    return (message, signature) => subtle!.verify('Ed25519', key, signature as Bytes, message as Bytes);
  },
};

const implementation = pickLazily<Ed25519>({
  node,
  webcrypto,
  native: webcryptoHasEd25519,
  noble,
});

// y-coordinates of the eight points of small order; a key or R among them lets one signature fit many messages.
const SMALL_ORDER_Y = new Set<bigint>([
  0n,
  1n,
  PRIME - 1n,
  littleEndian(fromHex('26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05')!),
  littleEndian(fromHex('c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a')!),
]);

// Highest bytes of what may be unsound; with any other, nothing needs to be computed.
const DOUBTFUL = new Set([PRIME, ...SMALL_ORDER_Y].map((y) => Number(y >> 248n)));

/** A canonical encoding (y < p) that is not of small order. */
function soundPoint(encoded: Uint8Array): boolean {
  if (!DOUBTFUL.has(encoded[31]! & 0x7f)) return true;
  const y = littleEndian(encoded) & (2n ** 255n - 1n);
  return y < PRIME && !SMALL_ORDER_Y.has(y);
}

/**
 * Makes an Ed25519 key pair (RFC 8032): the 32-byte secret key (seed) and the 32-byte public key.
 * Throws RangeError when `random` does not give 32 bytes.
 */
export async function ed25519Generate(
  random: (length: number) => Uint8Array = randomBytes,
): Promise<{ secretKey: Bytes; publicKey: Bytes }> {
  const secretKey = new Uint8Array(random(32));
  if (secretKey.length !== 32) throw new RangeError('random source gave another length');
  return { secretKey, publicKey: await (await implementation()).publicKey(secretKey) };
}

/** The public key of a 32-byte secret key. Throws RangeError on another length. */
export async function ed25519PublicKey(secretKey: Uint8Array): Promise<Bytes> {
  if (secretKey.length !== 32) throw new RangeError('secret key must be 32 bytes');
  return (await implementation()).publicKey(secretKey);
}

/** Imports a secret key once, for many signatures. Throws RangeError when it is not 32 bytes. */
export async function ed25519Signer(secretKey: Uint8Array): Promise<SignFunction> {
  if (secretKey.length !== 32) throw new RangeError('secret key must be 32 bytes');
  return (await implementation()).signer(secretKey);
}

/**
 * Imports a public key once, for many checks. One strict rule on every back end: S below the group order, A and R
 * canonical and not of small order, and the equation without cofactor (RFC 8032 section 5.1.7; Chalkias, Garillot,
 * Nikolaenko, "Taming the many EdDSAs", 2020). Every back end gives the same verdict on any bytes. A mixed-order key is
 * not refused as such: a signature under it is right or wrong as OpenSSL finds it. A key that breaks the rule gives a verifier that refuses everything. Throws RangeError when it is not 32 bytes.
 */
export async function ed25519Verifier(publicKey: Uint8Array): Promise<VerifyFunction> {
  if (publicKey.length !== 32) throw new RangeError('public key must be 32 bytes');
  if (!soundPoint(publicKey)) return () => false;
  const chosen = await implementation();
  let check: VerifyFunction;
  try {
    check = await chosen.verifier(publicKey);
  } catch {
    return () => false; // not a point of the curve
  }
  return (message, signature) =>
    signature.length === 64 &&
    (signature[63]! < 0x10 || littleEndian(signature.subarray(32)) < ORDER) && // the order is above 2^252
    soundPoint(signature.subarray(0, 32)) &&
    check(message, signature);
}

/** One signature. Importing the key each time is slower: see `ed25519Signer`. */
export async function ed25519Sign(secretKey: Uint8Array, message: Uint8Array): Promise<Bytes> {
  return (await ed25519Signer(secretKey))(message);
}

/** One check; false for anything but a valid signature. */
export async function ed25519Verify(
  publicKey: Uint8Array,
  message: Uint8Array,
  signature: Uint8Array,
): Promise<boolean> {
  return publicKey.length === 32 && (await ed25519Verifier(publicKey))(message, signature);
}

import { sha3_256, shake256 } from '@noble/hashes/sha3.js';
import { ml_kem768 } from '@noble/post-quantum/ml-kem.js';
import { type Awaitable, pick, probe } from './backend.js';
import { type Bytes, concat, randomBytes } from './bytes.js';
import { nodeCrypto, subtle } from './platform.js';
import { utf8 } from './text.js';
import { x25519PublicKey, x25519Shared } from './x25519.js';

// X-Wing (draft-connolly-cfrg-xwing-kem): ML-KEM-768 and X25519 side by side, joined by SHA3-256.
/** Bytes of an X-Wing public key. */
export const XWING_PUBLIC_BYTES = 1216;
/** Bytes of an X-Wing ciphertext (encapsulated key). */
export const XWING_CIPHERTEXT_BYTES = 1120;
/** Bytes of an X-Wing secret key, a seed. */
export const XWING_SEED_BYTES = 32;

const EK_BYTES = 1184;
const MLKEM_CIPHERTEXT_BYTES = 1088;
const LABEL = utf8('\\.//^\\');

interface MlKem {
  publicKey(seed64: Uint8Array): Awaitable<Bytes>;
  encapsulate(publicKey: Uint8Array): Awaitable<{ ciphertext: Bytes; shared: Bytes }>;
  decapsulate(seed64: Uint8Array, ciphertext: Uint8Array): Awaitable<Bytes>;
}

// Node 26 takes raw keys and encapsulates without an experimental warning; older Nodes have neither.
interface RawKeys {
  createPrivateKey(o: {
    key: Uint8Array;
    format: 'raw-seed';
    asymmetricKeyType: 'ml-kem-768';
  }): import('node:crypto').KeyObject;
  createPublicKey(o: {
    key: Uint8Array;
    format: 'raw-public';
    asymmetricKeyType: 'ml-kem-768';
  }): import('node:crypto').KeyObject;
  encapsulate(key: import('node:crypto').KeyObject): { sharedKey: Uint8Array; ciphertext: Uint8Array };
  decapsulate(key: import('node:crypto').KeyObject, ciphertext: Uint8Array): Uint8Array;
}

function nodeMlKem(): MlKem | undefined {
  const raw = nodeCrypto as unknown as RawKeys | undefined;
  if (typeof raw?.encapsulate !== 'function') return undefined;
  const secret = (seed64: Uint8Array) =>
    raw.createPrivateKey({ key: seed64, format: 'raw-seed', asymmetricKeyType: 'ml-kem-768' });
  try {
    secret(new Uint8Array(64));
  } catch {
    return undefined;
  }
  return {
    publicKey(seed64) {
      const key = nodeCrypto!.createPublicKey(secret(seed64));
      return new Uint8Array(
        (key as unknown as { export(o: { format: 'raw-public' }): Uint8Array }).export({ format: 'raw-public' }),
      );
    },
    encapsulate(publicKey) {
      const key = raw.createPublicKey({ key: publicKey, format: 'raw-public', asymmetricKeyType: 'ml-kem-768' });
      const { sharedKey, ciphertext } = raw.encapsulate(key);
      return { ciphertext: new Uint8Array(ciphertext), shared: new Uint8Array(sharedKey) };
    },
    decapsulate: (seed64, ciphertext) => new Uint8Array(raw.decapsulate(secret(seed64), ciphertext)),
  };
}

const noble: MlKem = {
  publicKey: (seed64) => ml_kem768.keygen(seed64).publicKey as Bytes,
  encapsulate(publicKey) {
    const { cipherText, sharedSecret } = ml_kem768.encapsulate(publicKey, randomBytes(32));
    return { ciphertext: cipherText as Bytes, shared: sharedSecret as Bytes };
  },
  decapsulate: (seed64, ciphertext) => ml_kem768.decapsulate(ciphertext, ml_kem768.keygen(seed64).secretKey) as Bytes,
};

const NAME = 'ML-KEM-768';
interface KemSubtle {
  importKey(
    format: 'raw-seed' | 'raw-public',
    key: Uint8Array,
    name: string,
    extractable: boolean,
    usages: string[],
  ): Promise<CryptoKey>;
  encapsulateBits(name: string, key: CryptoKey): Promise<{ ciphertext: ArrayBuffer; sharedKey: ArrayBuffer }>;
  decapsulateBits(name: string, key: CryptoKey, ciphertext: Uint8Array): Promise<ArrayBuffer>;
}
const kem = subtle as unknown as KemSubtle | undefined;

function webcryptoHasMlKem(): Promise<boolean> {
  return probe(NAME, async () => {
    if (!kem) throw new Error('no WebCrypto');
    await kem.importKey('raw-seed', new Uint8Array(64), NAME, false, ['decapsulateBits']);
  });
}

const webcrypto: MlKem | undefined = kem && {
  publicKey: noble.publicKey, // WebCrypto gives no public key from a seed it does not export
  async encapsulate(publicKey) {
    if (!(await webcryptoHasMlKem())) return noble.encapsulate(publicKey);
    const key = await kem!.importKey('raw-public', publicKey, NAME, false, ['encapsulateBits']);
    const { ciphertext, sharedKey } = await kem!.encapsulateBits(NAME, key);
    return { ciphertext: new Uint8Array(ciphertext), shared: new Uint8Array(sharedKey) };
  },
  async decapsulate(seed64, ciphertext) {
    if (!(await webcryptoHasMlKem())) return noble.decapsulate(seed64, ciphertext);
    const key = await kem!.importKey('raw-seed', seed64, NAME, false, ['decapsulateBits']);
    return new Uint8Array(await kem!.decapsulateBits(NAME, key, ciphertext));
  },
};

const nodeKem = nodeMlKem();
const mlkem = pick<MlKem>({ node: nodeKem, webcrypto, noble });

/** Whether ML-KEM runs natively here. */
export async function kemIsNative(): Promise<boolean> {
  const chosen = mlkem();
  return chosen === nodeKem || (chosen === webcrypto && (await webcryptoHasMlKem()));
}

const sha3 = pick<{ shake256(data: Uint8Array, length: number): Bytes; sha3(data: Uint8Array): Bytes }>({
  node: nodeCrypto && {
    shake256: (data, outputLength) =>
      new Uint8Array(nodeCrypto!.createHash('shake256', { outputLength }).update(data).digest()),
    sha3: (data) => new Uint8Array(nodeCrypto!.createHash('sha3-256').update(data).digest()),
  },
  noble: {
    shake256: (data, dkLen) => shake256(data, { dkLen }) as Bytes,
    sha3: (data) => sha3_256(data) as Bytes,
  },
});

function expand(seed: Uint8Array): { mlkem: Bytes; x25519: Bytes } {
  if (seed.length !== XWING_SEED_BYTES) throw new RangeError('seed must be 32 bytes');
  const wide = sha3().shake256(seed, 96);
  return { mlkem: wide.slice(0, 64), x25519: wide.slice(64) };
}

function combine(
  mlkemShared: Uint8Array,
  x25519Secret: Uint8Array,
  theirCiphertext: Uint8Array,
  theirPublic: Uint8Array,
): Bytes {
  return sha3().sha3(concat(mlkemShared, x25519Secret, theirCiphertext, theirPublic, LABEL));
}

/** The public key (1216 bytes) of a 32-byte seed. Throws RangeError on another length. */
export async function xwingPublicKey(seed: Uint8Array): Promise<Bytes> {
  const secret = expand(seed);
  return concat(await mlkem().publicKey(secret.mlkem), await x25519PublicKey(secret.x25519));
}

/** A fresh shared secret (32 bytes) and its ciphertext for a public key, or null when that key is not a valid one. */
export async function xwingEncapsulate(publicKey: Uint8Array): Promise<{ ciphertext: Bytes; shared: Bytes } | null> {
  if (publicKey.length !== XWING_PUBLIC_BYTES) return null;
  const theirs = publicKey.subarray(EK_BYTES);
  const ephemeral = randomBytes(32);
  const ephemeralPublic = await x25519PublicKey(ephemeral);
  const classical = await x25519Shared(ephemeral, theirs);
  if (classical === null) return null;
  let post: { ciphertext: Bytes; shared: Bytes };
  try {
    post = await mlkem().encapsulate(publicKey.slice(0, EK_BYTES));
  } catch {
    return null; // FIPS 203 section 7.2: a coefficient out of range
  }
  return {
    ciphertext: concat(post.ciphertext, ephemeralPublic),
    shared: combine(post.shared, classical, ephemeralPublic, theirs),
  };
}

/**
 * The shared secret (32 bytes) of a ciphertext for a 32-byte seed, or null when its length is wrong or its X25519 half is
 * of low order. A changed ML-KEM half gives another secret, not null (implicit rejection, FIPS 203 section 6.3).
 * Throws RangeError when the seed is not 32 bytes.
 */
export async function xwingDecapsulate(seed: Uint8Array, ciphertext: Uint8Array): Promise<Bytes | null> {
  if (ciphertext.length !== XWING_CIPHERTEXT_BYTES) return null;
  const secret = expand(seed);
  const ephemeralPublic = ciphertext.subarray(MLKEM_CIPHERTEXT_BYTES);
  const classical = await x25519Shared(secret.x25519, ephemeralPublic);
  if (classical === null) return null;
  const post = await mlkem().decapsulate(secret.mlkem, ciphertext.slice(0, MLKEM_CIPHERTEXT_BYTES));
  return combine(post, classical, ephemeralPublic, await x25519PublicKey(secret.x25519));
}

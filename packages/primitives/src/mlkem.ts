import { type Awaitable, backend, pickLazily, probe } from './backend.js';
import { type Bytes, randomBytes, randomIsInjected } from './bytes.js';
import { publicHalf } from './jwk.js';
import { nodeCrypto, subtle } from './platform.js';

/** Bytes of an ML-KEM-768 encapsulation key (FIPS 203 table 3). */
export const MLKEM_PUBLIC_BYTES = 1184;
/** Bytes of an ML-KEM-768 ciphertext (FIPS 203 table 3). */
export const MLKEM_CIPHERTEXT_BYTES = 1088;
/** Bytes of a secret key as FIPS 203's seed, d and z. */
const SEED_BYTES = 64;

/** A secret key imported once. */
interface PreparedKey {
  publicKey(): Awaitable<Bytes>;
  decapsulate(ciphertext: Uint8Array): Awaitable<Bytes>;
}

/** What each back end does; lengths are checked before. */
export interface MlKem {
  prepare(seed64: Bytes): Awaitable<PreparedKey>;
  /** Throws on an invalid key. noble works from `message`, 32 random bytes; the others draw their own. */
  encapsulate(publicKey: Uint8Array, message: Uint8Array): Awaitable<{ ciphertext: Bytes; shared: Bytes }>;
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
    prepare(seed64) {
      const key = secret(seed64);
      return {
        publicKey() {
          const theirs = nodeCrypto!.createPublicKey(key) as unknown as {
            export(o: { format: 'raw-public' }): Uint8Array;
          };
          return new Uint8Array(theirs.export({ format: 'raw-public' }));
        },
        decapsulate: (ciphertext) => new Uint8Array(raw.decapsulate(key, ciphertext)),
      };
    },
    encapsulate(publicKey) {
      const key = raw.createPublicKey({ key: publicKey, format: 'raw-public', asymmetricKeyType: 'ml-kem-768' });
      const { sharedKey, ciphertext } = raw.encapsulate(key);
      return { ciphertext: new Uint8Array(ciphertext), shared: new Uint8Array(sharedKey) };
    },
  };
}

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
    await publicHalf(await kem.importKey('raw-seed', new Uint8Array(SEED_BYTES), NAME, true, ['decapsulateBits']));
  });
}

const webcrypto: MlKem | undefined = kem && {
  async prepare(seed64) {
    const key = await kem!.importKey('raw-seed', seed64, NAME, false, ['decapsulateBits']);
    return {
      publicKey: async () => publicHalf(await kem!.importKey('raw-seed', seed64, NAME, true, ['decapsulateBits'])),
      decapsulate: async (ciphertext) => new Uint8Array(await kem!.decapsulateBits(NAME, key, ciphertext)),
    };
  },
  async encapsulate(publicKey) {
    const key = await kem!.importKey('raw-public', publicKey, NAME, false, ['encapsulateBits']);
    const { ciphertext, sharedKey } = await kem!.encapsulateBits(NAME, key);
    return { ciphertext: new Uint8Array(ciphertext), shared: new Uint8Array(sharedKey) };
  },
};

const node = nodeMlKem();
const noble = async (): Promise<MlKem> => (await import('./noble/mlkem.js')).mlkem;
const implementation = pickLazily<MlKem>({ node, webcrypto, native: webcryptoHasMlKem, noble });

/** Whether ML-KEM runs natively here. */
export async function kemIsNative(): Promise<boolean> {
  const where = backend();
  return where === 'node' ? node !== undefined : where === 'webcrypto' && (await webcryptoHasMlKem());
}

/** A secret key imported once, for many ciphertexts. */
export interface MlKemOpener {
  /** The encapsulation key, 1184 bytes. */
  readonly publicKey: Bytes;
  /** As `mlkemDecapsulate`. */
  decapsulate(ciphertext: Uint8Array): Promise<Bytes | null>;
}

async function prepare(seed: Uint8Array): Promise<PreparedKey> {
  if (seed.length !== SEED_BYTES) throw new RangeError('ML-KEM seed must be 64 bytes');
  return (await implementation()).prepare(seed as Bytes);
}

async function decapsulate(key: PreparedKey, ciphertext: Uint8Array): Promise<Bytes | null> {
  return ciphertext.length === MLKEM_CIPHERTEXT_BYTES ? key.decapsulate(new Uint8Array(ciphertext)) : null;
}

/** Imports a 64-byte seed (FIPS 203, d and z) for many decapsulations. Throws RangeError on another length. */
export async function mlkemOpener(seed: Uint8Array): Promise<MlKemOpener> {
  const key = await prepare(seed);
  return { publicKey: await key.publicKey(), decapsulate: (ciphertext) => decapsulate(key, ciphertext) };
}

/** The encapsulation key (1184 bytes) of a 64-byte seed (FIPS 203). Throws RangeError on another length. */
export async function mlkemPublicKey(seed: Uint8Array): Promise<Bytes> {
  return (await prepare(seed)).publicKey();
}

/** A fresh shared secret and its ciphertext, or null when the key has another length or a coefficient out of range. */
export async function mlkemEncapsulate(publicKey: Uint8Array): Promise<{ ciphertext: Bytes; shared: Bytes } | null> {
  if (publicKey.length !== MLKEM_PUBLIC_BYTES) return null;
  // Drawn before the first pause, so that what an injected source gave to whom does not hang on which module loaded first.
  const message = randomBytes(32);
  // Native back ends draw the message themselves; an injected source must decide everything.
  const chosen = await (randomIsInjected() ? noble() : implementation());
  try {
    return await chosen.encapsulate(new Uint8Array(publicKey), message);
  } catch {
    return null; // FIPS 203 section 7.2
  }
}

/**
 * The shared secret of a ciphertext, or null when its length is wrong. A changed ciphertext gives another secret (implicit
 * rejection). Throws RangeError when the seed is not 64 bytes.
 */
export async function mlkemDecapsulate(seed: Uint8Array, ciphertext: Uint8Array): Promise<Bytes | null> {
  return decapsulate(await prepare(seed), ciphertext);
}

import { ml_kem768 } from '@noble/post-quantum/ml-kem.js';
import { type Awaitable, pick, probe } from './backend.js';
import { type Bytes, randomBytes, randomIsInjected } from './bytes.js';
import { nodeCrypto, subtle } from './platform.js';

/** Bytes of an ML-KEM-768 encapsulation key (FIPS 203 table 3). */
export const MLKEM_PUBLIC_BYTES = 1184;
/** Bytes of an ML-KEM-768 ciphertext (FIPS 203 table 3). */
export const MLKEM_CIPHERTEXT_BYTES = 1088;
/** Bytes of a secret key as FIPS 203's seed, d and z. */
const SEED_BYTES = 64;

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

/** The encapsulation key (1184 bytes) of a 64-byte seed (FIPS 203). Throws RangeError on another length. */
export async function mlkemPublicKey(seed: Uint8Array): Promise<Bytes> {
  if (seed.length !== SEED_BYTES) throw new RangeError('ML-KEM seed must be 64 bytes');
  return mlkem().publicKey(seed);
}

/** A fresh shared secret and its ciphertext, or null when the key has another length or a coefficient out of range. */
export async function mlkemEncapsulate(publicKey: Uint8Array): Promise<{ ciphertext: Bytes; shared: Bytes } | null> {
  if (publicKey.length !== MLKEM_PUBLIC_BYTES) return null;
  // Native back ends draw the message themselves; an injected source must decide everything.
  const chosen = randomIsInjected() ? noble : mlkem();
  try {
    return await chosen.encapsulate(new Uint8Array(publicKey));
  } catch {
    return null; // FIPS 203 section 7.2
  }
}

/**
 * The shared secret of a ciphertext, or null when its length is wrong. A changed ciphertext gives another secret (implicit
 * rejection). Throws RangeError when the seed is not 64 bytes.
 */
export async function mlkemDecapsulate(seed: Uint8Array, ciphertext: Uint8Array): Promise<Bytes | null> {
  if (seed.length !== SEED_BYTES) throw new RangeError('ML-KEM seed must be 64 bytes');
  if (ciphertext.length !== MLKEM_CIPHERTEXT_BYTES) return null;
  return mlkem().decapsulate(seed, new Uint8Array(ciphertext));
}

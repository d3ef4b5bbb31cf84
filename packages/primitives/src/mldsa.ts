import { type Awaitable, pickLazily, probe } from './backend.js';
import { type Bytes, platformHasRandom, randomBytes, randomIsInjected } from './bytes.js';
import type { SignFunction, VerifyFunction } from './ed25519.js';
import { publicHalf } from './jwk.js';
import { nodeCrypto, subtle } from './platform.js';

/** Bytes of an ML-DSA-44 public key (FIPS 204 table 2). */
export const MLDSA_PUBLIC_BYTES = 1312;
/** Bytes of an ML-DSA-44 signature (FIPS 204 table 2). */
export const MLDSA_SIGNATURE_BYTES = 2420;
/** Bytes of a secret key as FIPS 204's seed. */
const SEED_BYTES = 32;

/** What each back end does; lengths are checked before. Contexts are empty (FIPS 204 algorithms 2 and 3). */
export interface MlDsa {
  publicKey(seed: Uint8Array): Awaitable<Bytes>;
  /** noble mixes `entropy()` into each signature, or signs deterministically without it; the others draw their own. */
  signer(seed: Uint8Array, entropy: (() => Uint8Array) | undefined): Awaitable<SignFunction>;
  verifier(publicKey: Uint8Array): Awaitable<VerifyFunction>;
}

const TYPE = 'ml-dsa-44';
// Node 26 takes raw keys; older Nodes do not know the algorithm.
interface RawKeys {
  createPrivateKey(o: {
    key: Uint8Array;
    format: 'raw-seed';
    asymmetricKeyType: typeof TYPE;
  }): import('node:crypto').KeyObject;
  createPublicKey(o: {
    key: Uint8Array;
    format: 'raw-public';
    asymmetricKeyType: typeof TYPE;
  }): import('node:crypto').KeyObject;
}

function nodeMlDsa(): MlDsa | undefined {
  const raw = nodeCrypto as unknown as RawKeys | undefined;
  const secret = (seed: Uint8Array) =>
    raw!.createPrivateKey({ key: seed, format: 'raw-seed', asymmetricKeyType: TYPE });
  try {
    secret(new Uint8Array(SEED_BYTES));
  } catch {
    return undefined;
  }
  return {
    publicKey(seed) {
      const theirs = nodeCrypto!.createPublicKey(secret(seed)) as unknown as {
        export(o: { format: 'raw-public' }): Uint8Array;
      };
      return new Uint8Array(theirs.export({ format: 'raw-public' }));
    },
    signer(seed) {
      const key = secret(seed);
      return (message) => new Uint8Array(nodeCrypto!.sign(null, message, key));
    },
    verifier(publicKey) {
      const key = raw!.createPublicKey({ key: publicKey, format: 'raw-public', asymmetricKeyType: TYPE });
      return (message, signature) => nodeCrypto!.verify(null, message, key, signature);
    },
  };
}

const NAME = 'ML-DSA-44';
interface DsaSubtle {
  importKey(
    format: 'raw-seed' | 'raw-public',
    key: Uint8Array,
    name: string,
    extractable: boolean,
    usages: string[],
  ): Promise<CryptoKey>;
}
const dsa = subtle as unknown as DsaSubtle | undefined;

function webcryptoHasMlDsa(): Promise<boolean> {
  return probe(NAME, async () => {
    if (!dsa) throw new Error('no WebCrypto');
    await publicHalf(await dsa.importKey('raw-seed', new Uint8Array(SEED_BYTES), NAME, true, ['sign']));
  });
}

const webcrypto: MlDsa | undefined = dsa && {
  publicKey: async (seed) => publicHalf(await dsa!.importKey('raw-seed', seed, NAME, true, ['sign'])),
  async signer(seed) {
    const key = await dsa!.importKey('raw-seed', seed, NAME, false, ['sign']);
    return async (message) => new Uint8Array(await subtle!.sign(NAME, key, message as Bytes));
  },
  async verifier(publicKey) {
    const key = await dsa!.importKey('raw-public', publicKey, NAME, false, ['verify']);
    return (message, signature) => subtle!.verify(NAME, key, signature as Bytes, message as Bytes);
  },
};

const node = nodeMlDsa();
const noble = async (): Promise<MlDsa> => (await import('./noble/mldsa.js')).mldsa;
const implementation = pickLazily<MlDsa>({ node, webcrypto, native: webcryptoHasMlDsa, noble });

function checkSeed(seed: Uint8Array): void {
  if (seed.length !== SEED_BYTES) throw new RangeError('ML-DSA seed must be 32 bytes');
}

/**
 * Makes an ML-DSA-44 key pair (FIPS 204): the 32-byte secret key (seed) and the 1312-byte public key.
 * Throws RangeError when `random` does not give 32 bytes.
 */
export async function mldsaGenerate(
  random: (length: number) => Uint8Array = randomBytes,
): Promise<{ secretKey: Bytes; publicKey: Bytes }> {
  const secretKey = new Uint8Array(random(SEED_BYTES));
  return { secretKey, publicKey: await mldsaPublicKey(secretKey) };
}

/** The public key (1312 bytes) of a 32-byte seed. Throws RangeError on another length. */
export async function mldsaPublicKey(seed: Uint8Array): Promise<Bytes> {
  checkSeed(seed);
  return (await implementation()).publicKey(new Uint8Array(seed));
}

/**
 * Imports a seed once, for many signatures of 2420 bytes with an empty context. Signatures are hedged with fresh
 * randomness; where there is none, deterministic, which FIPS 204 allows (section 3.4). Throws RangeError when the seed is
 * not 32 bytes.
 */
export async function mldsaSigner(seed: Uint8Array): Promise<SignFunction> {
  checkSeed(seed);
  // Native back ends draw the randomness themselves; an injected source must decide everything.
  const chosen = await (randomIsInjected() ? noble() : implementation());
  const entropy = randomIsInjected() || platformHasRandom() ? () => randomBytes(32) : undefined;
  return chosen.signer(new Uint8Array(seed), entropy);
}

/**
 * Imports a public key once, for many checks with an empty context: false for anything but a valid signature.
 * Throws RangeError when the key is not 1312 bytes; every 1312 bytes are a key.
 */
export async function mldsaVerifier(publicKey: Uint8Array): Promise<VerifyFunction> {
  if (publicKey.length !== MLDSA_PUBLIC_BYTES) throw new RangeError('ML-DSA public key must be 1312 bytes');
  const check = await (await implementation()).verifier(new Uint8Array(publicKey));
  return (message, signature) => signature.length === MLDSA_SIGNATURE_BYTES && check(message, signature);
}

import {
  base64url,
  ed25519Signer,
  ed25519Verify,
  equal,
  MLKEM_PUBLIC_BYTES,
  mlkemEncapsulate,
  mlkemOpener,
  x25519Opener,
  x25519Shared,
  xwingExpand,
} from '@wardseal/primitives';
import type { IdentityKey, RecipientKey } from '../keys/recipient.js';
import { random } from '../random.js';

// A person's secret keys as the parts that WebCrypto knows. X-Wing is kept as its two halves: Chromium 156 has it as one
// algorithm, and gives such a key back from IndexedDB as null.

export type PartName = 'ML-KEM-768' | 'X25519' | 'Ed25519';

/** What a part is for: decapsulate a ciphertext, agree with a public key, or sign a message. Null when the input is not usable. */
export type Operation = (input: Uint8Array) => Promise<Uint8Array<ArrayBuffer> | null>;

/** A part at hand, secret and public. */
export interface Part {
  readonly name: PartName;
  readonly secret: Uint8Array<ArrayBuffer>;
  readonly publicKey: Uint8Array<ArrayBuffer>;
}

interface Kind {
  /** What the stored key may be used for, and nothing else. */
  readonly usage: string;
  /** The secret as a key that cannot be exported. Rejects where WebCrypto lacks the algorithm. */
  readonly hold: (part: Part) => Promise<CryptoKey>;
  readonly withKey: (key: CryptoKey) => Operation;
  readonly withSecret: (secret: Uint8Array) => Promise<Operation>;
  /** Whether an operation is the one of this public key, found by running it. */
  readonly proves: (run: Operation, publicKey: Uint8Array) => Promise<boolean>;
}

// TypeScript's library does not know ML-KEM in WebCrypto yet.
interface KemSubtle {
  importKey(
    format: 'raw-seed',
    key: Uint8Array,
    name: string,
    extractable: false,
    usages: string[],
  ): Promise<CryptoKey>;
  decapsulateBits(name: string, key: CryptoKey, ciphertext: Uint8Array): Promise<ArrayBuffer>;
}

/** WebCrypto of the realm, looked up when it is needed. */
const subtle = (): SubtleCrypto => globalThis.crypto.subtle;
const kem = (): KemSubtle => subtle() as unknown as KemSubtle;

/** RFC 8037's private JWK: WebCrypto takes it everywhere, and no DER is needed. */
function holdCurve({ name, secret, publicKey }: Part, usage: KeyUsage): Promise<CryptoKey> {
  const jwk = { kty: 'OKP', crv: name, d: base64url(secret), x: base64url(publicKey) };
  return subtle().importKey('jwk', jwk, name, false, [usage]);
}

async function sameShared(run: Operation, input: Uint8Array, expected: Uint8Array): Promise<boolean> {
  const found = await run(input);
  return found !== null && equal(found, expected);
}

export const PARTS: Readonly<Record<PartName, Kind>> = {
  'ML-KEM-768': {
    usage: 'decapsulateBits',
    hold: ({ name, secret }) => kem().importKey('raw-seed', secret, name, false, ['decapsulateBits']),
    withKey: (key) => async (ciphertext) =>
      new Uint8Array(await kem().decapsulateBits('ML-KEM-768', key, new Uint8Array(ciphertext))),
    withSecret: async (secret) => (await mlkemOpener(secret)).decapsulate,
    async proves(run, publicKey) {
      const sent = await mlkemEncapsulate(publicKey);
      return sent !== null && sameShared(run, sent.ciphertext, sent.shared);
    },
  },
  X25519: {
    usage: 'deriveBits',
    hold: (part) => holdCurve(part, 'deriveBits'),
    withKey: (key) => async (theirs) => {
      const other = await subtle().importKey('raw', new Uint8Array(theirs), 'X25519', false, []);
      try {
        const shared = new Uint8Array(await subtle().deriveBits({ name: 'X25519', public: other }, key, 256));
        return shared.some((byte) => byte !== 0) ? shared : null;
      } catch {
        return null; // an all-zero secret (RFC 7748 section 6.1), refused by the browser itself
      }
    },
    withSecret: async (secret) => (await x25519Opener(secret)).shared,
    async proves(run, publicKey) {
      const secret = random(32);
      const mine = await x25519Opener(secret);
      const expected = await x25519Shared(secret, publicKey);
      return expected !== null && sameShared(run, mine.publicKey, expected);
    },
  },
  Ed25519: {
    usage: 'sign',
    hold: (part) => holdCurve(part, 'sign'),
    withKey: (key) => async (message) => new Uint8Array(await subtle().sign('Ed25519', key, new Uint8Array(message))),
    async withSecret(secret) {
      const sign = await ed25519Signer(secret);
      return async (message) => sign(message);
    },
    async proves(run, publicKey) {
      const message = random(32);
      const signature = await run(message);
      return signature !== null && ed25519Verify(publicKey, message, signature);
    },
  },
};

/** The parts of an identity. */
export function identityParts({ kind, secret }: IdentityKey, { publicKey }: RecipientKey): Part[] {
  if (kind === 'classic') return [{ name: 'X25519', secret, publicKey }];
  const halves = xwingExpand(secret);
  return [
    { name: 'ML-KEM-768', secret: halves.mlkem, publicKey: publicKey.slice(0, MLKEM_PUBLIC_BYTES) },
    { name: 'X25519', secret: halves.x25519, publicKey: publicKey.slice(MLKEM_PUBLIC_BYTES) },
  ];
}

/** A private key of this algorithm that cannot be exported: whatever else came back from storage is not what went in. */
export function isHeldKey(
  value: unknown,
  algorithm: string,
  type: KeyType,
  usages: readonly string[],
): value is CryptoKey {
  return (
    typeof globalThis.CryptoKey === 'function' &&
    value instanceof globalThis.CryptoKey &&
    value.type === type &&
    !value.extractable &&
    value.algorithm.name === algorithm &&
    usages.every((usage) => (value.usages as readonly string[]).includes(usage))
  );
}

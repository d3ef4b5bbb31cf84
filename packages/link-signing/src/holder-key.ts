import { fromBase64url } from '@wardseal/primitives';

/** The public half of a key that a recipient holds: ECDSA on P-256 with SHA-256 (`ES256`) or Ed25519 (`EdDSA`). */
export type HolderPublicKey =
  | {
      readonly algorithm: 'EdDSA';
      /** 32 bytes. */
      readonly x: Uint8Array<ArrayBuffer>;
    }
  | {
      readonly algorithm: 'ES256';
      /** Coordinates of the point, 32 bytes each. */
      readonly x: Uint8Array<ArrayBuffer>;
      readonly y: Uint8Array<ArrayBuffer>;
    };

/** A key that a recipient holds: it signs, and need not give itself away. `holderKey` makes one from a WebCrypto pair. */
export interface HolderKey {
  readonly publicKey: HolderPublicKey;
  /** 64 bytes over the message: r and s side by side for `ES256`. */
  sign(message: Uint8Array<ArrayBuffer>): Promise<Uint8Array> | Uint8Array;
}

const SIGNING = {
  EdDSA: { name: 'Ed25519' },
  ES256: { name: 'ECDSA', hash: 'SHA-256' },
} as const;

/** A 32-byte member of a JWK in its one spelling, or null. */
function coordinate(text: unknown): Uint8Array<ArrayBuffer> | null {
  const data = typeof text === 'string' && text.length === 43 ? fromBase64url(text) : null;
  return data?.length === 32 ? data : null;
}

/** The public key of a JWK (RFC 7518 section 6.2, RFC 8037), or null when it is of another kind or not well-formed. */
export function fromPublicJwk(jwk: { kty?: unknown; crv?: unknown; x?: unknown; y?: unknown }): HolderPublicKey | null {
  const [x, y] = [coordinate(jwk.x), coordinate(jwk.y)];
  if (jwk.kty === 'OKP' && jwk.crv === 'Ed25519' && x && jwk.y === undefined) return { algorithm: 'EdDSA', x };
  return jwk.kty === 'EC' && jwk.crv === 'P-256' && x && y ? { algorithm: 'ES256', x, y } : null;
}

/**
 * The key of a WebCrypto pair, to sign proofs and delegated grants with. The private key may be, and should be, one that
 * cannot be extracted: `crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign', 'verify'])`.
 *
 * @param pair ECDSA on P-256, or Ed25519
 * @throws TypeError on keys of another kind
 * @throws DOMException from WebCrypto when the public key cannot be exported
 * @example const key = await holderKey(await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign', 'verify']));
 */
export async function holderKey(pair: {
  readonly privateKey: CryptoKey;
  readonly publicKey: CryptoKey;
}): Promise<HolderKey> {
  const { subtle } = globalThis.crypto;
  const publicKey = fromPublicJwk((await subtle.exportKey('jwk', pair.publicKey)) as { kty?: string });
  if (publicKey === null) throw new TypeError('key pair must be ECDSA on P-256 or Ed25519');
  const algorithm = SIGNING[publicKey.algorithm];
  return {
    publicKey,
    sign: async (message) => new Uint8Array(await subtle.sign(algorithm, pair.privateKey, message)),
  };
}

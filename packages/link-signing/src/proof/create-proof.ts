import { base64url, randomBytes, utf8 } from '@wardseal/primitives';
import type { HolderKey, HolderPublicKey } from '../holder-key.js';
import { normalHttpUri } from './http-uri.js';
import { accessTokenHash } from './opening-token.js';

/** What a proof is to say. */
export interface ProofRequest {
  readonly key: HolderKey;
  /** Of the request that carries the proof, such as `POST`. */
  readonly method: string;
  /** Of the request that carries the proof; query and fragment are left out of the proof. */
  readonly url: string;
  /** From `openingToken`: the link and the one-opening key that the proof covers. */
  readonly token: string;
  /** The nonce the server gave. */
  readonly nonce?: string;
  /** Whole seconds since 1970. Default: the system clock. */
  readonly now?: number;
  /** A secure generator. Default: the platform's. */
  readonly random?: (length: number) => Uint8Array;
}

function publicJwk(key: HolderPublicKey): Record<string, string> {
  const x = base64url(key.x);
  return key.algorithm === 'EdDSA'
    ? { kty: 'OKP', crv: 'Ed25519', x }
    : { kty: 'EC', crv: 'P-256', x, y: base64url(key.y) };
}

/**
 * Proves possession of the recipient's key for one opening: a DPoP proof (RFC 9449), signed by a key that need not be
 * extractable. A new one for every request.
 *
 * @param request key, method, url and token
 * @returns a JWT of about 600 characters, for the `proof` of a redeem request
 * @throws TypeError when `url` is not an http or https URL
 * @example const proof = await createProof({ key, method: 'POST', url, token: openingToken(handle, redeemer.publicKey), nonce });
 */
export async function createProof(request: ProofRequest): Promise<string> {
  const { key, method, nonce, token } = request;
  const htu = normalHttpUri(request.url);
  if (htu === null) throw new TypeError('url must be an http or https URL');
  const header = { typ: 'dpop+jwt', alg: key.publicKey.algorithm, jwk: publicJwk(key.publicKey) };
  const payload = {
    jti: base64url((request.random ?? randomBytes)(16)),
    htm: method,
    htu,
    iat: request.now ?? Math.floor(Date.now() / 1000),
    ath: accessTokenHash(token),
    ...(nonce !== undefined && { nonce }),
  };
  const part = (value: unknown): string => base64url(utf8(JSON.stringify(value)));
  const input = `${part(header)}.${part(payload)}`;
  return `${input}.${base64url(await key.sign(utf8(input)))}`;
}

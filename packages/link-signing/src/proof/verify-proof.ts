import { concat, ed25519Verifier, fromBase64url, fromUtf8, p256Verifier, sha256, utf8 } from '@wardseal/primitives';
import { thumbprintOf } from '../codec/cose-key.js';
import { LinkError } from '../errors.js';
import { checkNow } from '../grant.js';
import { fromPublicJwk, type HolderPublicKey } from '../holder-key.js';
import { MAX_PROOF_AGE_SECONDS, MAX_PROOF_CHARACTERS, PROOF_LEAD_SECONDS } from '../limits.js';
import { normalHttpUri } from './http-uri.js';
import { accessTokenHash } from './opening-token.js';

/** What a proof must fit. */
export interface ProofExpectations {
  /** Of the request that carried it. */
  readonly method: string;
  /** Of the request that carried it, as the client sees it. */
  readonly url: string;
  /** From `openingToken`: the link and the one-opening key of the request. */
  readonly token: string;
  /** The nonce it must have, or a check of it. Without one, a nonce in the proof is not looked at. */
  readonly nonce?: string | ((nonce: string | undefined) => boolean);
  /** Whole seconds since 1970, not milliseconds. */
  readonly now: number;
  /** How many seconds ago it may have been made, 1 to 300; default 300. */
  readonly maxAge?: number;
}

/** What a proof shows. It is good once: whoever verifies keeps `id` until `until` and refuses to see it again. */
export interface VerifiedProof {
  /** SHA-256 thumbprint of the COSE key (RFC 9679), 32 bytes: a grant's `recipientKey`. */
  readonly recipientKey: Uint8Array<ArrayBuffer>;
  readonly key: HolderPublicKey;
  /** SHA-256 over a domain, the thumbprint and the proof's `jti`, 32 bytes. */
  readonly id: Uint8Array<ArrayBuffer>;
  /** Whole seconds since 1970. */
  readonly issuedAt: number;
  /** From this second on the proof is too old for any clock that is right within a minute. */
  readonly until: number;
}

const ID_DOMAIN = utf8('wardseal.org/proof-id v0');
const JTI = /^[\x21-\x7e]{16,256}$/; // 96 bits of base64url at least, or a UUID (RFC 9449 section 4.2)
const PRIVATE_MEMBERS = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'];
// The name of Ed25519 since RFC 9864 is `Ed25519`; both are in use.
const ALGORITHMS: Record<string, HolderPublicKey['algorithm']> = { ES256: 'ES256', EdDSA: 'EdDSA', Ed25519: 'EdDSA' };

function invalid(claim: string): never {
  throw new LinkError('PROOF_INVALID', `proof is not well-formed or not signed by its key: \`${claim}\``, { claim });
}

function refuse(claim: string): never {
  throw new LinkError('PROOF_REFUSED', `proof does not fit the request: \`${claim}\``, { claim });
}

/** One part of the JWT as a JSON object; null when it is anything else. */
function object(part: string): Record<string, unknown> | null {
  const data = fromBase64url(part);
  const text = data && fromUtf8(data);
  if (!text) return null;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.assign(Object.create(null), value) : null; // biome-ignore format: one rule
  } catch {
    return null;
  }
}

/** The key in a header, which decides the algorithm; the header must name that one. */
function keyOf(header: Record<string, unknown>): HolderPublicKey {
  if (header['typ'] !== 'dpop+jwt') invalid('typ');
  if ('crit' in header) invalid('crit'); // we know no extension
  const jwk = header['jwk'];
  if (typeof jwk !== 'object' || jwk === null || PRIVATE_MEMBERS.some((name) => name in jwk)) invalid('jwk');
  const key = fromPublicJwk(jwk) ?? invalid('jwk');
  const { alg } = header;
  if (typeof alg !== 'string' || !Object.hasOwn(ALGORITHMS, alg) || ALGORITHMS[alg] !== key.algorithm) invalid('alg');
  return key;
}

/** Checks a signature by a holder's key: 64 bytes over the message. */
export async function signedBy(key: HolderPublicKey, message: Uint8Array, signature: Uint8Array): Promise<boolean> {
  const verify = key.algorithm === 'EdDSA' ? await ed25519Verifier(key.x) : await p256Verifier(concat(key.x, key.y));
  return verify(message, signature);
}

/**
 * Checks a DPoP proof (RFC 9449 section 4.3, checks 2 to 12): form, type, algorithm by key, signature, method, URL, token,
 * nonce and age. That it is seen once (section 11.1) is up to the caller: see `VerifiedProof.id`.
 *
 * @param proof a JWT, at most 2048 characters
 * @param expected what it must fit
 * @returns the key that was shown, and how to recognise the proof
 * @throws LinkError `PROOF_INVALID` when it is not well-formed, of a key other than P-256 or Ed25519, or wrongly signed (`claim`)
 * @throws LinkError `PROOF_REFUSED` when `htm`, `htu`, `ath`, `nonce` or `iat` does not fit (`claim`)
 * @throws RangeError when `now` or `maxAge` is out of range; TypeError when `url` is not an http or https URL
 * @example const { recipientKey, id, until } = await verifyProof(proof, { method: 'POST', url, token, now });
 */
export async function verifyProof(proof: string, expected: ProofExpectations): Promise<VerifiedProof> {
  const { method, now, nonce, maxAge = MAX_PROOF_AGE_SECONDS } = expected;
  checkNow(now);
  if (!(Number.isInteger(maxAge) && maxAge >= 1 && maxAge <= MAX_PROOF_AGE_SECONDS))
    throw new RangeError(`maxAge must be 1 to ${MAX_PROOF_AGE_SECONDS} seconds`);
  const url = normalHttpUri(expected.url);
  if (url === null) throw new TypeError('url must be an http or https URL');
  if (typeof proof !== 'string' || proof.length > MAX_PROOF_CHARACTERS) invalid('jwt');
  const parts = proof.split('.');
  if (parts.length !== 3) invalid('jwt');
  const [first, second, third] = parts as [string, string, string];
  const header = object(first) ?? invalid('header');
  const payload = object(second) ?? invalid('payload');
  const signature = fromBase64url(third);
  const key = keyOf(header);
  const { jti, htm, htu, iat, ath } = payload;
  if (typeof jti !== 'string' || !JTI.test(jti)) invalid('jti');
  if (typeof htm !== 'string') invalid('htm');
  if (typeof htu !== 'string') invalid('htu');
  if (typeof iat !== 'number' || !Number.isSafeInteger(iat)) invalid('iat');
  if (!signature || !(await signedBy(key, utf8(`${first}.${second}`), signature))) invalid('signature');

  if (htm !== method) refuse('htm');
  if (normalHttpUri(htu) !== url) refuse('htu');
  if (ath !== accessTokenHash(expected.token)) refuse('ath');
  const given = typeof payload['nonce'] === 'string' ? payload['nonce'] : undefined;
  const fits = typeof nonce === 'function' ? nonce(given) : nonce === undefined || nonce === given;
  if (!fits) refuse('nonce');
  if (iat < now - maxAge || iat > now + PROOF_LEAD_SECONDS) refuse('iat');
  const recipientKey = thumbprintOf(key);
  return {
    recipientKey,
    key,
    id: sha256(concat(ID_DOMAIN, recipientKey, utf8(jti))),
    issuedAt: iat,
    until: iat + maxAge + PROOF_LEAD_SECONDS + 1,
  };
}

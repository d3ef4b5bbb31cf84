import { base64url, concat, fromBase64url, readUint, sha256Public, utf8 } from '@wardseal/primitives';
import type { Claims } from './claims.js';
import { decodeCbor, encodeCbor } from './codec/cbor.js';
import {
  algorithmOf,
  type Envelope,
  envelope,
  joinSign1,
  KID_BYTES,
  kidOf,
  splitSign1,
  toBeSigned,
} from './codec/cose.js';
import { thumbprintOf } from './codec/cose-key.js';
import { fromCwt, toCwt } from './codec/cwt.js';
import { LinkError } from './errors.js';
import type { HolderPublicKey } from './holder-key.js';
import type { KeySet, Signer } from './keys.js';
import { MAX_GRANT_BYTES, MAX_SKEW_SECONDS, NOT_BEFORE_LEEWAY_SECONDS } from './limits.js';

const MAX_GRANT_CHARACTERS = (MAX_GRANT_BYTES * 4) / 3;
const ID_DOMAIN = utf8('wardseal.org/grant-id v0');

/** What `verifyGrant` found. */
export interface VerifiedGrant {
  claims: Claims;
  /** SHA-256 over a domain and the grant, 32 bytes: the id that its handle carries. */
  id: Uint8Array<ArrayBuffer>;
}

// Hashing is synchronous, so one piece of memory serves all.
const HASHED = new Uint8Array(ID_DOMAIN.length + MAX_GRANT_BYTES);
HASHED.set(ID_DOMAIN);

/** The id of a grant: 32 bytes. */
export function grantId(grant: Uint8Array): Uint8Array<ArrayBuffer> {
  if (grant.length > MAX_GRANT_BYTES) return sha256Public(concat(ID_DOMAIN, grant));
  HASHED.set(grant, ID_DOMAIN.length);
  return sha256Public(HASHED.subarray(0, ID_DOMAIN.length + grant.length));
}

/** Signs claims that were checked before. */
export async function signGrant(
  claims: Claims,
  of: Envelope,
  signer: Pick<Signer, 'sign'>,
): Promise<Uint8Array<ArrayBuffer>> {
  const payload = encodeCbor(toCwt(claims));
  const signature = await signer.sign(toBeSigned(of, payload));
  if (signature.length !== 64) throw new RangeError('signer must return 64 bytes');
  return joinSign1(of, payload, signature);
}

/** The envelope of grants that the holder of a key signs. Its key identifier: the first 4 bytes of the key's thumbprint. */
export function holderEnvelope(key: HolderPublicKey): Envelope {
  return envelope(thumbprintOf(key).subarray(0, KID_BYTES), { by: 'holder', algorithm: key.algorithm });
}

/** Throws RangeError unless `now` is seconds since 1970 that fit a handle: milliseconds would never expire. */
export function checkNow(now: number): void {
  if (!Number.isInteger(now) || now < 0 || now > 0xffff_ffff)
    throw new RangeError('now must be whole seconds since 1970');
}

/** Structure, key, claims and signature of a grant, without the time. */
export async function readGrant(grant: Uint8Array, keySet: KeySet): Promise<VerifiedGrant> {
  if (!(grant instanceof Uint8Array)) throw new TypeError('grant must be a Uint8Array');
  const key = keySet.find(readUint(kidOf(grant), 0, KID_BYTES)!);
  if (!key || key.state === 'retired') throw new LinkError('GRANT_UNTRUSTED', 'grant is not signed by a known key');
  const { payload, signature } = splitSign1(key.envelope, grant);
  const claims = fromCwt(decodeCbor(payload));
  if (claims.delegation)
    throw new LinkError('GRANT_INVALID', 'a delegated grant is verified with its chain', { claim: 'delegation' });
  if (claims.issuer !== key.issuer)
    throw new LinkError('GRANT_UNTRUSTED', 'grant names another issuer than its key speaks for', { claim: 'issuer' });
  if (!(await key.verify(toBeSigned(key.envelope, payload), signature)))
    throw new LinkError('GRANT_UNTRUSTED', 'grant signature is wrong');
  return { claims, id: grantId(grant) };
}

/** The claims of a grant whose bytes are trusted for another reason: neither key nor signature is looked at. */
export function claimsOf(grant: Uint8Array): Claims {
  const kind = { by: 'issuer', algorithm: algorithmOf(grant) } as const;
  return fromCwt(decodeCbor(splitSign1(envelope(kidOf(grant), kind), grant).payload));
}

/** How an offline check looks at the time. */
export interface ReadOptions {
  /** Seconds this clock may be behind or ahead, 0 to 300, default 0; `nbf` always has 60. */
  readonly skew?: number;
}

/** A check of the time: throws LinkError `GRANT_EXPIRED` or `GRANT_NOT_YET_VALID`. RangeError on a bad time at once. */
export function timely(now: number, { skew = 0 }: ReadOptions): (claims: Claims) => void {
  checkNow(now);
  if (!(skew >= 0 && skew <= MAX_SKEW_SECONDS)) throw new RangeError(`skew must be 0 to ${MAX_SKEW_SECONDS} seconds`);
  return (claims) => {
    if (now - skew >= claims.expires) throw new LinkError('GRANT_EXPIRED', 'grant has expired');
    if (now + Math.max(skew, NOT_BEFORE_LEEWAY_SECONDS) < claims.notBefore)
      throw new LinkError('GRANT_NOT_YET_VALID', 'grant is not valid yet');
  };
}

/**
 * Checks a grant by itself: no network, no state. It says what was granted, not whether it was revoked or used up since.
 * A grant is a CWT (RFC 8392) in COSE_Sign1 (RFC 9052) with Ed25519, in the one encoding of docs/spec/grant.md.
 *
 * @param grant the bytes, at most 768
 * @param keySet from `importKeySet`
 * @param now whole seconds since 1970, not milliseconds
 * @param options how the time is looked at
 * @returns the claims and the grant's id
 * @throws LinkError `ENCODING_INVALID` when the payload is not in its one CBOR encoding
 * @throws LinkError `GRANT_INVALID` when header, length or a claim (`claim`) is not allowed
 * @throws LinkError `GRANT_UNTRUSTED` when the key is unknown, retired or another issuer's, or the signature wrong
 * @throws LinkError `GRANT_EXPIRED`, `GRANT_NOT_YET_VALID` by `now`
 * @throws RangeError when `now` or `skew` is out of range
 * @example const { claims } = await verifyGrant(grant, keySet, Math.floor(Date.now() / 1000));
 */
export async function verifyGrant(
  grant: Uint8Array,
  keySet: KeySet,
  now: number,
  options: ReadOptions = {},
): Promise<VerifiedGrant> {
  const check = timely(now, options);
  const verified = await readGrant(grant, keySet);
  check(verified.claims);
  return verified;
}

/**
 * A grant as text, where it must travel as such: base64url without padding.
 *
 * @example const text = encodeGrant(grant);
 */
export function encodeGrant(grant: Uint8Array): string {
  return base64url(grant);
}

/**
 * A grant from its text, in the one spelling; unverified.
 *
 * @throws LinkError `GRANT_INVALID` on padding, another alphabet, spare bits, blanks or more than 1024 characters
 * @example const { claims } = await verifyGrant(decodeGrant(text), keySet, now);
 */
export function decodeGrant(text: string): Uint8Array<ArrayBuffer> {
  const grant = typeof text === 'string' && text.length <= MAX_GRANT_CHARACTERS ? fromBase64url(text) : null;
  if (grant === null) throw new LinkError('GRANT_INVALID', 'grant text is not base64url in its one spelling');
  return grant;
}

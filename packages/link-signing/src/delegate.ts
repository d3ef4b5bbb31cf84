import { asBytes, equal, randomBytes } from '@wardseal/primitives';
import { widening } from './chain.js';
import { type Binding, type Claims, faultOf, PERMISSIONS, type Permission } from './claims.js';
import { thumbprintOf } from './codec/cose-key.js';
import { canonical } from './codec/low-s.js';
import { LinkError } from './errors.js';
import { claimsOf, grantId, holderEnvelope, signGrant } from './grant.js';
import type { HolderKey } from './holder-key.js';

/** What a delegated grant allows. What is left out is as narrow as it can be without guessing. */
export interface Narrowing {
  /** For whom: SHA-256 thumbprint of the recipient's COSE key. */
  readonly recipientKey: Uint8Array;
  /** For whom, as an opaque id: a UUID (16 bytes) or a digest (32 bytes). */
  readonly recipient: Uint8Array;
  /** Default the parent's: whole seconds since 1970. */
  readonly expires?: number;
  /** Default now, or the parent's when that is later. */
  readonly notBefore?: number;
  /** Default 1. */
  readonly maxUses?: number;
  /** Default the parent's; `passkey` is the only one above `holder-of-key`. */
  readonly binding?: Binding;
  /** Default `view` alone. */
  readonly permissions?: readonly Permission[];
  /** With permission `delegate`: at most one less than the parent's. Default 0. */
  readonly delegationDepth?: number;
}

function refuse(claim: string): never {
  throw new LinkError('CLAIMS_REFUSED', `claim \`${claim}\` is missing, unknown or not allowed`, { claim });
}

/**
 * Passes a grant on, narrower, to one named person: a grant signed by the key that the parent was granted to. No server
 * is asked; `issuer.adopt` gives it its handle, and an opening of it takes a use of every grant above it.
 *
 * @param parent the grant to narrow, with permission `delegate`, such as an opened answer has
 * @param narrowing for whom, and how much less
 * @param key the key whose thumbprint is the parent's `recipientKey`
 * @param options `now`: whole seconds since 1970, default the system clock; `random`: a secure generator, default the platform's
 * @returns the delegated grant, which verifies with its parent: see `verifyChain`
 * @throws LinkError `CLAIMS_REFUSED` (`claim`) when it would allow more than the parent, or the key is another one
 * @throws LinkError `GRANT_INVALID`, `ENCODING_INVALID` when the parent is not a grant
 * @example const child = await delegate(parent, { recipientKey, recipient, expires }, key);
 */
export async function delegate(
  parent: Uint8Array,
  narrowing: Narrowing,
  key: HolderKey,
  options: { now?: number; random?: (length: number) => Uint8Array } = {},
): Promise<Uint8Array<ArrayBuffer>> {
  const from = claimsOf(parent);
  const { now = Math.floor(Date.now() / 1000), random = randomBytes } = options;
  const { publicKey } = key;
  if (!from.recipientKey || !equal(thumbprintOf(publicKey), from.recipientKey)) refuse('delegation');
  const { recipient, recipientKey, permissions = ['view'] } = narrowing;
  if (!(recipient instanceof Uint8Array)) refuse('recipient');
  if (!(recipientKey instanceof Uint8Array)) refuse('recipientKey');
  const notBefore = narrowing.notBefore ?? Math.max(now, from.notBefore);
  const claims: Claims = {
    issuer: from.issuer,
    object: from.object,
    audience: from.audience,
    expires: narrowing.expires ?? from.expires,
    notBefore,
    issuedAt: Math.max(now, from.issuedAt),
    cti: asBytes(random(32)),
    recipientKey: asBytes(recipientKey),
    maxUses: narrowing.maxUses ?? 1,
    purpose: from.purpose,
    binding: narrowing.binding ?? from.binding,
    permissions: PERMISSIONS.filter((one) => permissions.includes(one)),
    delegationDepth: narrowing.delegationDepth ?? 0,
    ...(from.policy && { policy: from.policy }),
    recipient: asBytes(recipient),
    issuerUser: from.recipient ?? refuse('issuerUser'),
    delegation: { parent: grantId(parent), key: publicKey },
  };
  const fault = (permissions.every((one) => PERMISSIONS.includes(one)) ? null : 'permissions') ?? faultOf(claims) ?? widening(claims, from); // biome-ignore format: one rule
  if (fault !== null) refuse(fault);
  return signGrant(claims, holderEnvelope(publicKey), {
    sign: async (message) => canonical(publicKey.algorithm, await key.sign(asBytes(message))),
  });
}

import { equal } from '@wardseal/primitives';
import { BINDINGS, type Claims } from './claims.js';
import { splitSign1, toBeSigned } from './codec/cose.js';
import { thumbprintOf } from './codec/cose-key.js';
import { isCanonical } from './codec/low-s.js';
import { LinkError } from './errors.js';
import { claimsOf, grantId, holderEnvelope, type ReadOptions, readGrant, timely, type VerifiedGrant } from './grant.js';
import type { KeySet } from './keys.js';
import { MAX_DELEGATION_DEPTH } from './limits.js';
import { signedBy } from './proof/verify-proof.js';

/** A grant with those it was delegated from, all verified. */
export interface VerifiedChain extends VerifiedGrant {
  /** The parent first, the issuer's own grant last; empty for a grant that an issuer signed. */
  readonly ancestors: readonly VerifiedGrant[];
}

/**
 * The first claim by which a delegated grant would allow more than the one it comes from, or null. Who delegates may
 * shorten, never widen; the recipient is named, and whoever delegated stands as the one who had it issued.
 */
export function widening(child: Claims, parent: Claims): string | null {
  const same = (a: Uint8Array | undefined, b: Uint8Array | undefined): boolean => (a && b ? equal(a, b) : !a && !b);
  const rules: Record<string, boolean> = {
    permissions:
      parent.permissions.includes('delegate') && child.permissions.every((one) => parent.permissions.includes(one)),
    delegationDepth: child.delegationDepth < parent.delegationDepth,
    issuer: child.issuer === parent.issuer,
    object: equal(child.object, parent.object),
    audience: child.audience === parent.audience,
    expires: child.expires <= parent.expires,
    notBefore: child.notBefore >= parent.notBefore,
    issuedAt: child.issuedAt >= parent.issuedAt,
    maxUses: child.maxUses <= parent.maxUses,
    purpose: child.purpose === parent.purpose,
    binding: BINDINGS.indexOf(child.binding) >= BINDINGS.indexOf(parent.binding),
    policy: same(child.policy?.digest, parent.policy?.digest) && child.policy?.revision === parent.policy?.revision,
    issuerUser: same(child.issuerUser, parent.recipient),
  };
  for (const claim in rules) if (!rules[claim]) return claim;
  return null;
}

function refuse(claim: string, message: string): never {
  throw new LinkError('DELEGATION_REFUSED', message, { claim });
}

/** One step of a chain: a delegated grant under a parent that is verified. */
async function readStep(grant: Uint8Array, parent: VerifiedGrant): Promise<VerifiedGrant> {
  const claims = claimsOf(grant);
  const { delegation } = claims;
  if (!delegation) throw new LinkError('GRANT_INVALID', 'grant is not a delegated one', { claim: 'delegation' });
  const { key } = delegation;
  const wanted = parent.claims.recipientKey;
  if (!equal(delegation.parent, parent.id)) refuse('delegation', 'grant was not delegated from the one before it');
  if (!wanted || !equal(thumbprintOf(key), wanted))
    refuse('delegation', 'grant is not signed by the key of its parent');
  const envelope = holderEnvelope(key);
  const { payload, signature } = splitSign1(envelope, grant);
  if (!isCanonical(key.algorithm, signature) || !(await signedBy(key, toBeSigned(envelope, payload), signature)))
    throw new LinkError('GRANT_UNTRUSTED', 'grant signature is wrong');
  const wider = widening(claims, parent.claims);
  if (wider !== null) refuse(wider, `delegated grant is wider than its parent: \`${wider}\``);
  return { claims, id: grantId(grant) };
}

/** Structure, keys, claims and signatures of a chain, without the time. */
export async function readChain(grants: readonly Uint8Array[], keySet: KeySet): Promise<VerifiedChain> {
  if (grants.length === 0) throw new RangeError('chain must have at least one grant');
  if (grants.length > MAX_DELEGATION_DEPTH + 1) refuse('delegationDepth', 'chain is longer than any grant allows');
  let last = await readGrant(grants.at(-1)!, keySet);
  const ancestors: VerifiedGrant[] = [];
  for (const grant of grants.slice(0, -1).reverse()) {
    ancestors.unshift(last);
    last = await readStep(grant, last);
  }
  return { ...last, ancestors };
}

/**
 * Checks a delegated grant with the grants it comes from: no network, no state. Each is signed by the key that the one
 * behind it names, and allows no more than that one. It says what was granted, not whether it was revoked or used up since.
 *
 * @param chain the grant, its parent and so on; the issuer's own grant last, so that one alone is an ordinary grant
 * @param keySet from `importKeySet`; the issuer's keys are enough
 * @param now whole seconds since 1970, not milliseconds
 * @param options as of `verifyGrant`
 * @returns claims and id of the first, and those of its ancestors
 * @throws LinkError `DELEGATION_REFUSED` when one is wider than its parent (`claim`), not its child, or the chain too long
 * @throws LinkError `ENCODING_INVALID`, `GRANT_INVALID`, `GRANT_UNTRUSTED`, `GRANT_EXPIRED`, `GRANT_NOT_YET_VALID` as `verifyGrant`
 * @throws RangeError when the chain is empty, or `now` or `skew` out of range
 * @example const { claims } = await verifyChain([child, parent], keySet, Math.floor(Date.now() / 1000));
 */
export async function verifyChain(
  chain: readonly Uint8Array[],
  keySet: KeySet,
  now: number,
  options: ReadOptions = {},
): Promise<VerifiedChain> {
  const check = timely(now, options);
  const verified = await readChain(chain, keySet);
  for (const { claims } of [verified, ...verified.ancestors]) check(claims);
  return verified;
}

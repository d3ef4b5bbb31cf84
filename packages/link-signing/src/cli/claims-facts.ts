import { hex } from '@wardseal/primitives';
import type { Claims } from '../claims.js';
import { inWords } from './times.js';

/** What a grant says, for programs: bytes in hexadecimal, times in seconds. */
export function claimsFacts(claims: Claims): object {
  const { delegation, policy, ...rest } = claims;
  const plain = Object.entries(rest).map(([name, value]) => [name, value instanceof Uint8Array ? hex(value) : value]);
  return {
    ...Object.fromEntries(plain),
    ...(policy && { policy: { digest: hex(policy.digest), revision: policy.revision } }),
    ...(delegation && { parent: hex(delegation.parent), holder: delegation.key.algorithm }),
  };
}

/** The same for people. */
export function claimsWords(claims: Claims): string[] {
  const { issuer, audience, object, maxUses, purpose, binding, permissions, notBefore, expires } = claims;
  const { recipient, issuerUser, delegationDepth, delegation, policy } = claims;
  return [
    `issuer      ${issuer}`,
    `opens at    ${audience}`,
    `object      ${hex(object)}`,
    `uses        ${maxUses}`,
    `purpose     ${purpose}`,
    `binding     ${binding}`,
    `allows      ${permissions.join(', ')}${delegationDepth > 0 ? `, ${delegationDepth} deep` : ''}`,
    `valid       ${inWords(notBefore)} to ${inWords(expires)}`,
    `sent by     ${hex(issuerUser)}`,
    ...(recipient ? [`for         ${hex(recipient)}`] : []),
    ...(policy ? [`policy      ${hex(policy.digest)}, revision ${policy.revision}`] : []),
    ...(delegation ? [`parent      ${hex(delegation.parent)}`] : []),
  ];
}

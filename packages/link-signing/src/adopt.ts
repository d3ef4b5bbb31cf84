import { asBytes, equal } from '@wardseal/primitives';
import { readChain } from './chain.js';
import { gone, LinkError } from './errors.js';
import { claimsOf } from './grant.js';
import { stored } from './guard.js';
import { type IssuedLink, issuedLink } from './issue.js';
import type { IssuerState } from './issuer.js';
import { readStored, statesOf } from './stored-chain.js';

/** See `Issuer.adopt`. */
export async function adoptGrant(state: IssuerState, grant: Uint8Array): Promise<IssuedLink> {
  const { delegation } = claimsOf(grant);
  if (!delegation) throw new LinkError('GRANT_INVALID', 'grant is not a delegated one', { claim: 'delegation' });
  const found = await stored(() => state.store.read(delegation.parent));
  if (found === null) throw gone('unknown');
  const above = await readStored(state, found, delegation.parent);
  const { claims, id } = await readChain([grant, ...above.links.map(({ link }) => link.grant)], state.keySet);
  const dead = statesOf(state, above).find((one) => one !== 'not-yet');
  if (dead !== undefined) throw gone(dead);
  if (state.clock() >= claims.expires) throw gone('expired');
  const { cti, object, expires, maxUses, issuerUser, recipient = null } = claims;
  const link = { id, cti, grant, object, recipient, issuerUser, parent: delegation.parent, expires, maxUses, passcode: null, withShare: false }; // biome-ignore format: one row
  const outcome = await stored(() => state.store.put(link, state.clock()));
  if (outcome === 'orphan') throw gone('revoked');
  // Adopting it again is how a lost answer is asked for; another grant of the same `cti` is not.
  const again = outcome === 'duplicate' && (await stored(() => state.store.read(id)));
  if (outcome !== 'stored' && !(again && equal(again.link.id, id)))
    throw new LinkError('CTI_USED', 'cti has its grant already');
  return issuedLink(state, { grant: asBytes(grant), id, claims });
}

import { equal } from '@wardseal/primitives';
import { readChain } from './chain.js';
import type { Claims } from './claims.js';
import { gone } from './errors.js';
import { type LinkState, stateOf } from './inspect.js';
import type { IssuerState } from './issuer.js';
import type { FoundLink, StoredLink } from './store.js';

/** A stored link with its ancestors, each with what its signed grant says. */
export interface StoredChain {
  /** The link first, the root last. */
  readonly links: readonly { readonly link: StoredLink; readonly claims: Claims }[];
  readonly claims: Claims;
}

/** The row must say what the signed grant says: somebody with the database alone cannot widen a link. */
function agrees(link: StoredLink, claims: Claims): boolean {
  const same = (a: Uint8Array | null, b: Uint8Array | undefined): boolean => (a && b ? equal(a, b) : !a && !b);
  return (
    link.expires === claims.expires &&
    link.maxUses === claims.maxUses &&
    same(link.cti, claims.cti) &&
    same(link.object, claims.object) &&
    same(link.recipient, claims.recipient) &&
    same(link.issuerUser, claims.issuerUser) &&
    same(link.parent, claims.delegation?.parent)
  );
}

/** Verifies the grants of a stored link and of all it comes from, and that each row says the same as its grant. */
export async function readStored(state: IssuerState, found: FoundLink, id: Uint8Array): Promise<StoredChain> {
  const rows = [found.link, ...found.ancestors];
  const chain = await readChain(rows.map(({ grant }) => grant), state.keySet).catch((cause) => {
    throw gone('tampered', cause);
  }); // biome-ignore format: one step
  const links = [chain, ...chain.ancestors].map((verified, i) => {
    const link = rows[i]!;
    if (!equal(verified.id, i === 0 ? id : link.id) || !agrees(link, verified.claims)) throw gone('tampered');
    return { link, claims: verified.claims };
  });
  if (!state.origins.includes(chain.claims.audience)) throw gone('tampered');
  return { links, claims: chain.claims };
}

/** The states of a link and of all it comes from, what is not live first; a delegated link is no more alive than its ancestors. */
export function statesOf(state: IssuerState, { links }: StoredChain): Exclude<LinkState, 'live'>[] {
  const now = state.clock();
  const states = links.map(({ link, claims }) => stateOf(link, claims, now, state.limits.passcodeFailures));
  return states.filter((one) => one !== 'live');
}

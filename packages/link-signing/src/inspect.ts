import type { Claims } from './claims.js';
import { stored } from './guard.js';
import { authenticate, parseHandle } from './handle.js';
import type { IssuerState } from './issuer.js';
import { NOT_BEFORE_LEEWAY_SECONDS } from './limits.js';
import type { StoredLink } from './store.js';
import { readStored, statesOf } from './stored-chain.js';

/** The state of a link, for staff. */
export type LinkState = 'exhausted' | 'expired' | 'live' | 'locked' | 'not-yet' | 'revoked' | 'unknown';

/** What `inspect` tells. */
export interface InspectedLink {
  id: Uint8Array<ArrayBuffer>;
  state: LinkState;
  expires: number;
  /** The rest is there unless the link is unknown. */
  claims?: Claims;
  grant?: Uint8Array<ArrayBuffer>;
  /** Of a delegated link: the grants it comes from, its parent's first; with them `verifyChain` verifies its grant. */
  ancestors?: readonly Uint8Array<ArrayBuffer>[];
  used?: number;
  of?: number;
  /** Wrong passcodes so far. */
  failures?: number;
  /** Whether the file's key has a half that only an opening releases, so that the link's own secret is the other one. */
  withShare?: boolean;
  /** Whole seconds since 1970. */
  revokedAt?: number;
}

/** The state of a stored link at a time. What cannot be undone comes first. */
export function stateOf(link: StoredLink, claims: Claims, now: number, failureLimit: number): LinkState {
  if (link.revokedAt !== null) return 'revoked';
  if (now >= link.expires) return 'expired';
  if (link.failures >= failureLimit) return 'locked';
  if (link.used >= link.maxUses) return 'exhausted';
  return now + NOT_BEFORE_LEEWAY_SECONDS < claims.notBefore ? 'not-yet' : 'live';
}

/** See `Issuer.inspect`. */
export async function inspectLink(state: IssuerState, handle: string): Promise<InspectedLink> {
  const parsed = parseHandle(handle);
  authenticate(parsed, state.tagKeys);
  const { id, expires } = parsed;
  const found = await stored(() => state.store.read(id));
  if (found === null) return { id, state: 'unknown', expires };
  const { link } = found;
  const chain = await readStored(state, found, id);
  const { claims } = chain;
  return {
    id,
    state: statesOf(state, chain)[0] ?? 'live',
    expires,
    claims,
    grant: new Uint8Array(link.grant),
    ...(found.ancestors.length > 0 && { ancestors: found.ancestors.map(({ grant }) => new Uint8Array(grant)) }),
    used: link.used,
    of: link.maxUses,
    failures: link.failures,
    withShare: [link, ...found.ancestors].some(({ sealedShare }) => sealedShare !== null),
    ...(link.revokedAt !== null && { revokedAt: link.revokedAt }),
  };
}

import type { Claims } from './claims.js';
import { readGrant } from './grant.js';
import { stored } from './guard.js';
import { authenticate, parseHandle } from './handle.js';
import type { IssuerState } from './issuer.js';
import { NOT_BEFORE_LEEWAY_SECONDS } from './limits.js';
import type { StoredLink } from './store.js';

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
  used?: number;
  of?: number;
  /** Wrong passcodes so far. */
  failures?: number;
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
  const { claims } = await readGrant(link.grant, state.keySet);
  return {
    id,
    state: stateOf(link, claims, state.clock(), state.limits.passcodeFailures),
    expires,
    claims,
    grant: new Uint8Array(link.grant),
    used: link.used,
    of: link.maxUses,
    failures: link.failures,
    ...(link.revokedAt !== null && { revokedAt: link.revokedAt }),
  };
}

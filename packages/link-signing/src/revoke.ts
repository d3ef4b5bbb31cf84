import { asBytes } from '@wardseal/primitives';
import { stored } from './guard.js';
import type { IssuerState } from './issuer.js';
import type { RevokeBy } from './store.js';

/** See `Issuer.revoke`. */
export async function revokeLinks(state: IssuerState, by: RevokeBy): Promise<Uint8Array<ArrayBuffer>[]> {
  const given = Object.entries(by);
  const [name, value] = given[0] ?? [];
  if (
    given.length !== 1 ||
    !['id', 'object', 'recipient', 'issuerUser'].includes(name!) ||
    !(value instanceof Uint8Array)
  )
    throw new TypeError('revoke takes exactly one of id, object, recipient and issuerUser, as bytes');
  // From the store's answer on nothing more is released; destroying the shares makes it true for backups as well.
  const revoked = await stored(() => state.store.revoke(by, state.clock()));
  await stored(() => state.shares.destroy(revoked.map(({ cti }) => cti)));
  return revoked.map(({ id }) => asBytes(id));
}

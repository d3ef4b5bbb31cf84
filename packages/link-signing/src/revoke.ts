import { asBytes } from '@wardseal/primitives';
import { stored } from './guard.js';
import type { IssuerState } from './issuer.js';
import type { RevokeBy } from './store.js';

/** What each kind of id can be: 32 bytes, and for people a UUID as well. */
const LENGTHS = { id: [32], object: [32], recipient: [16, 32], issuerUser: [16, 32] } as const;

/** See `Issuer.revoke`. */
export async function revokeLinks(state: IssuerState, by: RevokeBy): Promise<Uint8Array<ArrayBuffer>[]> {
  const given = Object.entries(by);
  const [name, value] = given[0] ?? [];
  if (given.length !== 1 || !Object.hasOwn(LENGTHS, name!) || !(value instanceof Uint8Array))
    throw new TypeError('revoke takes exactly one of id, object, recipient and issuerUser, as bytes');
  // It would match nothing, and "nothing" reads as "all are taken back".
  const lengths: readonly number[] = LENGTHS[name as keyof typeof LENGTHS];
  if (!lengths.includes(value.length)) throw new RangeError(`${name} must have ${lengths.join(' or ')} bytes`);
  // From the store's answer on nothing more is released; destroying the shares makes it true for backups as well.
  const revoked = await stored(() => state.store.revoke(by, state.clock()));
  await stored(() => state.shares.destroy(revoked.map(({ cti }) => cti)));
  return revoked.map(({ id }) => asBytes(id));
}

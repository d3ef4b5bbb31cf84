import { isDeepStrictEqual } from 'node:util';
import { enrolHere } from '../ceremony/enrol.js';
import { type Custody, ownEntry } from './custody.js';
import { logCredentials } from './log-credentials.js';

/** Puts what the ceremony pinned last into the custodian's own entry: the trust's name, and a new year's log keys, reach browsers this way. */
export async function refreshOwnEntry(custody: Custody): Promise<void> {
  const { trust, keeper, identity, signing, organisation } = custody;
  const { logs, emergencyKey, witnessPolicy, rootThumbprint } = trust;
  const credentials = logCredentials({ logs: logs.keys, emergencyKey, witnessPolicy });
  const own = ownEntry(custody);
  const { name } = trust;
  if (own === null || (own.name === name && isDeepStrictEqual(own.credentials, credentials))) return;
  const where = { organisation, rootThumbprint, now: keeper.seconds() };
  const who = { id: own.person, name, roles: own.roles ?? [] };
  const { validFrom, validTo, signingKey } = own;
  // The same keys under a new proof: one entry, as before.
  const entry = {
    ...(await enrolHere({ identity, signing: signing.secretKey }, who, where, credentials)),
    validFrom,
    validTo,
  };
  await keeper.change((entries) => entries.map((each) => (each.signingKey === signingKey ? entry : each)));
}

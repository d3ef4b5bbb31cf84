import { SealError } from '../errors.js';
import { checkEntry, type DirectoryEntry, standing } from '../keys/directory-entry.js';
import { parseSigningPublicKey, signingKeyThumbprint } from '../keys/signing-key.js';
import { isPart } from '../manifest-claims.js';
import { type Statement, verifyStatement } from '../statement.js';
import type { ClaimedSender, Judgement, ResolveSender } from '../verify.js';
import type { RecipientChange } from './authorize-grant.js';

interface Issued {
  readonly iss: ClaimedSender;
  readonly iat: number;
}

/** Whoever a statement names, when `resolveSender` knows them under that person, organisation and key; else null. */
export async function issuerOf(iss: ClaimedSender, resolveSender: ResolveSender): Promise<DirectoryEntry | null> {
  const entry = await resolveSender({ ...iss });
  if (entry === null || entry === undefined) return null;
  checkEntry(entry, 'what resolveSender gives');
  const same = entry.organisation === iss.org && entry.person === iss.person;
  return same && signingKeyThumbprint(entry.signingKey) === iss.kid ? entry : null;
}

/** How an entry stood when something was signed. Without a logged time a revoked key's own word counts for nothing. */
export function stood(entry: DirectoryEntry, claimed: number, logged: number | undefined): ReturnType<typeof standing> {
  // A thief of a key dates what he signs before its revocation: only a logged time speaks for a revoked signer.
  if (entry.revokedAt !== undefined && logged === undefined) return 'revoked';
  return standing(entry, logged ?? claimed);
}

const refused = (what: string, message: string) => new SealError('GRANT_INVALID', message, { what });

/** Who granted, once the signature is proven. Throws GRANT_INVALID. */
export async function granterOf(grant: Statement<Issued>, judgement: Judgement): Promise<DirectoryEntry> {
  const by = await issuerOf(grant.claims.iss, judgement.resolveSender);
  if (by === null) throw refused('iss', 'a change of recipients is by somebody unknown');
  await verifyStatement(grant, parseSigningPublicKey(by.signingKey), 'GRANT_INVALID');
  return by;
}

/** Asks the app whether a proven change may stand, and judges who made it at the time it counted. Throws GRANT_INVALID. */
export async function authorize(change: RecipientChange, { authorizeGrant }: Judgement): Promise<void> {
  const answer = (await authorizeGrant?.(change)) ?? false;
  if (answer === false) throw refused('authority', 'a change of recipients was not authorised');
  // A row of a database or a text is no approval; null as a time would speak for a revoked granter.
  if (answer !== true && typeof answer !== 'object')
    throw new TypeError('authorizeGrant must give a boolean or a time');
  const logged = answer === true ? undefined : answer.loggedAt;
  if (answer !== true && !isPart('iat', logged)) throw new RangeError('loggedAt must be whole seconds since 1970');
  if (stood(change.by, change.at, logged) !== 'valid')
    throw refused('standing', 'whoever changed the recipients did not count at the time');
}

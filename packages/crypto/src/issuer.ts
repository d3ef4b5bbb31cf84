import { bytes, type Check, record, text } from './checks.js';
import { SealError } from './errors.js';
import { checkEntry, type DirectoryEntry, standing } from './keys/directory-entry.js';
import { signingKeyThumbprint } from './keys/signing-key.js';

// Who signed a statement, as it says, as the app knows them, and whether they counted then.

/** Who a statement says signed it; not yet believed. */
export interface ClaimedSender {
  readonly org: string;
  readonly person: string;
  /** Thumbprint of the signing key. */
  readonly kid: string;
}

/** Looks a sender up in what the app trusts (its verified directory). Null when it knows no such person or key. */
export type ResolveSender = (iss: ClaimedSender) => Promise<DirectoryEntry | null> | DirectoryEntry | null;

/** Claims with somebody's name and time to them. */
export interface Issued {
  readonly iss: ClaimedSender;
  readonly iat: number;
}

/** The `iss` of a statement. */
export const isIssuer: Check = record({ org: text, person: text, kid: bytes(32) });

/** Whoever a statement names, when `resolveSender` knows them under that person, organisation and key; else null. */
export async function issuerOf(iss: ClaimedSender, resolveSender: ResolveSender): Promise<DirectoryEntry | null> {
  const entry = await resolveSender({ ...iss });
  if (entry === null || entry === undefined) return null;
  checkEntry(entry, 'what resolveSender gives');
  const same = entry.organisation === iss.org && entry.person === iss.person;
  return same && signingKeyThumbprint(entry.signingKey) === iss.kid ? entry : null;
}

/** The same of who sent or erased something. Throws SENDER_UNKNOWN. */
export async function knownSender({ iss }: Issued, resolveSender: ResolveSender): Promise<DirectoryEntry> {
  const sender = await issuerOf(iss, resolveSender);
  if (sender === null) throw new SealError('SENDER_UNKNOWN', 'sender is not known');
  return sender;
}

/** How an entry stood when something was signed. Without a logged time a revoked key's own word counts for nothing. */
export function stood(entry: DirectoryEntry, claimed: number, logged: number | undefined): ReturnType<typeof standing> {
  // A thief of a key dates what he signs before its revocation: only a logged time speaks for a revoked signer.
  if (entry.revokedAt !== undefined && logged === undefined) return 'revoked';
  return standing(entry, logged ?? claimed);
}

/** Throws SENDER_EXPIRED or SENDER_REVOKED when an entry did not count when something was signed. */
export function checkStanding({ iat }: Issued, sender: DirectoryEntry, logged: number | undefined): void {
  const state = stood(sender, iat, logged);
  if (state === 'revoked') throw new SealError('SENDER_REVOKED', 'sender was revoked');
  if (state === 'expired') throw new SealError('SENDER_EXPIRED', 'sender was outside the time of its entry');
}

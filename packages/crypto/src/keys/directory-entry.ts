import { SealError } from '../errors.js';
import type { ClaimedSender } from '../issuer.js';
import { MAX_CLOCK_SKEW_SECONDS } from '../limits.js';

/** A passkey of a person, as a WebAuthn relying party knows it (WebAuthn level 3, section 4). Both base64url. */
export interface PasskeyCredential {
  readonly id: string;
  /** The public key in COSE form (RFC 9052). */
  readonly publicKey: string;
}

/** On what terms somebody from outside the organisation was let in. */
export interface OutsiderTerms {
  /** Why, in a few words. Never about a patient. */
  readonly purpose: string;
  /** The two other people (ids) of the organisation who approved. */
  readonly approvedBy: readonly string[];
  /** First second at which the terms no longer count. */
  readonly until: number;
}

/** What the signed directory says about one person's keys. Times are seconds since 1970 (NumericDate, RFC 7519). */
export interface DirectoryEntry {
  /** Opaque id of the person within the organisation; not a patient, and never given to another person later. */
  readonly person: string;
  /** Opaque id of the organisation, such as an ODS code. */
  readonly organisation: string;
  /** What colleagues know the person by, as the custodian put it: who picks a recipient by name must be able to trust it. */
  readonly name?: string;
  /** The person's age recipient: `age1pq1...` or `age1...`. */
  readonly recipient: string;
  /** The person's Ed25519 public key, base64url. */
  readonly signingKey: string;
  /** What the person may be: `custodian`, `guardian`, roles of the trust's own. `outsider` only with terms. */
  readonly roles?: readonly string[];
  readonly teams?: readonly string[];
  readonly outsider?: OutsiderTerms;
  readonly credentials?: readonly PasskeyCredential[];
  readonly validFrom: number;
  /** First second at which the entry no longer counts. */
  readonly validTo: number;
  /** From this second on nothing signed or sealed with the entry's keys counts. */
  readonly revokedAt?: number;
  /** The person's own proof that they hold both keys: a compact JWS, see `createEnrolment`. In a verified directory always there. */
  readonly possession?: string;
}

/** A directory that was proven with `verifySnapshot`: who may be trusted to be whom, until when. */
export interface Directory {
  readonly organisation: string;
  /** Thumbprint of the organisation root that vouches for it, as it was pinned. */
  readonly rootThumbprint: string;
  /** Number of the snapshot: a higher one replaces it. */
  readonly epoch: number;
  /** When the root signed the delegation that the snapshot was signed under: a later one takes the place of an earlier one. */
  readonly delegatedAt: number;
  /** SHA-256 of the snapshot as it was carried, base64url. */
  readonly digest: string;
  readonly issuedAt: number;
  /** First second at which the snapshot no longer counts: sealing with it is refused from then on. */
  readonly validTo: number;
  /** Every entry, former keys and leavers included. */
  readonly entries: readonly DirectoryEntry[];
  /** The entry of a person that counts at `at` (default: the snapshot's time of verification), or null. */
  person(id: string, at?: number): DirectoryEntry | null;
  /** The entries of a team's members that count at `at`. */
  team(id: string, at?: number): readonly DirectoryEntry[];
  /** Whether exactly this entry, every member of it, stands in the snapshot. */
  holds(entry: DirectoryEntry): boolean;
  /** For `open`: the entry of whoever signed, by person and key; leavers and former keys too, to be judged by the time. */
  resolveSender(iss: ClaimedSender): DirectoryEntry | null;
}

/** Throws TypeError when a value is no directory entry at all. */
export function checkEntry(entry: DirectoryEntry, title: string): void {
  const texts = [entry?.person, entry?.organisation, entry?.recipient, entry?.signingKey];
  const times = [entry?.validFrom, entry?.validTo, ...(entry?.revokedAt === undefined ? [] : [entry.revokedAt])];
  if (!texts.every((text) => typeof text === 'string' && text.length > 0) || !times.every(Number.isSafeInteger))
    throw new TypeError(`${title} must be a directory entry`);
}

function expiryOf(entry: DirectoryEntry): number {
  return Math.min(entry.validTo, entry.outsider?.until ?? entry.validTo);
}

/** First second at which the entry no longer counts, for whatever reason. */
export function endOf(entry: DirectoryEntry): number {
  return Math.min(expiryOf(entry), entry.revokedAt ?? Number.POSITIVE_INFINITY);
}

/** Whether the entry counts at a time, and if not, why not. */
export function standing(entry: DirectoryEntry, at: number): 'valid' | 'expired' | 'revoked' {
  if (entry.revokedAt !== undefined && at >= entry.revokedAt) return 'revoked';
  return at >= entry.validFrom && at < expiryOf(entry) ? 'valid' : 'expired';
}

/** Throws SNAPSHOT_STALE when a directory is out of date at `now`; TypeError when it is none. */
export function checkDirectory(directory: Directory | 'unverified', now: number): void {
  if (directory === 'unverified') return;
  if (typeof directory?.holds !== 'function' || !Number.isSafeInteger(directory.validTo))
    throw new TypeError('directory must be what verifySnapshot gave, or `unverified`');
  if (now >= directory.validTo || now < directory.issuedAt - MAX_CLOCK_SKEW_SECONDS)
    throw new SealError('SNAPSHOT_STALE', 'directory is out of date: fetch the current snapshot');
}

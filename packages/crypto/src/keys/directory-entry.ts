/** What the signed directory says about one person's keys. Times are seconds since 1970 (NumericDate, RFC 7519). */
export interface DirectoryEntry {
  /** Opaque id of the person within the organisation; not a patient. */
  readonly person: string;
  /** Opaque id of the organisation, such as an ODS code. */
  readonly organisation: string;
  /** The person's age recipient: `age1pq1...` or `age1...`. */
  readonly recipient: string;
  /** The person's Ed25519 public key, base64url. */
  readonly signingKey: string;
  readonly role?: string;
  readonly validFrom: number;
  /** First second at which the entry no longer counts. */
  readonly validTo: number;
  /** From this second on nothing signed or sealed with the entry's keys counts. */
  readonly revokedAt?: number;
}

/** Throws TypeError when a value is no directory entry at all. */
export function checkEntry(entry: DirectoryEntry, title: string): void {
  const texts = [entry?.person, entry?.organisation, entry?.recipient, entry?.signingKey];
  const times = [entry?.validFrom, entry?.validTo, ...(entry?.revokedAt === undefined ? [] : [entry.revokedAt])];
  if (!texts.every((text) => typeof text === 'string' && text.length > 0) || !times.every(Number.isSafeInteger))
    throw new TypeError(`${title} must be a directory entry`);
}

/** Whether the entry counts at a time, and if not, why not. */
export function standing(entry: DirectoryEntry, at: number): 'valid' | 'expired' | 'revoked' {
  if (entry.revokedAt !== undefined && at >= entry.revokedAt) return 'revoked';
  return at >= entry.validFrom && at < entry.validTo ? 'valid' : 'expired';
}

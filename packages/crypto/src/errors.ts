/** Every reason for which this package refuses. The README lists each with its condition. */
export type SealErrorCode =
  | 'APPROVAL_INVALID'
  | 'ARMOR_INVALID'
  | 'CERTIFICATE_INVALID'
  | 'CODE_INVALID'
  | 'COMMITMENT_MISMATCH'
  | 'DELEGATION_INVALID'
  | 'ENROLMENT_INVALID'
  | 'GRANT_INVALID'
  | 'HEADER_INVALID'
  | 'KEY_INVALID'
  | 'KEY_STORE_UNAVAILABLE'
  | 'LABELS_MISMATCH'
  | 'LIMIT'
  | 'MAC_INVALID'
  | 'MANIFEST_INVALID'
  | 'MIXED_MODE'
  | 'NO_MATCH'
  | 'PAYLOAD_INVALID'
  | 'PAYLOAD_MISMATCH'
  | 'PROTECTED_KEYS_INVALID'
  | 'RANDOM_UNAVAILABLE'
  | 'RECIPIENTS_MISMATCH'
  | 'RECIPIENT_EXPIRED'
  | 'RECIPIENT_REVOKED'
  | 'RECIPIENT_UNKNOWN'
  | 'RECOVERY_INVALID'
  | 'ROLLBACK'
  | 'SENDER_EXPIRED'
  | 'SENDER_REVOKED'
  | 'SENDER_UNKNOWN'
  | 'SHARES_INSUFFICIENT'
  | 'SHARE_INVALID'
  | 'SIGNATURE_INVALID'
  | 'SNAPSHOT_INVALID'
  | 'SNAPSHOT_STALE'
  | 'TREE_INVALID'
  | 'UNSIGNED'
  | 'UNSUPPORTED';

/** What an error may carry besides its code: counts, limits and constants of the format, never a key, name or content. */
export interface SealErrorFacts {
  /** Which limit or part was concerned, by its name in the format or in `limits.ts`. */
  readonly what?: string;
  /** The limit that was passed. */
  readonly limit?: number;
  /** The figure that was found. */
  readonly found?: number;
}

/**
 * The one error of this package. `code` is stable; the message is for people and may change.
 *
 * @example
 * try {
 *   await open(file, options);
 * } catch (error) {
 *   if (error instanceof SealError && error.code === 'NO_MATCH') showNotForYou();
 *   else throw error;
 * }
 */
export class SealError extends Error {
  override readonly name = 'SealError';
  readonly code: SealErrorCode;
  /** Which limit or part was concerned, by its name in the format or in `limits.ts`. */
  readonly what?: string;
  /** The limit that was passed. */
  readonly limit?: number;
  /** The figure that was found. */
  readonly found?: number;

  constructor(code: SealErrorCode, message: string, facts: SealErrorFacts = {}, options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
    if (facts.what !== undefined) this.what = facts.what;
    if (facts.limit !== undefined) this.limit = facts.limit;
    if (facts.found !== undefined) this.found = facts.found;
  }
}

/** Throws LIMIT when there is more than a limit allows. `what` is its name in `limits.ts`, `message` what is too long or too many. */
export function checkLimit(found: number, limit: number, what: string, message: string): void {
  if (found > limit) throw new SealError('LIMIT', message, { what, limit, found });
}

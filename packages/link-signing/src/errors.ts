/** Every code a `LinkError` can carry. Codes are stable: a release may add one, never change what one means. */
export type LinkErrorCode =
  | 'ANSWER_INVALID'
  | 'AUDIT_FAILED'
  | 'CLAIMS_REFUSED'
  | 'CTI_UNPREPARED'
  | 'CTI_USED'
  | 'DELEGATION_REFUSED'
  | 'DENIED'
  | 'DEPOSIT_FAILED'
  | 'ENCODING_INVALID'
  | 'EPHEMERAL_KEY_INVALID'
  | 'EVENT_INVALID'
  | 'EVIDENCE_REFUSED'
  | 'GRANT_EXPIRED'
  | 'GRANT_INVALID'
  | 'GRANT_NOT_YET_VALID'
  | 'GRANT_UNTRUSTED'
  | 'HANDLE_INVALID'
  | 'LINK_GONE'
  | 'LINK_INVALID'
  | 'ORIGIN_UNKNOWN'
  | 'PASSCODE_REFUSED'
  | 'PROOF_INVALID'
  | 'PROOF_REFUSED'
  | 'SHLINK_ANSWER_INVALID'
  | 'SHLINK_DISABLED'
  | 'SHLINK_FETCH_FAILED'
  | 'SHLINK_INVALID'
  | 'SHLINK_UNMARKED'
  | 'SQLITE_MISSING'
  | 'STORE_FAILED'
  | 'STORE_UNSAFE'
  | 'STORE_VERSION'
  | 'UPLOAD_BUSY'
  | 'UPLOAD_CERTIFICATE_INVALID'
  | 'UPLOAD_CHANGED'
  | 'UPLOAD_DECLINED'
  | 'UPLOAD_KEY_INVALID'
  | 'UPLOAD_TOO_LARGE';

/** Why a link is gone. For the audit log and for `inspect`; never for the person at the door. */
export type GoneReason =
  | 'exhausted'
  | 'expired'
  | 'forged'
  | 'locked'
  | 'not-yet'
  | 'replayed'
  | 'revoked'
  | 'share-lost'
  | 'stale'
  | 'tampered'
  | 'unknown'
  | 'unknown-key'
  | 'wrong-direction';

/** Facts that go with an error. */
export interface LinkErrorFacts {
  /** With `LINK_GONE`: the precise reason, for the audit log only. */
  reason?: GoneReason;
  /** With `CLAIMS_REFUSED`, `DELEGATION_REFUSED`, `GRANT_INVALID`, `PROOF_INVALID`, `PROOF_REFUSED`, `SHLINK_INVALID`, `UPLOAD_CERTIFICATE_INVALID`: the claim at fault. */
  claim?: string;
  /** With `DENIED`: what the `authorize` hook answered. */
  decision?: unknown;
  /** With `PASSCODE_REFUSED` for a wrong passcode: how many this link has had so far. */
  failures?: number;
  /** With `PASSCODE_REFUSED`: how many wrong passcodes are left before the link locks. */
  remaining?: number;
  /** What was thrown underneath. */
  cause?: unknown;
}

/**
 * What the outside world can do wrong, with a stable `code`. Mistakes of the calling code are TypeError or RangeError.
 * `reason`, `decision`, `failures` and `remaining` are not enumerable: `JSON.stringify(error)` or a spread into a response does
 * not give them away.
 */
export class LinkError extends Error {
  override readonly name = 'LinkError';
  readonly code: LinkErrorCode;
  readonly claim?: string;
  declare readonly reason?: GoneReason;
  declare readonly decision?: unknown;
  declare readonly failures?: number;
  declare readonly remaining?: number;

  constructor(code: LinkErrorCode, message: string, facts: LinkErrorFacts = {}) {
    super(message, 'cause' in facts ? { cause: facts.cause } : undefined);
    this.code = code;
    if (facts.claim !== undefined) this.claim = facts.claim;
    Object.defineProperty(this, 'reason', { value: facts.reason, enumerable: false });
    Object.defineProperty(this, 'decision', { value: facts.decision, enumerable: false });
    Object.defineProperty(this, 'failures', { value: facts.failures, enumerable: false });
    Object.defineProperty(this, 'remaining', { value: facts.remaining, enumerable: false });
  }
}

/** One public face for unknown, expired, revoked and exhausted: only `reason` differs. */
export function gone(reason: GoneReason, cause?: unknown): LinkError {
  return new LinkError('LINK_GONE', 'link is not available', cause === undefined ? { reason } : { reason, cause });
}

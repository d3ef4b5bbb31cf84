/** Every code that an `AuditError` can carry. */
export type AuditErrorCode =
  | 'ACCEPTANCE_EXPIRED'
  | 'ACTOR_MISMATCH'
  | 'CHECKPOINT_INVALID'
  | 'CHECKPOINT_STALE'
  | 'CHECKPOINT_UNSIGNED'
  | 'COMMITMENT_MISMATCH'
  | 'CONSISTENCY_INVALID'
  | 'CURSOR_INVALID'
  | 'DELIVERY_FAILED'
  | 'EMERGENCY_REFUSED'
  | 'ENTRY_ERASED'
  | 'ENTRY_OUT_OF_RANGE'
  | 'ERASURE_UNDONE'
  | 'EVENT_CONFLICT'
  | 'EVENT_INVALID'
  | 'EVENT_STALE'
  | 'EVIDENCE_INVALID'
  | 'FLAG_STATE_INVALID'
  | 'HEADER_MISMATCH'
  | 'INCLUSION_INVALID'
  | 'INDEX_INVALID'
  | 'KEY_INVALID'
  | 'KEY_STORE_CORRUPT'
  | 'KEY_STORE_FAILED'
  | 'LEAF_INVALID'
  | 'LEASE_LOST'
  | 'LOG_CLOSED'
  | 'LOG_CORRUPT'
  | 'LOG_LOCKED'
  | 'LOG_POISONED'
  | 'LOG_ROLLED_BACK'
  | 'MERGE_INVALID'
  | 'NONCE_MISMATCH'
  | 'OBJECT_MISMATCH'
  | 'ORGANISATION_MISMATCH'
  | 'ORIGIN_MISMATCH'
  | 'OUTCOME_MISMATCH'
  | 'OUTCOME_UNLOGGED'
  | 'POLICY_INVALID'
  | 'QUORUM_MISSING'
  | 'RECEIPT_INVALID'
  | 'SELF_REVIEW'
  | 'SECRET_MISSING'
  | 'SIDE_RECORD_INVALID'
  | 'SIGNATURE_INVALID'
  | 'STORE_FAILED'
  | 'STORE_UNSAFE'
  | 'STORE_VERSION'
  | 'SUBJECT_MISMATCH'
  | 'SUCCESSION_INVALID'
  | 'TILE_INVALID'
  | 'TIME_MISMATCH'
  | 'TYPE_MISMATCH'
  | 'WITNESS_AHEAD'
  | 'WITNESS_ANSWER_INVALID'
  | 'WITNESS_INCONSISTENT'
  | 'WITNESS_LOCKED'
  | 'WITNESS_LOG_UNKNOWN'
  | 'WITNESS_REQUEST_REFUSED'
  | 'WITNESS_SIGNATURE_REFUSED'
  | 'WITNESS_STATE_CORRUPT'
  | 'WITNESS_UNAVAILABLE'
  | 'WITNESS_UNREACHABLE';

/** The facts that an `AuditError` may carry beside its code. */
export interface AuditErrorDetails {
  /** The field of the event at fault, as `actor.id`. */
  readonly field?: string;
  /** The position of the entry at fault. */
  readonly index?: number;
  /** The line of a file at fault, counted from 1. */
  readonly line?: number;
  /** The file at fault, relative to the log's folder. */
  readonly path?: string;
  /** Entries of the log that a witness has seen. */
  readonly size?: number;
  /** The HTTP status that a witness or a log answered. */
  readonly status?: number;
  readonly cause?: unknown;
}

/**
 * What this package throws about the outside world: an event, a receipt, a log, a disk.
 * A caller's own mistake is a TypeError or RangeError instead. Messages hold no secret and no patient datum.
 */
export class AuditError extends Error {
  readonly code: AuditErrorCode;
  readonly field: string | undefined;
  readonly index: number | undefined;
  readonly line: number | undefined;
  readonly path: string | undefined;
  readonly size: number | undefined;
  readonly status: number | undefined;

  constructor(code: AuditErrorCode, message: string, details: AuditErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = 'AuditError';
    this.code = code;
    this.field = details.field;
    this.index = details.index;
    this.line = details.line;
    this.path = details.path;
    this.size = details.size;
    this.status = details.status;
  }
}

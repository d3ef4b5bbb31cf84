import type { AuditErrorCode } from './errors.js';

/** What a check that failed says: `tampered`, something is false, changed or missing; `unknown`, it cannot be told. */
export type FailedVerdict = 'tampered' | 'unknown';

// What was checked and is not so. Everything else is the checker's own trouble: another log's file, a key that is none, a disk.
const TAMPERED: ReadonlySet<AuditErrorCode> = new Set<AuditErrorCode>([
  'ACTOR_MISMATCH',
  'CHECKPOINT_INVALID',
  'CHECKPOINT_UNSIGNED',
  'COMMITMENT_MISMATCH',
  'CONSISTENCY_INVALID',
  'EVIDENCE_INVALID',
  'HEADER_MISMATCH',
  'INCLUSION_INVALID',
  'KEY_STORE_CORRUPT',
  'LEAF_INVALID',
  'LOG_CORRUPT',
  'LOG_ROLLED_BACK',
  'MERGE_INVALID',
  'NONCE_MISMATCH',
  'OBJECT_MISMATCH',
  'ORGANISATION_MISMATCH',
  'OUTCOME_MISMATCH',
  'RECEIPT_INVALID',
  'SIDE_RECORD_INVALID',
  'SIGNATURE_INVALID',
  'SUBJECT_MISMATCH',
  'SUCCESSION_INVALID',
  'TILE_INVALID',
  'TIME_MISMATCH',
  'TYPE_MISMATCH',
  'WITNESS_INCONSISTENT',
]);

/**
 * Tells an answer from the lack of one. A proof whose signature is wrong is false; a proof of another log, a key that cannot be
 * read, a disk that fails say nothing about it.
 *
 * @param code - the code of an AuditError
 * @example
 * verdictOf('ORIGIN_MISMATCH'); // 'unknown'
 */
export function verdictOf(code: AuditErrorCode): FailedVerdict {
  return TAMPERED.has(code) ? 'tampered' : 'unknown';
}

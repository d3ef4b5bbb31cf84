import { AuditError } from '../errors.js';
import { failedWith } from './file-system.js';

/** What failed, as the package's own error. */
export function asStoreError(cause: unknown): AuditError {
  if (cause instanceof AuditError) return cause;
  const full = failedWith(cause, 'ENOSPC');
  return new AuditError('STORE_FAILED', full ? 'the disk is full' : 'the disk failed', { cause });
}

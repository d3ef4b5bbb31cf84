import type { Clock } from '../clock.js';
import { AuditError } from '../errors.js';

/**
 * Somebody's word that a log may run though nobody outside watches it: whoever holds its disk and its key can then rewrite
 * it unnoticed.
 */
export interface RiskAcceptance {
  /** Who accepted the risk, by an id or an office. */
  readonly acceptedBy: string;
  /** The last moment at which a log may be opened on this word: ISO 8601, as `2026-12-31` or with a time. */
  readonly until: string;
  /** Why there is no witness yet. */
  readonly reason: string;
}

/** Throws AuditError `ACCEPTANCE_EXPIRED` when the acceptance has run out, RangeError when it is not one. */
export function checkAcceptance({ acceptedBy, until, reason }: RiskAcceptance, clock: Clock): void {
  const end = Date.parse(until);
  if (typeof acceptedBy !== 'string' || acceptedBy === '' || typeof reason !== 'string' || reason === '')
    throw new RangeError('unwitnessed must say who accepted the risk, and why');
  if (Number.isNaN(end)) throw new RangeError('unwitnessed.until must be an ISO date');
  if (clock.now() > end)
    throw new AuditError('ACCEPTANCE_EXPIRED', 'the acceptance to run without a witness has run out');
}

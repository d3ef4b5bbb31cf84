import { type RetentionAnswer, retentionElapsed } from '../retention.js';
import type { ApprovalFault } from './approvals.js';
import type { Hold } from './holds.js';
import { ERASURE_GROUNDS, type ErasureRequest } from './request.js';

/** Why an erasure was refused. */
export type RefusalCode =
  | ApprovalFault
  | 'BACKUPS_UNKNOWN'
  | 'EXEMPT'
  | 'GROUND_UNKNOWN'
  | 'HELD'
  | 'RETENTION_NOT_ELAPSED'
  | 'RETENTION_UNSETTLED'
  | 'SUBJECT_UNKNOWN';

/** One reason, in a code and in plain words. */
export interface Refusal {
  readonly code: RefusalCode;
  readonly words: string;
}

/** Backups older than this have no place in a promise: ten years, in days. */
const MAX_HORIZON = 3653;
const DAY = 86_400_000;

const WORDS: Readonly<Record<RefusalCode, string>> = {
  APPROVALS_MISSING: 'two different people must approve',
  APPROVAL_INVALID: 'an approval is not good for this request',
  APPROVAL_STALE: 'an approval is more than 30 days old, or from the future',
  APPROVER_NOT_INDEPENDENT: 'somebody who asked, acts or is concerned may not approve',
  BACKUPS_UNKNOWN: 'it is not said until when a backup of the keys exists',
  EXEMPT: 'an exemption applies, or nobody said that none does',
  GROUND_UNKNOWN: 'the ground is not on the list',
  HELD: 'a hold stands',
  RETENTION_NOT_ELAPSED: 'the record must still be kept',
  RETENTION_UNSETTLED: 'how long the record must be kept is not settled',
  SUBJECT_UNKNOWN: 'no log holds a secret of this subject',
};

/** A reason with its words. */
export function refusal(code: RefusalCode, detail?: string): Refusal {
  return { code, words: detail === undefined ? WORDS[code] : `${WORDS[code]}: ${detail}` };
}

/** Everything that stands against a request; refusal is the default, so whatever is not clearly in order is a reason. */
export function refusalsOf(
  request: ErasureRequest,
  holds: readonly Hold[],
  faults: readonly ApprovalFault[],
  known: boolean,
  now: number,
): Refusal[] {
  const reasons: Refusal[] = [];
  if (!known) reasons.push(refusal('SUBJECT_UNKNOWN'));
  if (!Object.hasOwn(ERASURE_GROUNDS, request.ground)) reasons.push(refusal('GROUND_UNKNOWN'));
  if (request.exemption !== 'none') reasons.push(refusal('EXEMPT'));
  if (holds.length > 0) reasons.push(refusal('HELD', holds.map(({ id }) => id).join(', ')));
  const retention = retentionElapsed(request.retention, now);
  if (!retention.elapsed) reasons.push(retentionRefusal(retention));
  const last = /^\d{4}-\d{2}-\d{2}$/.test(request.backupsUntil) ? Date.parse(request.backupsUntil) : Number.NaN;
  if (!(last + DAY > now && last - now <= MAX_HORIZON * DAY)) reasons.push(refusal('BACKUPS_UNKNOWN'));
  for (const fault of faults) reasons.push(refusal(fault));
  return reasons;
}

function retentionRefusal({ unsettled, keepUntil }: RetentionAnswer): Refusal {
  if (unsettled.length > 0 || keepUntil === null)
    return refusal('RETENTION_UNSETTLED', unsettled.join(', ') || undefined);
  return refusal('RETENTION_NOT_ELAPSED', `until ${keepUntil}`);
}

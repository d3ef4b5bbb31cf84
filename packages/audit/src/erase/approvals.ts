import type { Approval, ErasureRequest } from './request.js';

/** Checks one approval against the digest: a signature, an assertion, a ticket of the approvals system. */
export type VerifyApproval = (approval: Approval, digest: string) => boolean | Promise<boolean>;

/** Approvers that an erasure needs: destroying evidence is no one person's act (OWASP ASVS 5.0.0, 2.3.5). */
export const APPROVERS = 2;
/** An approval counts so long, ms: 30 days, the time in which a request must be answered. */
export const APPROVAL_AGE: number = 30 * 86_400_000;
/** An approver's clock may be so far ahead, ms. */
const AHEAD = 60_000;
const PLAIN = /^[\x21-\x7e]{1,128}$/;

/** What is wrong with the approvals. */
export type ApprovalFault = 'APPROVALS_MISSING' | 'APPROVAL_INVALID' | 'APPROVAL_STALE' | 'APPROVER_NOT_INDEPENDENT';

/**
 * Holds the approvals against the request. Every one that is given must be good: a bad one among enough good ones means
 * that somebody tries something. A `verifyApproval` that throws is passed on: it said nothing.
 */
export async function faultsOfApprovals(
  approvals: readonly Approval[],
  digest: string,
  request: ErasureRequest,
  verifyApproval: VerifyApproval,
  now: number,
): Promise<ApprovalFault[]> {
  const faults = new Set<ApprovalFault>();
  const involved = new Set([request.requestedBy, request.actor.id, ...(request.notApprovers ?? [])].map(plain));
  // By id alone: the same person in two organisations is one approver.
  const approvers = new Set<string>();
  for (const approval of approvals) {
    const id = plain(approval.approver.id);
    const age = now - Date.parse(approval.at);
    // A blank or a letter that looks like another would make two people of one.
    if (!PLAIN.test(id)) faults.add('APPROVAL_INVALID');
    else if (involved.has(id)) faults.add('APPROVER_NOT_INDEPENDENT');
    else if (!(age >= -AHEAD && age <= APPROVAL_AGE)) faults.add('APPROVAL_STALE');
    else if ((await verifyApproval(approval, digest)) !== true) faults.add('APPROVAL_INVALID');
    else approvers.add(id);
  }
  if (approvers.size < APPROVERS) faults.add('APPROVALS_MISSING');
  return [...faults];
}

/** Ids that differ in case only are one person's. */
function plain(id: string): string {
  return id.toLowerCase();
}

import { PolicyError } from '../errors.js';
import { APPROVALS_NEEDED, checkApproval, countApprovals } from './approval.js';
import { checkRegister, MAX_APPROVALS } from './check-register.js';
import { type Approvers, checkApprovers } from './guardians.js';
import type { Approval, Register } from './register.js';
import { samePerson } from './shapes.js';
import { about, find, mustBe, packOf, type Step, withVersion } from './versions.js';

export interface Approving extends Approvers {
  readonly version: number;
  /** From `signApproval`, however it came here. */
  readonly approval: Approval;
}

/**
 * Adds a guardian's approval to a version. With the second that counts, a draft is approved. A version that is approved or in
 * force can be approved further: when a guardian leaves, another signs the text that is already in force.
 *
 * @returns the new register and the event `policy.approve`.
 * @throws PolicyError `REGISTER_INVALID`; `GUARDIANS_INVALID`; `VERSION_INVALID` for a version that is not there;
 * `TRANSITION_INVALID` when it is superseded or withdrawn, or has 20 approvals; `APPROVAL_INVALID` when the approval is of another
 * form, policy, version or text, or not signed by this guardian's key; `APPROVER_UNKNOWN`; `SELF_APPROVAL` for the proposer's;
 * `APPROVER_REPEATED` when this guardian has approved it.
 * @example
 * ```ts
 * const { register } = await approve(before, { version: 1, approval, guardians });
 * ```
 */
export async function approve(register: Register, { version, approval, ...approvers }: Approving): Promise<Step> {
  checkRegister(register);
  const checked = checkApprovers(approvers);
  const found = find(register, version);
  const { entry, index, path } = found;
  mustBe(found, 'draft', 'approved', 'in-force');
  packOf(entry, path);
  const approved = about(register, entry);
  const added = await checkApproval(approval, approved, checked, '/approval');
  if (samePerson(added.by, entry.proposed.by))
    throw new PolicyError('SELF_APPROVAL', '/approval/by', 'who proposes a version does not approve it');
  const place = `${path}/approvals`;
  const { counted } = await countApprovals(entry.approvals, approved, checked, place);
  if (counted.some(({ by }) => samePerson(by, added.by)))
    throw new PolicyError('APPROVER_REPEATED', '/approval/by', 'this guardian has approved it');
  if (entry.approvals.length >= MAX_APPROVALS)
    throw new PolicyError('TRANSITION_INVALID', place, 'a version has no room for more approvals');
  const approvals = counted.length + 1;
  const status = entry.status === 'draft' && approvals >= APPROVALS_NEEDED ? 'approved' : entry.status;
  return {
    register: withVersion(register, index, { ...entry, status, approvals: [...entry.approvals, added] }),
    events: [
      {
        type: 'policy.approve',
        at: added.at,
        by: added.by,
        policy: approved,
        detail: { approval: added, approvals },
      },
    ],
  };
}

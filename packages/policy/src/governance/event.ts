import type { Approval, VersionRef, VersionStatus } from './register.js';
import type { ChangeSummary } from './summarise-change.js';

interface About {
  /** RFC 3339, UTC. */
  readonly at: string;
  /** Who did it. */
  readonly by: string;
  readonly policy: VersionRef & { readonly id: string };
}

/** What happened to a version of a policy: plain JSON to write to an audit log, `toAuditFields` says how. */
export type GovernanceEvent =
  | (About & {
      readonly type: 'policy.propose';
      readonly detail: { readonly reason: string; readonly supersedes: VersionRef | null };
    })
  | (About & {
      readonly type: 'policy.approve';
      /** `approvals`: how many count now, this one among them. */
      readonly detail: { readonly approval: Approval; readonly approvals: number };
    })
  | (About & {
      readonly type: 'policy.activate';
      readonly detail: { readonly approvedBy: readonly string[]; readonly change: ChangeSummary };
    })
  | (About & { readonly type: 'policy.supersede'; readonly detail: { readonly supersededBy: VersionRef } })
  | (About & {
      readonly type: 'policy.withdraw';
      readonly detail: {
        readonly secondApprover: string;
        readonly reason: string;
        /** Where the version stood before; when it was in force, nothing is in force now. */
        readonly was: VersionStatus;
      };
    });

export { type Activation, activate } from './activate.js';
export { APPROVALS_NEEDED } from './approval.js';
export { type Approving, approve } from './approve.js';
export { checkRegister, MAX_APPROVALS, MAX_VERSIONS } from './check-register.js';
export type { GovernanceEvent } from './event.js';
export { APPROVER_ROLES, type Approvers, MAX_GUARDIANS } from './guardians.js';
export { inForce } from './in-force.js';
export { newRegister } from './new-register.js';
export { type Proposal, propose } from './propose.js';
export type { Approval, Guardian, Register, RegisteredVersion, VersionRef, VersionStatus } from './register.js';
export { type Signing, signApproval } from './sign-approval.js';
export { signPack } from './sign-pack.js';
export {
  type ChangeSummary,
  MAX_CHANGES,
  summariseChange,
  type TextChange,
  type ToldChange,
} from './summarise-change.js';
export { type AuditFields, toAuditFields } from './to-audit-fields.js';
export { type Verification, verifyPack } from './verify-pack.js';
export type { Step } from './versions.js';
export { type Withdrawal, withdraw } from './withdraw.js';

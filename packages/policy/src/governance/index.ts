export {
  type AccessReview,
  type AccessReviewOptions,
  accessReview,
  DEFAULT_DORMANT_DAYS,
  ESCALATION_DAYS,
  MAX_MEMBERSHIPS,
  type Membership,
  type ReviewedMembership,
} from './access-review.js';
export {
  type Acknowledgement,
  type AcknowledgeOptions,
  acknowledge,
  checkAcknowledgement,
  textDigestOf,
} from './acknowledgement.js';
export {
  type AcknowledgementQuery,
  type AcknowledgementState,
  acknowledgementOf,
  DEFAULT_ACKNOWLEDGE_GRACE_DAYS,
} from './acknowledgement-of.js';
export {
  type AcknowledgementReport,
  type AcknowledgementReportOptions,
  acknowledgementReport,
  type DepartmentReport,
  MAX_PEOPLE,
  type StaffMember,
  type Waiting,
} from './acknowledgement-report.js';
export { type Activation, activate } from './activate.js';
export { APPROVALS_NEEDED } from './approval.js';
export { type Approving, approve } from './approve.js';
export { article30 } from './article30.js';
export type {
  AssessedRisk,
  Assessment,
  AssessmentCondition,
  AssessmentDecision,
  DataFlow,
  DecidedAssessment,
  DpoAdvice,
} from './assessment.js';
export { type ChannelStanding, type ChannelStatus, channelStatus, MAX_ASSESSMENTS } from './channel-status.js';
export { checkAssessment, MAX_ASSESSMENT_ENTRIES } from './check-assessment.js';
export { checkRegister, MAX_APPROVALS, MAX_VERSIONS } from './check-register.js';
export { MAX_CHANNELS, type PaperInput } from './configuration.js';
export { MAX_ACKNOWLEDGEMENTS, type NotCounted, type ShownTexts } from './counting.js';
export { dpia } from './dpia.js';
export type { GovernanceEvent } from './event.js';
export { type GovernanceFacts, type GovernanceQuery, governanceFacts } from './governance-facts.js';
export { APPROVER_ROLES, type Approvers, MAX_GUARDIANS } from './guardians.js';
export { inForce } from './in-force.js';
export { MAX_CLOCK_SKEW_MS } from './moments.js';
export { newRegister } from './new-register.js';
export {
  type MissingField,
  type Page,
  type Paper,
  type PaperSection,
  type PaperTable,
  pageOf,
  type Statement,
} from './paper.js';
export { checkProcessingForm, type ProcessingForm } from './processing-form.js';
export { type Proposal, propose } from './propose.js';
export type { Approval, Guardian, Register, RegisteredVersion, VersionRef, VersionStatus } from './register.js';
export {
  DEFAULT_REVIEW_GRACE_DAYS,
  MAX_REVIEWS,
  REMINDER_DAYS,
  type Review,
  type Reviewable,
  type ReviewOptions,
  type ReviewReport,
  reviews,
} from './reviews.js';
export { HIGH_RISK_SCORE, riskScore, type Scale } from './risk.js';
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

export { decideAll, type JointDecision, type Party, type PartyDecision } from './decide-all.js';
export type {
  Advice,
  Clock,
  Decision,
  Finding,
  Obligation,
  Reason,
  Request,
} from './decision.js';
export type {
  Amount,
  AttributeDeclaration,
  AttributeRef,
  Basis,
  BreakGlass,
  Condition,
  Constant,
  Duration,
  EvidenceSource,
  FieldDeclaration,
  ForbidRule,
  Invariant,
  InvariantScope,
  ObligationStatement,
  Outcome,
  Pack,
  Parameter,
  ParameterRef,
  PermitRule,
  PolicyDocument,
  PolicyTest,
  Rule,
  Test,
} from './document.js';
export { type Enforcement, enforce, type ObligationHandler } from './enforce.js';
export { PolicyError, type PolicyErrorCode, type Witness } from './errors.js';
export { createPdp, type Pdp, type PdpOptions } from './evaluate.js';
export { type Batch, type BatchSemantics, evaluateMany, MAX_EVALUATIONS } from './evaluate-many.js';
export { type Audience, type Explanation, explain } from './explain.js';
export { MAX_DOCUMENT_CHARS } from './json-text.js';
export { loadPolicy } from './load.js';
export { type OpenRule, type PartialOptions, partial, type Residual } from './partial/partial.js';
export { actionInWords } from './plain-english/action.js';
export { conditionInLines, conditionInWords } from './plain-english/condition.js';
export { dutyInWords } from './plain-english/duty.js';
export { findingInWords } from './plain-english/finding.js';
export { nameOfFact } from './plain-english/names.js';
export { MAX_STEPS, MAX_TRIALS } from './remedies/find.js';
export {
  applyRemedy,
  DEFAULT_REMEDIES,
  evaluateWithRemedies,
  MAX_REMEDIES,
  type RemedyOptions,
  remedies,
} from './remedies/remedies.js';
export type { Remedy, RemedyKind, RemedyStep } from './remedies/remedy.js';
export {
  DEFAULT_PAGE,
  MAX_PAGE,
  MAX_SCANNED,
  type Search,
  type SearchKind,
  type SearchPage,
  search,
} from './search.js';
export { type TestResult, testPolicy } from './test-policy.js';

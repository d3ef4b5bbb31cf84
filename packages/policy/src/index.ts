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
export { PolicyError, type PolicyErrorCode } from './errors.js';
export { createPdp, type Pdp, type PdpOptions } from './evaluate.js';
export { loadPolicy, MAX_DOCUMENT_CHARS } from './load.js';

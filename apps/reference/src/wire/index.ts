export type * from './api.js';
export {
  type CheckedScheme,
  type Clinical,
  CONSENT_FORMS,
  checkPatientNumber,
  type Patient,
  type PatientNumber,
  type PatientNumberReason,
  parseClinical,
  SIDES,
} from './clinical.js';
export { CODES, type Code, type ErrorBody, WireError } from './errors.js';
export { decodeFrame, encodeFrame, MAX_FRAME_JSON_BYTES } from './frame.js';
export { type ItemLabels, KINDS, LONGEST_LIFE, PURPOSES, parseLabels, SENSITIVITIES } from './labels.js';
export { type Parser, parserOf } from './parse.js';
export {
  type ActionFacts,
  type ContextFacts,
  type Question,
  type QuestionFacts,
  questionOf,
  type RecipientFacts,
  type Relationship,
  type ResourceFacts,
  type SubjectFacts,
} from './question.js';

export { type Authzen, type AuthzenOptions, createAuthzen, METADATA_MAX_AGE } from './create-authzen.js';
export { MAX_BODY_BYTES, MAX_BODY_DEPTH } from './json-body.js';
export { type NodeRequest, type NodeResponse, toNodeHandler } from './node-handler.js';
export { type AuthzenObligation, OBLIGATION_VENDOR } from './obligations.js';
export { type AuthzenAction, type AuthzenEntity, type AuthzenQuestion, requestFromAuthzen } from './question.js';
export type { AuthzenError, AuthzenErrorCode } from './refusal.js';
export type { AuthzenCandidates, AuthzenSearch } from './search.js';

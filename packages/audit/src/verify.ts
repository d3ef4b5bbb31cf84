// Everything that checks what a log gave out, and nothing that keeps one: for a browser, a regulator, a page without a network.
export { AuditError, type AuditErrorCode, type AuditErrorDetails } from './errors.js';
export type { ActorKind, Decision, EventType, Geofence, Outcome, Purpose } from './event-codes.js';
export { decodeLeaf, type Leaf } from './leaf.js';
export { type ProofEntry, readProof, type UnverifiedProof } from './read-proof.js';
export type { ReceiptFact, ReceiptFacts } from './receipt-facts.js';
export type { ActorSide } from './sides.js';
export { type FailedVerdict, verdictOf } from './verdict-of.js';
export { type Checkpoint, type VerifyPolicy, verifyCheckpoint } from './verify-checkpoint.js';
export { verifyConsistency } from './verify-consistency.js';
export { type VerifiedEvidence, verifyEvidence } from './verify-evidence.js';
export { type InclusionProof, verifyInclusion } from './verify-inclusion.js';
export { type VerifiedProof, verifyProof } from './verify-proof.js';
export { type ReceiptExpectations, type VerifiedReceipt, verifyReceipt } from './verify-receipt.js';
export { verifyWitnessed } from './verify-witnessed.js';
export { type PolicyGroup, type PolicyWitness, parsePolicy, type WitnessPolicy } from './witness/policy.js';
export type { Cosignature } from './witness/quorum.js';

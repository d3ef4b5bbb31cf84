export { type AuditOptions, type AuditReport, auditLog, type Finding } from './audit-log.js';
export type { VerifiedEntry } from './check/verified-entries.js';
export type { TreeHead } from './checkpoint-text.js';
export { type Clock, systemClock } from './clock.js';
export { danglingIntents, type PlacedLeaf } from './dangling-intents.js';
export { type EmergencyJournal, openEmergencyJournal } from './emergency.js';
export type { VerifyApproval } from './erase/approvals.js';
export type { CertifiedLog, ErasureCertificate } from './erase/certificate.js';
export { erasuresIn } from './erase/erasures-in.js';
export { type Hold, holdsOn } from './erase/holds.js';
export type { Refusal, RefusalCode } from './erase/refusal.js';
export {
  type Approval,
  ERASURE_GROUNDS,
  type ErasureExemption,
  type ErasureGround,
  type ErasureRequest,
  type ErasureScope,
} from './erase/request.js';
export type { ErasableLog } from './erase/year.js';
export { type EraseOptions, type EraseResult, type ErasureTarget, eraseSubject, proposeErasure } from './erase.js';
export { AuditError, type AuditErrorCode, type AuditErrorDetails } from './errors.js';
export { type AuditEvent, parseEvent } from './event.js';
export type { ActorKind, Decision, EventType, Geofence, Outcome, Purpose } from './event-codes.js';
export { createEventId } from './event-id.js';
export { eventOf } from './event-of.js';
export { type Comparison, compareCheckpoints } from './gossip.js';
export type { Fetch } from './http.js';
export { type KeyStore, memoryKeyStore } from './key-store.js';
export { decodeLeaf, type Leaf } from './leaf.js';
export type { RiskAcceptance } from './life/acceptance.js';
export type { CheckpointKeeper } from './life/keeper.js';
export { HEARTBEAT_EVERY, type LogWitnesses, type Witnessed, type WitnessingState } from './life/log-witnesses.js';
export type { WitnessOutage } from './life/outage.js';
export type { Override } from './life/override.js';
export type { AppendOptions, AppendResult, AuditLog } from './log.js';
export type { LogSource } from './log-source.js';
export { type Merged, type MergeOptions, mergeEmergency } from './merge-emergency.js';
export type {
  MonitorAlert,
  MonitorEntry,
  MonitorOptions,
  MonitorReport,
  MonitorState,
} from './monitor/monitor-report.js';
export { type Monitor, monitor } from './monitor.js';
export { generateCosignerKey, generateLogKey, type LogSigner, logSigner } from './note-key.js';
export { type LogOptions, type OpenLogOptions, openLog } from './open-log.js';
export type { OpenedEntry } from './opened-entry.js';
export { originOfYear } from './origin-of-year.js';
export { patientHandle } from './patient-handle.js';
export { proveConsistency } from './prove-consistency.js';
export { proveEntry } from './prove-entry.js';
export { type ProofEntry, readProof, type UnverifiedProof } from './read-proof.js';
export type { ReceiptFact, ReceiptFacts } from './receipt-facts.js';
export { type RetentionAnswer, type RetentionRecord, retentionElapsed } from './retention.js';
export type { ActorSide, SubjectSide } from './sides.js';
export type {
  Appended,
  EntryQuery,
  IndexReport,
  Integration,
  IntegrationState,
  LogReader,
  LogStore,
  StoredEntry,
} from './store/store.js';
export { type Predecessor, type SucceedOptions, succeed } from './succeed.js';
export { type Tile, type TileId, tilePath } from './tiles.js';
export { urlReader } from './url-reader.js';
export { type FailedVerdict, verdictOf } from './verdict-of.js';
export { type Checkpoint, type VerifyPolicy, verifyCheckpoint } from './verify-checkpoint.js';
export { verifyConsistency } from './verify-consistency.js';
export { type VerifiedEvidence, verifyEvidence } from './verify-evidence.js';
export { type InclusionProof, verifyInclusion } from './verify-inclusion.js';
export { type VerifiedMerge, verifyMerge } from './verify-merge.js';
export { type VerifiedProof, verifyProof } from './verify-proof.js';
export { type ReceiptExpectations, type VerifiedReceipt, verifyReceipt } from './verify-receipt.js';
export { type Succession, type VerifiedSuccession, verifySuccession, verifySuccessions } from './verify-succession.js';
export { verifyWitnessed } from './verify-witnessed.js';
export type { Audited, IntendedEvent, LoggedFailure, WithAuditOptions } from './with-audit.js';
export {
  type WitnessAnswer,
  type WitnessClient,
  type WitnessClientOptions,
  witnessClient,
} from './witness/client.js';
export { type Cosigned, Cosigners, type Prove, witnessedSize } from './witness/cosigners.js';
export { type PolicyGroup, type PolicyWitness, parsePolicy, type WitnessPolicy } from './witness/policy.js';
export type { Cosignature } from './witness/quorum.js';
export type { AddCheckpoint } from './witness/wire.js';
export { wrapKeys } from './wrap-keys.js';
export {
  LATE_RETRIES,
  type OpenYearsOptions,
  openYears,
  type YearAppendResult,
  type YearLogs,
} from './years.js';

export { decodeArmor, encodeArmor } from './armor.js';
export { type Capabilities, capabilities } from './capabilities.js';
export type { JsonObject, JsonValue } from './checks.js';
export { attachHeader, type DetachedFile, detachHeader } from './detach.js';
export { type AnswerOptions, answerChallenge } from './directory/answer-challenge.js';
export { challengeEnrolment, type EnrolmentChallenge } from './directory/challenge-enrolment.js';
export { createEnrolment, type EnrolmentRequestOptions } from './directory/create-enrolment.js';
export { createOrganisation } from './directory/create-organisation.js';
export { type DelegationOptions, delegateDirectory } from './directory/delegate-directory.js';
export type { Enrolled, EnrolmentLink, EnrolmentOptions } from './directory/enrolment.js';
export { type SnapshotOptions, signSnapshot } from './directory/sign-snapshot.js';
export { type VerifyEnrolmentOptions, verifyEnrolment } from './directory/verify-enrolment.js';
export { type SeenDirectory, type VerifySnapshotOptions, verifySnapshot } from './directory/verify-snapshot.js';
export { type ErasureCertificate, type ErasureOptions, erasureCertificate, readErasureCertificate } from './erase.js';
export { SealError, type SealErrorCode, type SealErrorFacts } from './errors.js';
export { type AddOptions, addRecipients } from './grants/add-recipients.js';
export type { AuthorizeGrant, ChangedRecipient, RecipientChange } from './grants/authorize-grant.js';
export type { Actor, ChangedHeader, ChangeOptions } from './grants/change-options.js';
export { type LaterRecipient, listRecipients, type RecipientList } from './grants/list-recipients.js';
export { type ReleaseOptions, release, type SessionKey } from './grants/release.js';
export { type ReleaseRequest, releaseChallenge } from './grants/release-challenge.js';
export { removeRecipients } from './grants/remove-recipients.js';
export { rewrapWithout } from './grants/rewrap-without.js';
export { type RotatedFile, type RotateOptions, rotate } from './grants/rotate.js';
export { type InspectedSource, type Inspection, inspect } from './inspect.js';
export type { ClaimedSender, ResolveSender } from './issuer.js';
export { deviceFingerprint } from './keys/device-fingerprint.js';
export type { Directory, DirectoryEntry, OutsiderTerms, PasskeyCredential } from './keys/directory-entry.js';
export { type GeneratedIdentity, generateIdentity } from './keys/identity.js';
export { type ProtectBy, protectKeys } from './keys/protect.js';
export type { PersonalKeys, ProtectionSubject } from './keys/protected-keys.js';
export { type HeldIdentity, type Identity, type Mode, recipientOf, recipientThumbprint } from './keys/recipient.js';
export { canonicalRecoveryCode, generateRecoveryCode } from './keys/recovery-code.js';
export {
  generateSigningKey,
  type Signer,
  type SigningKeyPair,
  signingKeyPairOf,
  signingKeyThumbprint,
} from './keys/signing-key.js';
export { type UnprotectBy, type UnprotectionSubject, unprotectKeys } from './keys/unprotect.js';
export type {
  Labels,
  Manifest,
  RecipientRole,
  SignedRecipient,
} from './manifest-claims.js';
export { type OpenedFile, type OpenedUnsignedFile, open } from './open.js';
export type { ProvenContent } from './open-content.js';
export type { OpenOptions, OpenUnsignedOptions, ProvenFile, UnsignedFile } from './open-header.js';
export { limits } from './public-limits.js';
export { provideRandomness } from './random.js';
export type { RecoveryRequest } from './recovery/approval.js';
export { type ApproveOptions, approveShare } from './recovery/approve-share.js';
export { type CheckedSeat, checkSeat } from './recovery/check-seat.js';
export { combineShares } from './recovery/combine-shares.js';
export { openShare } from './recovery/open-share.js';
export { decodeShareRequest, encodeShareRequest } from './recovery/request-file.js';
export {
  type ShareRequest,
  type ShareRequestOptions,
  type VerifiedShareRequest,
  verifyShareRequest,
} from './recovery/verify-share-request.js';
export { type NativeKind, requireNative } from './require-native.js';
export { type SealedFile, type SealedHeader, seal } from './seal.js';
export type { Recipient, SealOptions } from './seal-options.js';
export type { ByteStream, PlaintextSource, RandomAccessSource, SealedSource } from './source.js';
export type { LinkKey } from './stanza/link.js';
export type { RecoveryKey } from './stanza/recovery.js';
export { openRange } from './stream/open-range.js';
export { openReader, type RangedSource, type SealedReader } from './stream/open-reader.js';
export { type OpenedStream, type OpenedUnsignedStream, openStream, type StreamedSource } from './stream/open-stream.js';
export { type SealedStream, sealStream } from './stream/seal-stream.js';
export type { Credentials } from './unwrap.js';
export type { Judgement } from './verify.js';

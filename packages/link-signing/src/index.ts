export { createRedeemer, EPHEMERAL_KEY_BYTES, type OpenedAnswer, openAnswer, type Redeemer } from './answer.js';
export { type VerifiedChain, verifyChain } from './chain.js';
export type { ShownProof } from './check-proof.js';
export {
  BINDINGS,
  type Binding,
  type Claims,
  type Delegation,
  PERMISSIONS,
  type Permission,
  PURPOSES,
  type Purpose,
  UPLOAD_PURPOSES,
} from './claims.js';
export { delegate, type Narrowing } from './delegate.js';
export { type GoneReason, LinkError, type LinkErrorCode, type LinkErrorFacts } from './errors.js';
export { decodeGrant, encodeGrant, type ReadOptions, type VerifiedGrant, verifyGrant } from './grant.js';
export { type HandleFacts, mintHandle, verifyHandle } from './handle.js';
export { type HolderKey, type HolderPublicKey, holderKey } from './holder-key.js';
export type { InspectedLink, LinkState } from './inspect.js';
export type { GrantRequest, IssuedLink } from './issue.js';
export {
  createIssuer,
  type EvidenceFacts,
  type Issuer,
  type IssuerLimits,
  type IssuerOptions,
  type OpenEvent,
  type ShownBinding,
} from './issuer.js';
export { keyThumbprint } from './key-thumbprint.js';
export {
  createSigner,
  importKeySet,
  importTagKeys,
  type KeySet,
  type KeyState,
  type Signer,
  type TagKey,
  type TagKeySet,
  type VerificationKey,
} from './keys.js';
export * from './limits.js';
export { type ParsedLink, parseLink } from './link.js';
export { linkKey } from './link-key.js';
export { objectDigest } from './object-digest.js';
export { PASSCODE_COST, type PasscodeCost } from './passcode.js';
export type { Prepared } from './prepare.js';
export { createProof, type ProofRequest } from './proof/create-proof.js';
export { openingToken } from './proof/opening-token.js';
export { type ProofExpectations, type VerifiedProof, verifyProof } from './proof/verify-proof.js';
export type { OpenDecision, OpenFacts, Redeemed, RedeemRequest } from './redeem.js';
export { type LinkEvent, type Replayed, replay } from './replay.js';
export { memoryStore } from './store/memory.js';
export { memoryEraseStore } from './store/memory-erase.js';
export type {
  Awaitable,
  EraseStore,
  FoundLink,
  LinkStore,
  NewLink,
  PreparedShare,
  PutOutcome,
  RefusedReason,
  ReleaseOutcome,
  RevokeBy,
  StoredLink,
  Take,
  TakeOutcome,
} from './store.js';
export type { AllowIntimateUnder18, BeginRequest, BegunUpload, IntimateUnder18 } from './upload/begin.js';
export type { CertificateFacts } from './upload/certificate.js';
export type { Deposited, UploadDeposit, UploadFacts } from './upload/deposit.js';
export { type ParsedUploadLink, parseUploadLink, uploadLink } from './upload/link.js';
export { uploadObject } from './upload/object.js';
export type { ReceiveRequest, UploadEvent, UploadReceipt } from './upload/receive.js';
export { SENSITIVITIES, type Sensitivity } from './upload/sensitivity.js';
export type { Uploads } from './upload/uploads.js';
export { type VerifiedUpload, verifyUploadCertificate } from './upload/verify-certificate.js';

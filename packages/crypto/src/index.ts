export { decodeArmor, encodeArmor } from './armor.js';
export { type Capabilities, capabilities } from './capabilities.js';
export type { JsonObject, JsonValue } from './checks.js';
export { attachHeader, type DetachedFile, detachHeader } from './detach.js';
export { SealError, type SealErrorCode, type SealErrorFacts } from './errors.js';
export { type Inspection, inspect } from './inspect.js';
export type { Directory, DirectoryEntry, OutsiderTerms, PasskeyCredential } from './keys/directory-entry.js';
export { type GeneratedIdentity, generateIdentity } from './keys/identity.js';
export { type HeldIdentity, type Identity, type Mode, recipientOf, recipientThumbprint } from './keys/recipient.js';
export {
  generateSigningKey,
  type Signer,
  type SigningKeyPair,
  signingKeyPairOf,
  signingKeyThumbprint,
} from './keys/signing-key.js';
export * as limits from './limits.js';
export type {
  Labels,
  Manifest,
  RecipientRole,
  SignedRecipient,
} from './manifest-claims.js';
export { type OpenedFile, type OpenedUnsignedFile, open } from './open.js';
export type { OpenOptions, OpenUnsignedOptions, ProvenFile, UnsignedFile } from './open-header.js';
export { provideRandomness } from './random.js';
export { combineShares } from './recovery/combine-shares.js';
export { openShare, type ShareRequest } from './recovery/open-share.js';
export { type NativeKind, requireNative } from './require-native.js';
export { type SealedFile, type SealedHeader, seal } from './seal.js';
export type { Recipient, SealOptions } from './seal-options.js';
export type { PlaintextSource, SealedSource } from './source.js';
export type { LinkKey } from './stanza/link.js';
export type { RecoveryKey } from './stanza/recovery.js';
export type { Credentials } from './unwrap.js';
export type { ClaimedSender, Judgement, ResolveSender } from './verify.js';

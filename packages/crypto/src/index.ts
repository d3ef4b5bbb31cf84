export { decodeArmor, encodeArmor } from './armor.js';
export { type Capabilities, capabilities } from './capabilities.js';
export { combineShares } from './combine-shares.js';
export { attachHeader, type DetachedFile, detachHeader } from './detach.js';
export { SealError, type SealErrorCode, type SealErrorFacts } from './errors.js';
export { type Inspection, inspect } from './inspect.js';
export type { DirectoryEntry } from './keys/directory-entry.js';
export { type GeneratedIdentity, generateIdentity } from './keys/identity.js';
export { type Mode, recipientOf, recipientThumbprint } from './keys/recipient.js';
export { generateSigningKey, type Signer, type SigningKeyPair, signingKeyThumbprint } from './keys/signing-key.js';
export * as limits from './limits.js';
export type {
  JsonObject,
  JsonValue,
  Labels,
  Manifest,
  RecipientRole,
  SignedRecipient,
} from './manifest-claims.js';
export { type OpenedFile, type OpenedUnsignedFile, type OpenOptions, type OpenUnsignedOptions, open } from './open.js';
export { openShare, type ShareRequest } from './open-share.js';
export { provideRandomness } from './random.js';
export { type SealedFile, seal } from './seal.js';
export type { Recipient, SealOptions } from './seal-options.js';
export type { PlaintextSource, SealedSource } from './source.js';
export type { LinkKey } from './stanza/link.js';
export type { RecoveryKey } from './stanza/recovery.js';
export type { Credentials } from './unwrap.js';
export type { ClaimedSender, Judgement, ResolveSender } from './verify.js';

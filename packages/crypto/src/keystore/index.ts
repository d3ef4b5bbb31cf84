export { SealError, type SealErrorCode, type SealErrorFacts } from '../errors.js';
export type { PersonalKeys } from '../keys/protected-keys.js';
export type { HeldIdentity } from '../keys/recipient.js';
export type { Signer, SigningKeyPair } from '../keys/signing-key.js';
export { type KeyStore, openKeyStore } from './open-key-store.js';
export type { StoredKeys } from './stored-keys.js';

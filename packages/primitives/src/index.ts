export { aeadOpen, aeadOpenInto, aeadSeal, aeadSealInto, TAG_BYTES } from './aead.js';
export { aesGcmOpen, aesGcmSeal } from './aes-gcm.js';
export { type Awaitable, type Backend, backend, forceBackend } from './backend.js';
export { base64, base64raw, base64url, fromBase64, fromBase64raw, fromBase64url } from './base64.js';
export {
  asBytes,
  type Bytes,
  concat,
  equal,
  injectRandom,
  platformHasRandom,
  randomBytes,
  readUint,
  uint,
} from './bytes.js';
export { canonicalJson, type Json } from './canonical-json.js';
export { type Capabilities, capabilities } from './capabilities.js';
export {
  ed25519Generate,
  ed25519PublicKey,
  ed25519Sign,
  ed25519Signer,
  ed25519Verifier,
  ed25519Verify,
  type SignFunction,
  type VerifyFunction,
} from './ed25519.js';
export { hkdfExpand, hkdfExtract, hkdfSha256 } from './hkdf.js';
export { hmacSha256, hmacSha256Public } from './hmac.js';
export { hpkeOpen, hpkeOpenWith, hpkeSeal } from './hpke.js';
export { escapeHtml, Html, html } from './html.js';
export { type HtmlPage, htmlPage } from './html-page.js';
export { createSha256 } from './js/sha256.js';
export {
  consistencyPath,
  consistent,
  emptyRoot,
  inclusionPath,
  leafHash,
  MerkleBuilder,
  type NodeReader,
  nodeHash,
  rangeHash,
  rootFromInclusion,
  treeRoot,
} from './merkle.js';
export {
  MLDSA_PUBLIC_BYTES,
  MLDSA_SIGNATURE_BYTES,
  mldsaGenerate,
  mldsaPublicKey,
  mldsaSigner,
  mldsaVerifier,
} from './mldsa.js';
export {
  MLKEM_CIPHERTEXT_BYTES,
  MLKEM_PUBLIC_BYTES,
  type MlKemOpener,
  mlkemEncapsulate,
  mlkemOpener,
} from './mlkem.js';
export { p256Verifier } from './p256.js';
export { holdsPatientNumber, type NumberReading } from './patient-number.js';
export { type Sha256Stream, sha256, sha256Large, sha256Public, sha256Stream } from './sha256.js';
export { fromHex, fromUtf8, hex, utf8 } from './text.js';
export { type X25519Opener, x25519Opener, x25519PublicKey, x25519Shared } from './x25519.js';
export {
  XWING_CIPHERTEXT_BYTES,
  XWING_PUBLIC_BYTES,
  XWING_SEED_BYTES,
  type XwingOpener,
  xwingCombine,
  xwingDecapsulate,
  xwingEncapsulate,
  xwingExpand,
  xwingOpener,
  xwingPublicKey,
} from './xwing.js';

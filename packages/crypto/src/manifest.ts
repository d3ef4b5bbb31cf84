import {
  aeadOpen,
  aeadSeal,
  base64raw,
  base64url,
  canonicalJson,
  ed25519Verify,
  fromBase64raw,
  fromBase64url,
  fromUtf8,
  hkdfSha256,
  sha256,
  utf8,
} from '@wardseal/primitives';
import { SealError } from './errors.js';
import { encodeStanza, type Stanza } from './header.js';
import type { Signer } from './keys/signing-key.js';
import { MAX_MANIFEST_BYTES } from './limits.js';
import { isManifest, type Manifest } from './manifest-claims.js';
import { FORMAT_VERSION, INFO, MANIFEST_PROTECTED, NO_BYTES, STANZA, ZERO_NONCE } from './names.js';
import { random } from './random.js';

// A statement is a compact JWS (RFC 7515) with one fixed protected header and a payload in canonical JSON. The bytes signed
// are the bytes carried; canonical form is asked for as well, so that no reader can see other claims than another reader.

const PROTECTED = base64url(utf8(MANIFEST_PROTECTED));
const SALT_BYTES = 16;

/** A manifest read but not yet believed. */
export interface SignedManifest {
  readonly claims: Manifest;
  readonly signedText: string;
  readonly signature: Uint8Array<ArrayBuffer>;
}

/** SHA-256 over a value that only the file key gives: binds a manifest to its file key without telling anything of it. */
export function commitmentOf(fileKey: Uint8Array): string {
  return base64url(sha256(hkdfSha256(fileKey, NO_BYTES, INFO.commitment, 32)));
}

/** Signs the claims: a compact JWS. Throws LIMIT when it is longer than MAX_MANIFEST_BYTES. */
export async function signManifest(claims: Manifest, signer: Signer): Promise<string> {
  const signedText = `${PROTECTED}.${base64url(utf8(canonicalJson(claims)))}`;
  const length = signedText.length + 1 + 86;
  if (length > MAX_MANIFEST_BYTES)
    throw new SealError('LIMIT', 'manifest is too long: fewer recipients or fewer clinical facts', {
      what: 'MAX_MANIFEST_BYTES',
      limit: MAX_MANIFEST_BYTES,
      found: length,
    });
  const signature = await signer.sign(utf8(signedText));
  return `${signedText}.${base64url(signature)}`;
}

/** Reads a compact JWS as a manifest. Throws MANIFEST_INVALID; the signature is checked by `verifySignature`. */
export function readManifest(jws: Uint8Array): SignedManifest {
  const broken = new SealError('MANIFEST_INVALID', 'manifest is not a valid signed manifest', {
    what: STANZA.manifest,
  });
  const [header, payload, signatureText, ...more] = fromUtf8(jws)?.split('.') ?? [];
  if (header !== PROTECTED || payload === undefined || signatureText === undefined || more.length > 0) throw broken;
  const signature = fromBase64url(signatureText);
  const text = fromUtf8(fromBase64url(payload) ?? NO_BYTES);
  if (signature?.length !== 64 || text === null) throw broken;
  let claims: unknown;
  let canonical: string;
  try {
    claims = JSON.parse(text);
    canonical = canonicalJson(claims);
  } catch {
    throw broken;
  }
  if (canonical !== text || !isManifest(claims)) throw broken;
  return { claims, signedText: `${header}.${payload}`, signature };
}

/** Throws SIGNATURE_INVALID unless the manifest was signed with this key. */
export async function verifySignature(manifest: SignedManifest, publicKey: Uint8Array): Promise<void> {
  if (!(await ed25519Verify(publicKey, utf8(manifest.signedText), manifest.signature)))
    throw new SealError('SIGNATURE_INVALID', 'manifest was not signed by the key it names');
}

/** A stanza whose body only holders of the file key can read: manifest and tree. */
export async function sealInner(
  type: typeof STANZA.manifest | typeof STANZA.tree,
  fileKey: Uint8Array,
  content: Uint8Array,
): Promise<Stanza> {
  const salt = random(SALT_BYTES);
  const key = hkdfSha256(fileKey, salt, type === STANZA.manifest ? INFO.manifest : INFO.tree, 32);
  return encodeStanza(type, [FORMAT_VERSION, base64raw(salt)], await aeadSeal(key, ZERO_NONCE, content));
}

/** Opens what `sealInner` made. Throws UNSUPPORTED for another version, MANIFEST_INVALID or TREE_INVALID else. */
export async function openInner(stanza: Stanza, fileKey: Uint8Array, most: number): Promise<Uint8Array<ArrayBuffer>> {
  const [version, saltText, ...more] = stanza.args;
  if (version !== FORMAT_VERSION)
    throw new SealError('UNSUPPORTED', 'file uses a newer version of the format', { what: stanza.type });
  const isTree = stanza.type === STANZA.tree;
  const broken = new SealError(
    isTree ? 'TREE_INVALID' : 'MANIFEST_INVALID',
    `${isTree ? 'tree' : 'manifest'} does not belong to this file`,
    { what: stanza.type },
  );
  const salt = fromBase64raw(saltText ?? '');
  if (salt?.length !== SALT_BYTES || more.length > 0) throw broken;
  if (stanza.body.length > most + 16)
    throw new SealError('LIMIT', 'a stanza is too long', { what: stanza.type, limit: most, found: stanza.body.length });
  const key = hkdfSha256(fileKey, salt, isTree ? INFO.tree : INFO.manifest, 32);
  const content = await aeadOpen(key, ZERO_NONCE, stanza.body);
  if (content === null) throw broken;
  return content;
}

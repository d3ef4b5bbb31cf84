import {
  base64,
  base64url,
  concat,
  ed25519Generate,
  ed25519PublicKey,
  ed25519Signer,
  equal,
  fromBase64,
  hex,
  sha256,
  utf8,
} from '@wardseal/primitives';
import { type JsonObject, objectOf, UsageError } from '@wardseal/primitives/cli';
import type { Signing } from '../governance/sign-approval.js';

// A guardian's file is JSON: { id, role, publicKey, privateKey }. The private key is in the textual form of Go's x/mod note
// package, as an audit log's is: whatever knows to hide those hides this one.
const PRIVATE = 'PRIVATE+KEY+';
// Ed25519 in that form.
const TYPE = 0x01;
const SECRET_BYTES = 32;

/** A guardian's new key: the file to keep, and what everybody may know. */
export async function newGuardianKey(
  id: string,
  role: string,
): Promise<{ readonly secret: object; readonly guardian: { id: string; role: string; publicKey: string } }> {
  const { secretKey, publicKey } = await ed25519Generate();
  const guardian = { id, role, publicKey: base64url(publicKey) };
  const privateKey = `${PRIVATE}${id}+${keyId(id, publicKey)}+${base64(concat(Uint8Array.of(TYPE), secretKey))}`;
  return { secret: { ...guardian, privateKey }, guardian };
}

function keyId(id: string, publicKey: Uint8Array): string {
  return hex(sha256(concat(utf8(`${id}\n`), Uint8Array.of(TYPE), publicKey)).slice(0, 4));
}

/** Who signs, from a guardian's file. Nothing of the key is ever in an error. */
export async function signerIn(path: string): Promise<Pick<Signing, 'by' | 'role' | 'sign'>> {
  const { id, role, privateKey } = (await objectOf(path, 'the guardian’s file')) as JsonObject;
  if (typeof id !== 'string' || typeof role !== 'string' || typeof privateKey !== 'string')
    throw new UsageError(`${path}: it is no guardian's private file, as keygen -o writes it`);
  const [, name, hash, body] = /^PRIVATE\+KEY\+([^+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/=]+)$/.exec(privateKey) ?? [];
  const bytes = body === undefined ? null : fromBase64(body);
  if (name !== id || bytes?.length !== SECRET_BYTES + 1 || bytes[0] !== TYPE)
    throw new UsageError(`${path}: the private key is not that of ${id}`);
  const secretKey = bytes.slice(1);
  if (!equal(utf8(keyId(id, await ed25519PublicKey(secretKey))), utf8(hash!)))
    throw new UsageError(`${path}: the private key is damaged`);
  return { by: id, role, sign: await ed25519Signer(secretKey) };
}

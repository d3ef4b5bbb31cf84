import {
  base64url,
  canonicalJson,
  ed25519Verify,
  fromBase64url,
  fromUtf8,
  type Json,
  utf8,
} from '@wardseal/primitives';
import { type Check, readCanonical } from './checks.js';
import { checkLimit, SealError, type SealErrorCode } from './errors.js';
import type { Signer } from './keys/signing-key.js';
import { NO_BYTES, type StatementType } from './names.js';

// A statement is a compact JWS (RFC 7515) with one exact protected header a type (algorithm name of RFC 9864) and a payload in
// canonical JSON. The bytes signed are the bytes carried; canonical form is asked for as well, so that no reader can see other
// claims than another reader, and one type of statement can never be taken for another.

/** What a type of statement is: its `typ`, its claims' shape, how long it may be and what a broken one is called. */
export interface StatementKind {
  readonly typ: StatementType;
  readonly check: Check;
  /** Longest compact JWS, in characters. */
  readonly most: number;
  readonly limit: string;
  readonly broken: SealErrorCode;
  /** In the person's words: `manifest`, `grant`. */
  readonly title: string;
}

/** A statement read but not yet believed. */
export interface Statement<Claims> {
  readonly claims: Claims;
  /** The compact JWS itself. */
  readonly jws: string;
  readonly signedText: string;
  readonly signature: Uint8Array<ArrayBuffer>;
}

const SIGNATURE_CHARACTERS = 1 + 86;

function protectedHeader(kind: StatementKind): string {
  return base64url(utf8(`{"alg":"Ed25519","typ":"${kind.typ}"}`));
}

/**
 * Signs claims: a compact JWS. Throws LIMIT when it is longer than the kind allows, TypeError when the claims are not of
 * the kind's shape.
 */
export async function signStatement(kind: StatementKind, claims: object, signer: Signer): Promise<string> {
  if (!kind.check(claims))
    throw new TypeError(`${kind.title} has a part that is missing, too long or of the wrong type`);
  const signedText = `${protectedHeader(kind)}.${base64url(utf8(canonicalJson(claims as Json)))}`;
  checkLimit(signedText.length + SIGNATURE_CHARACTERS, kind.most, kind.limit, `${kind.title} is too long`);
  const signature = await signer.sign(utf8(signedText));
  return `${signedText}.${base64url(signature)}`;
}

/** Reads a compact JWS of one kind. Throws the kind's code, or LIMIT; the signature is checked by `verifyStatement`. */
export function readStatement<Claims>(kind: StatementKind, jws: string | Uint8Array): Statement<Claims> {
  const broken = new SealError(kind.broken, `${kind.title} is not a valid signed statement`, { what: kind.title });
  checkLimit(jws.length, kind.most, kind.limit, `${kind.title} is too long`);
  const whole = typeof jws === 'string' ? jws : fromUtf8(jws);
  const [header, payload, signatureText, ...more] = whole?.split('.') ?? [];
  if (header !== protectedHeader(kind) || payload === undefined || signatureText === undefined || more.length > 0)
    throw broken;
  const signature = fromBase64url(signatureText);
  const json = fromUtf8(fromBase64url(payload) ?? NO_BYTES);
  if (signature?.length !== 64) throw broken;
  const claims = readCanonical(json, kind.check);
  if (claims === undefined) throw broken;
  return { claims: claims as Claims, jws: whole!, signedText: `${header}.${payload}`, signature };
}

/** Throws `code` unless the statement was signed with this key (32 bytes). */
export async function verifyStatement(
  statement: Statement<unknown>,
  publicKey: Uint8Array,
  code: SealErrorCode = 'SIGNATURE_INVALID',
): Promise<void> {
  if (!(await ed25519Verify(publicKey, utf8(statement.signedText), statement.signature)))
    throw new SealError(code, 'statement was not signed by the key it names');
}

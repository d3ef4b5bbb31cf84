import {
  base64url,
  canonicalJson,
  equal,
  fromBase64url,
  fromUtf8,
  hkdfSha256,
  hmacSha256,
  sha256,
  utf8,
} from '@wardseal/primitives';
import { bytes, type Check, lazy, listOf, oneOf, readCanonical, record, text, textUpTo, whole } from '../checks.js';
import { SealError } from '../errors.js';
import type { DirectoryEntry, PasskeyCredential } from '../keys/directory-entry.js';
import {
  MAX_CREDENTIAL_LENGTH,
  MAX_CREDENTIALS,
  MAX_ENROLMENT_SECONDS,
  MAX_ENTRY_BYTES,
  MAX_KEY_LENGTH,
  MAX_PASSKEY_LENGTH,
  MAX_STATEMENT_LENGTH,
} from '../limits.js';
import { NO_BYTES, OUTER_INFO_PREFIX } from '../names.js';
import { nowOf } from '../time.js';

// Three messages go between a person's device and the custodian: request, challenge, answer. Each is canonical JSON with a MAC
// under the secret of the enrolment link, keyed apart, so that the web server that carries them can change none of them.

/** What both sides of an enrolment know from the link. */
export interface EnrolmentLink {
  /** The link's secret, 32 bytes: it never reaches the web server. */
  readonly secret: Uint8Array;
  readonly person: string;
  readonly organisation: string;
  /** The pinned thumbprint of the organisation root. */
  readonly rootThumbprint: string;
}

/** What the custodian checks an enrolment against. */
export interface EnrolmentOptions extends EnrolmentLink {
  /** Oldest request or challenge taken, in seconds: 30 minutes unless less is given. */
  readonly maxAge?: number;
  /** Seconds since 1970 (default: the clock). */
  readonly now?: number;
}

/** What an enrolment proves: put roles, teams and times to it and it is a directory entry. */
export type Enrolled = Required<Pick<DirectoryEntry, 'possession'>> &
  Pick<DirectoryEntry, 'person' | 'organisation' | 'recipient' | 'signingKey' | 'credentials'>;

export interface Request {
  readonly v: 0;
  readonly recipient: string;
  readonly signingKey: string;
  readonly credentials?: readonly PasskeyCredential[];
  readonly possession: string;
}

export interface Challenge {
  readonly v: 0;
  /** SHA-256 of the request. */
  readonly request: string;
  readonly enc: string;
  readonly ciphertext: string;
  readonly iat: number;
}

export interface Answer {
  readonly v: 0;
  /** SHA-256 of the challenge. */
  readonly challenge: string;
  readonly value: string;
}

const coded =
  (most: number): Check =>
  (value) =>
    textUpTo(most)(value) && (fromBase64url(value as string)?.length ?? 0) > 0;

/** Passkeys of an entry. */
export const isCredentials: Check = /* @__PURE__ */ lazy(() =>
  listOf(record({ id: coded(MAX_CREDENTIAL_LENGTH), publicKey: coded(MAX_PASSKEY_LENGTH) }), 0, MAX_CREDENTIALS),
);

type Message = { request: Request; challenge: Challenge; answer: Answer };
type Kind = keyof Message;

const SHAPE: Readonly<Record<Kind, Readonly<Record<string, Check>>>> = {
  request: {
    v: oneOf(0),
    recipient: textUpTo(MAX_KEY_LENGTH),
    signingKey: bytes(32),
    'credentials?': isCredentials,
    possession: textUpTo(MAX_STATEMENT_LENGTH),
  },
  challenge: { v: oneOf(0), request: bytes(32), enc: textUpTo(2048), ciphertext: bytes(48), iat: whole },
  answer: { v: oneOf(0), challenge: bytes(32), value: bytes(32) },
};

function macOf(kind: Kind, message: object, secret: Uint8Array): Uint8Array<ArrayBuffer> {
  const key = hkdfSha256(secret, NO_BYTES, utf8(`${OUTER_INFO_PREFIX.enrolment} ${kind}`), 32);
  return hmacSha256(key, utf8(canonicalJson(message)));
}

/** One refusal of an enrolment. */
export function refused(what: string, cause?: unknown): SealError {
  return new SealError('ENROLMENT_INVALID', 'enrolment does not prove what it must', { what }, { cause });
}

/** A message with its MAC, as bytes. */
export function encodeMessage<K extends Kind>(
  kind: K,
  message: Message[K],
  secret: Uint8Array,
): Uint8Array<ArrayBuffer> {
  return utf8(canonicalJson({ ...message, mac: base64url(macOf(kind, message, secret)) }));
}

/** Reads a message and checks its MAC. Throws ENROLMENT_INVALID. */
export function decodeMessage<K extends Kind>(kind: K, data: Uint8Array, secret: Uint8Array): Message[K] {
  if (!(data instanceof Uint8Array)) throw new TypeError(`${kind} must be a Uint8Array`);
  const json = data.length > MAX_ENTRY_BYTES ? null : fromUtf8(data);
  const parsed = readCanonical(json, record({ ...SHAPE[kind], mac: bytes(32) }));
  if (parsed === undefined) throw refused('encoding');
  const { mac, ...message } = parsed as Message[K] & { mac: string };
  if (!equal(macOf(kind, message, secret), fromBase64url(mac)!)) throw refused('mac');
  return message as unknown as Message[K];
}

/** Name of a message within another: SHA-256, base64url. */
export function digestOf(data: Uint8Array): string {
  return base64url(sha256(data));
}

/** Throws TypeError or RangeError unless the link's parts are of their kinds. */
export function checkLink({ secret, person, organisation, rootThumbprint }: EnrolmentLink): void {
  if (!(secret instanceof Uint8Array) || secret.length !== 32) throw new RangeError('secret must be 32 bytes');
  if (![person, organisation].every(text) || !bytes(32)(rootThumbprint))
    throw new TypeError('person, organisation and rootThumbprint must be texts, the last a thumbprint');
}

/** The oldest second that still counts, and now. Throws RangeError on a `maxAge` above 30 minutes. */
export function windowOf(options: EnrolmentOptions): { since: number; at: number } {
  const { maxAge = MAX_ENROLMENT_SECONDS } = options;
  if (!Number.isSafeInteger(maxAge) || maxAge < 1 || maxAge > MAX_ENROLMENT_SECONDS)
    throw new RangeError('maxAge must be 1 to 1800 seconds');
  const at = nowOf(options);
  return { since: at - maxAge, at };
}

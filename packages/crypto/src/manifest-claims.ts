import { canonicalJson, fromBase64url, type Json, utf8 } from '@wardseal/primitives';
import type { Mode } from './keys/recipient.js';
import {
  CHUNK_BYTES,
  MAX_CLINICAL_BYTES,
  MAX_LABELS_BYTES,
  MAX_NAME_LENGTH,
  MAX_SEATS,
  MAX_STANZAS,
} from './limits.js';

/** A JSON object. */
export type JsonObject = { readonly [key: string]: JsonValue };
/** Anything JSON can carry. */
export type JsonValue = null | boolean | number | string | readonly JsonValue[] | JsonObject;

/** Immutable, non-identifying facts that the server needs in the clear; the manifest repeats them under the signature. */
export type Labels = JsonObject;

/** Why somebody holds the file key: a person named by the sender, the custodian, the guardians together, or a link. */
export type RecipientRole = 'member' | 'custodian' | 'recovery' | 'link';

/** One signed line of the recipient list. */
export interface SignedRecipient {
  /** The recipient key's thumbprint; for `recovery` the set id, for `link` the link id. */
  readonly thumbprint: string;
  readonly role: RecipientRole;
  /** SHA-256 of the stanza as it stands in the header, base64url. */
  readonly digest: string;
}

/** What the sender signs. Byte values are base64url, times seconds since 1970. */
export interface Manifest {
  readonly v: 0;
  readonly id: string;
  readonly iss: { readonly org: string; readonly person: string; readonly kid: string };
  readonly iat: number;
  readonly case: string;
  readonly labels: Labels;
  readonly clinical?: JsonObject;
  readonly mediaType: string;
  readonly size: number;
  readonly chunk: number;
  /** Root of the salted chunk tree. */
  readonly root: string;
  readonly salt: string;
  /** Root of the unmarked original, when this file is a copy made from one. */
  readonly originRoot?: string;
  /** Payload nonce. */
  readonly pn: string;
  /** Commitment to the file key. */
  readonly kc: string;
  readonly mode: Mode;
  readonly stz: readonly SignedRecipient[];
  readonly recovery?: {
    readonly set: string;
    readonly k: number;
    readonly n: number;
    /** Thumbprints of the guardians' seats, in order. */
    readonly seats: readonly string[];
  };
}

/** `type/subtype` in lower case (RFC 6838), without parameters. */
const MEDIA_TYPE = /^[a-z0-9][a-z0-9!#$&^_.+-]*\/[a-z0-9][a-z0-9!#$&^_.+-]*$/;

type Check = (value: unknown) => boolean;

const text: Check = (value) => typeof value === 'string' && value.length > 0 && value.length <= MAX_NAME_LENGTH;
const whole: Check = (value) => Number.isSafeInteger(value) && (value as number) >= 0;
const bytes =
  (length: number): Check =>
  (value) =>
    typeof value === 'string' && value.length <= MAX_NAME_LENGTH && fromBase64url(value)?.length === length;
const oneOf =
  (...values: readonly unknown[]): Check =>
  (value) =>
    values.includes(value);
const listOf =
  (check: Check, least: number, most: number): Check =>
  (value) =>
    Array.isArray(value) && value.length >= least && value.length <= most && value.every(check);
/** An object with exactly these members; a name ending in `?` may be missing. */
const record =
  (members: Readonly<Record<string, Check>>): Check =>
  (value) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
    const known = new Map(Object.entries(members).map(([name, check]) => [name.replace('?', ''), check]));
    return (
      Object.keys(value).every((name) => known.has(name)) &&
      Object.keys(members).every((name) =>
        name.endsWith('?')
          ? !Object.hasOwn(value, name.slice(0, -1)) || members[name]!((value as JsonObject)[name.slice(0, -1)])
          : Object.hasOwn(value, name) && members[name]!((value as JsonObject)[name]),
      )
    );
  };
const plainObject =
  (most: number): Check =>
  (value) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
    try {
      return utf8(canonicalJson(value as Json)).length <= most;
    } catch {
      return false; // something that JSON cannot carry
    }
  };

const PARTS: Readonly<Record<string, Check>> = {
  v: oneOf(0),
  id: bytes(16),
  iss: record({ org: text, person: text, kid: bytes(32) }),
  iat: whole,
  case: text,
  labels: plainObject(MAX_LABELS_BYTES),
  'clinical?': plainObject(MAX_CLINICAL_BYTES),
  mediaType: (value) => text(value) && MEDIA_TYPE.test(value as string),
  size: whole,
  chunk: oneOf(CHUNK_BYTES),
  root: bytes(32),
  salt: bytes(32),
  'originRoot?': bytes(32),
  pn: bytes(16),
  kc: bytes(32),
  mode: oneOf('pq', 'classic'),
  stz: listOf(
    record({ thumbprint: text, role: oneOf('member', 'custodian', 'recovery', 'link'), digest: bytes(32) }),
    1,
    MAX_STANZAS,
  ),
  'recovery?': record({ set: bytes(16), k: whole, n: whole, seats: listOf(bytes(32), 1, MAX_SEATS) }),
};

const manifest = record(PARTS);

/** Whether a value is a manifest: every member known, of its type and within its limit. */
export function isManifest(value: unknown): value is Manifest {
  return manifest(value);
}

/** Whether one member has its type and is within its limit; for checking what a caller gives before anything is sealed. */
export function isPart(name: keyof Manifest, value: unknown): boolean {
  return (PARTS[name] ?? PARTS[`${name}?`])!(value);
}

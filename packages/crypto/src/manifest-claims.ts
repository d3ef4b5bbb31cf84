import {
  bytes,
  type Check,
  type JsonObject,
  listOf,
  oneOf,
  plainObject,
  record,
  text,
  textUpTo,
  whole,
} from './checks.js';
import { type ClaimedSender, isIssuer } from './issuer.js';
import type { Mode } from './keys/recipient.js';
import {
  CHUNK_BYTES,
  MAX_CLINICAL_BYTES,
  MAX_LABELS_BYTES,
  MAX_MANIFEST_BYTES,
  MAX_SEATS,
  MAX_STANZAS,
} from './limits.js';

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
  readonly iss: ClaimedSender;
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
  /** In a rotated file: the first sender's manifest as it was signed. Never nested: rotating again carries the same one. */
  readonly origin?: string;
  /** In a rotated file: how many changes of recipients came before, this one included. Absent in a first file: 0. */
  readonly epoch?: number;
  /** In a rotated file: digest of the header that it replaces. */
  readonly prev?: string;
  /** In a rotated file: why it was rotated. */
  readonly reason?: string;
  /** In a rotated file: the log entry under which it was. */
  readonly logEntry?: string;
}

/** `type/subtype` in lower case (RFC 6838), without parameters. */
const MEDIA_TYPE = /^[a-z0-9][a-z0-9!#$&^_.+-]*\/[a-z0-9][a-z0-9!#$&^_.+-]*$/;

const PARTS: Readonly<Record<string, Check>> = {
  v: oneOf(0),
  id: bytes(16),
  iss: isIssuer,
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
  'origin?': textUpTo(MAX_MANIFEST_BYTES),
  'epoch?': (value) => whole(value) && (value as number) >= 1,
  'prev?': bytes(32),
  'reason?': text,
  'logEntry?': text,
};

const manifest = record(PARTS);
const ROTATION = ['origin', 'epoch', 'prev', 'reason'];

/** Whether a value is a manifest: every member known, of its type and within its limit, those of a rotation all or none. */
export function isManifest(value: unknown): value is Manifest {
  if (!manifest(value)) return false;
  const names = Object.keys(value as Manifest);
  const found = ROTATION.filter((name) => names.includes(name)).length;
  return found === ROTATION.length || (found === 0 && !names.includes('logEntry'));
}

/** Whether one member has its type and is within its limit; for checking what a caller gives before anything is sealed. */
export function isPart(name: keyof Manifest, value: unknown): boolean {
  return (PARTS[name] ?? PARTS[`${name}?`])!(value);
}

import { bytes, type Check, listOf, oneOf, record, text, textUpTo, whole } from '../checks.js';
import { type ClaimedSender, isIssuer } from '../issuer.js';
import { MAX_GRANT_BYTES, MAX_STANZAS } from '../limits.js';
import type { StatementKind } from '../statement.js';

/** Who was let in, as the granter signs it. */
export interface AddedLine {
  readonly thumbprint: string;
  readonly role: 'member' | 'custodian';
  /** SHA-256 of the added stanza, base64url. */
  readonly digest: string;
  /** For whom the key is: of their entry, or of whoever holds a session key. Absent for a bare recipient string. */
  readonly person?: string;
  readonly organisation?: string;
}

/** Whose stanza was taken out, with all that is needed to put it back. */
export interface RemovedLine {
  readonly thumbprint: string;
  /** Place of the stanza in the previous header, counted from 0 over all stanzas. */
  readonly at: number;
  /** The stanza as it stood there, from `->` to its last LF. */
  readonly stanza: string;
}

/** What a granter signs about one change of recipients. */
export interface Grant {
  readonly v: 0;
  /** Id of the file's manifest. */
  readonly manifest: string;
  /** SHA-256 of the previous header, base64url. */
  readonly prev: string;
  /** One more than the previous header's. */
  readonly epoch: number;
  readonly iss: ClaimedSender;
  readonly iat: number;
  readonly reason: string;
  readonly logEntry?: string;
  readonly kind: 'add' | 'release' | 'remove';
  readonly added: readonly AddedLine[];
  readonly removed: readonly RemovedLine[];
}

const shape = record({
  v: oneOf(0),
  manifest: bytes(16),
  prev: bytes(32),
  epoch: (value) => whole(value) && (value as number) >= 1,
  iss: isIssuer,
  iat: whole,
  reason: text,
  'logEntry?': text,
  kind: oneOf('add', 'release', 'remove'),
  added: listOf(
    record({
      thumbprint: bytes(32),
      role: oneOf('member', 'custodian'),
      digest: bytes(32),
      'person?': text,
      'organisation?': text,
    }),
    0,
    MAX_STANZAS,
  ),
  removed: listOf(record({ thumbprint: text, at: whole, stanza: textUpTo(MAX_GRANT_BYTES) }), 0, MAX_STANZAS),
});

/** A change adds or removes, never both, and a release is of one person under a log entry. */
const isGrant: Check = (value) => {
  if (!shape(value)) return false;
  const { kind, added, removed, logEntry } = value as Grant;
  if (kind === 'remove') return added.length === 0 && removed.length > 0;
  return removed.length === 0 && (kind === 'add' ? added.length > 0 : added.length === 1 && logEntry !== undefined);
};

/** Somebody's statement about a change of recipients. */
export const GRANT: StatementKind = {
  typ: 'wardseal-grant-v0',
  check: isGrant,
  most: MAX_GRANT_BYTES,
  limit: 'MAX_GRANT_BYTES',
  broken: 'GRANT_INVALID',
  title: 'grant',
};

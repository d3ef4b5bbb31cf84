import { base64url, canonicalJson, sha256, utf8 } from '@wardseal/primitives';
import { bytes, lazy, oneOf, record, text, whole } from '../checks.js';
import { SealError } from '../errors.js';
import type { DirectoryEntry } from '../keys/directory-entry.js';
import { parseSigningPublicKey, type Signer } from '../keys/signing-key.js';
import { MAX_STATEMENT_LENGTH } from '../limits.js';
import { readStatement, type StatementKind, signStatement, verifyStatement } from '../statement.js';

/** What a person says of their own keys. It names keys by digest: whole post-quantum keys would double a directory. */
export interface Possession {
  readonly v: 0;
  readonly person: string;
  readonly organisation: string;
  /** Thumbprint of the organisation root. */
  readonly root: string;
  /** Thumbprint of the recipient. */
  readonly recipient: string;
  readonly signingKey: string;
  /** SHA-256 of the passkeys in canonical JSON; absent when the entry lists none. */
  readonly credentials?: string;
  readonly iat: number;
}

/** The parts of an entry that its person vouches for. */
export type Keys = Pick<DirectoryEntry, 'person' | 'organisation' | 'recipient' | 'signingKey' | 'credentials'>;

const POSSESSION: StatementKind = {
  typ: 'wardseal-possession-v0',
  check: /* @__PURE__ */ lazy(() =>
    record({
      v: oneOf(0),
      person: text,
      organisation: text,
      root: bytes(32),
      recipient: bytes(32),
      signingKey: bytes(32),
      'credentials?': bytes(32),
      iat: whole,
    }),
  ),
  most: MAX_STATEMENT_LENGTH,
  limit: 'MAX_STATEMENT_LENGTH',
  broken: 'ENROLMENT_INVALID',
  title: 'proof of possession',
};

function claimsOf(keys: Keys, root: string, iat: number): Possession {
  const { person, organisation, recipient, signingKey, credentials } = keys;
  return {
    v: 0,
    person,
    organisation,
    root,
    // The thumbprint without reading the key: callers have read it already, and reading a post-quantum one takes a while.
    recipient: base64url(sha256(utf8(recipient))),
    signingKey,
    ...(credentials === undefined ? {} : { credentials: base64url(sha256(utf8(canonicalJson(credentials)))) }),
    iat,
  };
}

/** Signs that keys are one's own; they were read and are valid. Throws TypeError when a name is too long. */
export async function signPossession(keys: Keys, root: string, iat: number, signer: Signer): Promise<string> {
  return signStatement(POSSESSION, claimsOf(keys, root, iat), signer);
}

/** When the proof was signed, if it is one of exactly these (valid) keys, person, organisation and root, else null. */
export async function provenAt(jws: string, keys: Keys, root: string): Promise<number | null> {
  try {
    const statement = readStatement<Possession>(POSSESSION, jws);
    const { iat } = statement.claims;
    if (canonicalJson(statement.claims) !== canonicalJson(claimsOf(keys, root, iat))) return null;
    await verifyStatement(statement, parseSigningPublicKey(keys.signingKey));
    return iat;
  } catch (error) {
    if (error instanceof SealError) return null;
    throw error;
  }
}

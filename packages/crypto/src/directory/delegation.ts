import { bytes, lazy, oneOf, record, text, whole } from '../checks.js';
import { SealError } from '../errors.js';
import { parseSigningPublicKey, signingKeyThumbprint } from '../keys/signing-key.js';
import { MAX_DELEGATION_SECONDS, MAX_STATEMENT_LENGTH } from '../limits.js';
import { readStatement, type StatementKind, verifyStatement } from '../statement.js';

/** What a root signs: which key may sign its organisation's snapshots, and when. Keys are base64url. */
export interface Delegation {
  readonly v: 0;
  readonly organisation: string;
  /** The root's public key: the pinned thumbprint is checked against it. */
  readonly root: string;
  readonly directoryKey: string;
  readonly from: number;
  /** First second at which the delegation no longer counts. */
  readonly until: number;
  /** Time of signing. A later delegation takes the place of an earlier one: so a stolen directory key can be shut out. */
  readonly iat: number;
}

export const DELEGATION: StatementKind = {
  typ: 'wardseal-delegation-v0',
  check: /* @__PURE__ */ lazy(() =>
    record({
      v: oneOf(0),
      organisation: text,
      root: bytes(32),
      directoryKey: bytes(32),
      from: whole,
      until: whole,
      iat: whole,
    }),
  ),
  most: MAX_STATEMENT_LENGTH,
  limit: 'MAX_STATEMENT_LENGTH',
  broken: 'DELEGATION_INVALID',
  title: 'delegation',
};

/** A delegation that its own root signed, and that root's thumbprint. Throws DELEGATION_INVALID or LIMIT; whether the root is the pinned one and the time is right is the caller's to check. */
export async function readDelegation(jws: string): Promise<{ claims: Delegation; rootThumbprint: string }> {
  const statement = readStatement<Delegation>(DELEGATION, jws);
  const { claims } = statement;
  await verifyStatement(statement, parseSigningPublicKey(claims.root), 'DELEGATION_INVALID');
  const { from, until, root, directoryKey } = claims;
  if (until <= from || until - from > MAX_DELEGATION_SECONDS)
    throw new SealError('DELEGATION_INVALID', 'delegation lasts longer than is allowed, or not at all', {
      what: 'until',
      limit: MAX_DELEGATION_SECONDS,
      found: until - from,
    });
  // A root in daily use would be no root: it must stay offline.
  if (root === directoryKey)
    throw new SealError('DELEGATION_INVALID', 'delegation is to the root itself', { what: 'directoryKey' });
  return { claims, rootThumbprint: signingKeyThumbprint(root) };
}

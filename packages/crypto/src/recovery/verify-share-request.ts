import { canonicalJson, sha256 } from '@wardseal/primitives';
import { checkLimit, SealError } from '../errors.js';
import { type Directory, type DirectoryEntry, standing } from '../keys/directory-entry.js';
import { type Identity, recipientOf } from '../keys/recipient.js';
import { parseSigningPublicKey } from '../keys/signing-key.js';
import { MAX_APPROVAL_AGE_SECONDS, MAX_APPROVALS, MAX_CLOCK_SKEW_SECONDS, MIN_APPROVALS } from '../limits.js';
import { readStatement, verifyStatement } from '../statement.js';
import { nowOf } from '../time.js';
import {
  APPROVAL,
  type Approval,
  boundTo,
  checkRequester,
  ownRequest,
  type RecoveryRequest,
  samePerson,
  whyNotApprover,
} from './approval.js';
import { ownHeader, setOf } from './share.js';

/** What a guardian is asked for: a request with the approvals that others gave it. */
export interface ShareRequest extends RecoveryRequest {
  /** Compact JWSs of `approveShare`, of different people. */
  readonly approvals: readonly string[];
}

/** What a request is judged by. */
export interface ShareRequestOptions {
  readonly directory: Directory;
  /** Seconds since 1970; default: the system's clock. */
  readonly now?: number;
  /** How many different people must have approved: 2 (default) to 16. */
  readonly approvals?: number;
}

/** A request that may be granted, for a guardian to read before deciding. */
export interface VerifiedShareRequest {
  readonly requester: DirectoryEntry;
  readonly ground: string;
  readonly logEntry: string;
  /** The approvers as the directory has them, with the time of their signature. */
  readonly approvals: readonly { readonly approver: DirectoryEntry; readonly at: number }[];
  /** SHA-256 of the header, 32 bytes: what the log names the item by. */
  readonly headerDigest: Uint8Array<ArrayBuffer>;
  /** How many shares of how many guardians open the file. */
  readonly threshold: number;
  readonly seats: number;
}

const refused = (what: string, message: string, facts: { limit?: number; found?: number } = {}) =>
  new SealError('APPROVAL_INVALID', message, { what, ...facts });

function checkTime(iat: number, now: number): void {
  if (iat > now + MAX_CLOCK_SKEW_SECONDS || now - iat >= MAX_APPROVAL_AGE_SECONDS)
    throw refused('time', 'an approval is too old or dated in the future', {
      limit: MAX_APPROVAL_AGE_SECONDS,
      found: now - iat,
    });
}

/** The approver of one approval that counts. Throws APPROVAL_INVALID. */
async function verifiedApproval(
  jws: string,
  bound: ReturnType<typeof boundTo>,
  request: RecoveryRequest,
  { directory, now, own }: { directory: Directory; now: number; own: string | null },
): Promise<{ approver: DirectoryEntry; at: number }> {
  const approval = readStatement<Approval>(APPROVAL, jws);
  const { iss, iat, epoch, set, header, requester, ground, log } = approval.claims;
  if (set !== bound.set || header !== bound.header) throw refused('file', 'an approval is for another file');
  if (canonicalJson(requester) !== canonicalJson(bound.requester))
    throw refused('requester', 'an approval is for another requester');
  if (ground !== bound.ground || log !== bound.log)
    throw refused('ground', 'an approval is for another ground or log entry');
  checkTime(iat, now);
  // A guardian's tool remembers no directory: the approvers' memory has to do.
  if (epoch > directory.epoch)
    throw new SealError('ROLLBACK', 'directory is older than the one that was approved by', {
      what: 'epoch',
      limit: epoch,
      found: directory.epoch,
    });
  const approver = directory.resolveSender({ ...iss });
  if (approver === null) throw refused('approver', 'an approver is not in the directory');
  // At both times: who joined since has not approved as a member, and who has left since no longer vouches.
  if (standing(approver, now) !== 'valid' || standing(approver, Math.min(iat, now)) !== 'valid')
    throw refused('approver', 'an approver does not count now');
  if (whyNotApprover(approver, request.requester) !== null)
    throw refused('approver', 'an approver is the requester, a guardian or an outsider');
  if (own !== null && directory.entries.some((entry) => entry.recipient === own && samePerson(entry, approver)))
    throw refused('approver', 'an approver is the guardian of this seat');
  await verifyStatement(approval, parseSigningPublicKey(approver.signingKey), 'APPROVAL_INVALID');
  return { approver, at: iat };
}

/**
 * Judges a request for shares of one file, as a guardian must before opening one, and gives what is proven of it: who asks, why,
 * and who approved. `openShare` does the same again; this is for showing it first.
 *
 * `header` is the file's header alone. With `seat`, its holder counts as approver in no case. Every approval given must be good:
 * a bad one among enough good ones is a reason to ask, not to go on.
 *
 * @throws SealError APPROVAL_INVALID with `what`
 * - `approval`: not a signed approval, or not signed by whom it names;
 * - `file`, `requester`, `ground`: given for another file, to somebody else, or on another ground or log entry; `requester` also
 *   when a guardian asks;
 * - `time`: older than 7 days, or dated more than 5 minutes ahead;
 * - `approver`: not in the directory, not counting now, the requester, a guardian, or an outsider;
 * - `people`: the same person or key twice;
 * - `count`: fewer than asked for.
 * @throws SealError RECIPIENT_UNKNOWN, RECIPIENT_EXPIRED or RECIPIENT_REVOKED when the requester's entry does not count;
 * MIXED_MODE when the file is post-quantum and the requester's key is not; SNAPSHOT_STALE when the directory is out of date;
 * ROLLBACK when it is older than one that an approver judged by; HEADER_INVALID, LIMIT or UNSUPPORTED when `header` is not one or has no recovery; LIMIT with more than 16 approvals.
 * @throws TypeError or RangeError when a part is missing, too long or of the wrong type.
 * @see docs/spec/recovery.md
 *
 * @example
 * const { requester, ground, approvals } = await verifyShareRequest(header, request, { directory });
 */
export async function verifyShareRequest(
  header: Uint8Array,
  request: ShareRequest,
  options: ShareRequestOptions & { readonly seat?: Identity },
): Promise<VerifiedShareRequest> {
  const own = ownHeader(header);
  const asked = ownRequest(request);
  const { directory, approvals: needed = MIN_APPROVALS, seat } = options;
  const now = nowOf(options);
  if (!(Number.isSafeInteger(needed) && needed >= MIN_APPROVALS && needed <= MAX_APPROVALS))
    throw new RangeError(`approvals must be ${MIN_APPROVALS} to ${MAX_APPROVALS}`);
  const recovery = setOf(own);
  checkRequester(recovery, asked, directory, now);
  if (!Array.isArray(asked.approvals) || !asked.approvals.every((jws) => typeof jws === 'string'))
    throw new TypeError('approvals must be a list of strings');
  const statements = [...asked.approvals];
  const found = statements.length;
  checkLimit(found, MAX_APPROVALS, 'MAX_APPROVALS', 'too many approvals');
  if (found < needed) throw refused('count', 'too few people have approved', { limit: needed, found });
  const guardian = seat === undefined ? null : await recipientOf(seat);
  const bound = boundTo(own, recovery, asked);
  const approvals: { approver: DirectoryEntry; at: number }[] = [];
  for (const jws of statements) {
    const next = await verifiedApproval(jws, bound, asked, { directory, now, own: guardian });
    const { approver } = next;
    if (approvals.some(({ approver: o }) => samePerson(o, approver) || o.signingKey === approver.signingKey))
      throw refused('people', 'one person approved twice');
    approvals.push(next);
  }
  const { requester, ground, logEntry } = asked;
  const { threshold, seats } = recovery;
  return { requester, ground, logEntry, approvals, headerDigest: sha256(own), threshold, seats };
}

import { base64url, sha256 } from '@wardseal/primitives';
import { bytes, checkText, lazy, oneOf, record, text, textUpTo, whole } from '../checks.js';
import { addresseeOf } from '../draft.js';
import { SealError } from '../errors.js';
import { type ClaimedSender, isIssuer } from '../issuer.js';
import { checkDirectory, type Directory, type DirectoryEntry } from '../keys/directory-entry.js';
import { parseRecipient, recipientThumbprint } from '../keys/recipient.js';
import { MAX_APPROVAL_BYTES, MAX_GROUND_LENGTH } from '../limits.js';
import type { RecoverySet } from '../stanza/recovery.js';
import type { StatementKind } from '../statement.js';

/** Who wants a file opened by its guardians, and why. */
export interface RecoveryRequest {
  /** The directory's entry of whoever is to open the file; shares are sealed to its recipient. */
  readonly requester: DirectoryEntry;
  /** Why, in a sentence that names no patient. */
  readonly ground: string;
  /** Id of the request's entry in the audit log, where everybody asked can look it up. */
  readonly logEntry: string;
}

/** What an approver signs. Byte values are base64url, times seconds since 1970. */
export interface Approval {
  readonly v: 0;
  readonly iss: ClaimedSender;
  readonly iat: number;
  /** Number of the directory snapshot that the approver judged by: the guardian's must not be older. */
  readonly epoch: number;
  /** Recovery set and digest of the header that holds it. */
  readonly set: string;
  readonly header: string;
  /** `recipient` is the thumbprint of the key that shares go to. */
  readonly requester: { readonly org: string; readonly person: string; readonly recipient: string };
  readonly ground: string;
  readonly log: string;
}

export const APPROVAL: StatementKind = {
  typ: 'wardseal-approval-v0',
  check: /* @__PURE__ */ lazy(() =>
    record({
      v: oneOf(0),
      iss: isIssuer,
      iat: whole,
      epoch: whole,
      set: bytes(16),
      header: bytes(32),
      requester: record({ org: text, person: text, recipient: bytes(32) }),
      ground: textUpTo(MAX_GROUND_LENGTH),
      log: text,
    }),
  ),
  most: MAX_APPROVAL_BYTES,
  limit: 'MAX_APPROVAL_BYTES',
  broken: 'APPROVAL_INVALID',
  title: 'approval',
};

/** The role in the directory of whoever keeps a seat. */
export const GUARDIAN_ROLE = 'guardian';

/** The part of an approval that every approver of one request signs alike. */
export function boundTo(
  header: Uint8Array,
  recovery: RecoverySet,
  { requester, ground, logEntry }: RecoveryRequest,
): Pick<Approval, 'set' | 'header' | 'requester' | 'ground' | 'log'> {
  return {
    set: recovery.id,
    header: base64url(sha256(header)),
    requester: {
      org: requester.organisation,
      person: requester.person,
      recipient: recipientThumbprint(requester.recipient),
    },
    ground,
    log: logEntry,
  };
}

/** The request as the caller makes it now: that one is judged, signed and answered, whatever becomes of the caller's object. */
export function ownRequest<Request extends RecoveryRequest>(request: Request): Request {
  const requester = request?.requester;
  return { ...request, requester: typeof requester === 'object' ? { ...requester } : requester };
}

export function samePerson(a: DirectoryEntry, b: DirectoryEntry): boolean {
  return a.organisation === b.organisation && a.person === b.person;
}

/**
 * Why an entry may not approve a request, or null. Asking, approving and keeping a share are three people's acts: otherwise
 * two guardians of two could approve each other and open everything between them.
 */
export function whyNotApprover(approver: DirectoryEntry, requester: DirectoryEntry): string | null {
  if (samePerson(approver, requester) || approver.signingKey === requester.signingKey) return 'requester';
  if (approver.roles?.includes(GUARDIAN_ROLE)) return 'guardian';
  if (approver.outsider !== undefined) return 'outsider';
  return null;
}

/** Throws unless the requester may be given this file's shares now. */
export function checkRequester(
  recovery: RecoverySet,
  request: RecoveryRequest,
  directory: Directory,
  now: number,
): void {
  if (!textUpTo(MAX_GROUND_LENGTH)(request?.ground)) throw new TypeError('ground is missing or too long');
  checkText(request.logEntry, 'logEntry');
  // Nobody's word replaces the directory here.
  if (typeof directory !== 'object') throw new TypeError('directory must be what verifySnapshot gave');
  checkDirectory(directory, now);
  const { requester } = request;
  if (typeof requester !== 'object') throw new TypeError('requester must be a directory entry');
  // Shares sealed with less than the file would let its post-quantum recipients count for nothing.
  const mode = recovery.kind === 'pq' ? 'pq' : parseRecipient(requester.recipient).kind;
  addresseeOf(requester, { directory, now, mode });
  if (requester.roles?.includes(GUARDIAN_ROLE))
    throw new SealError('APPROVAL_INVALID', 'a guardian asks for a share', { what: 'requester' });
}

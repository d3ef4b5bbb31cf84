import { checkedSender } from '../draft.js';
import { SealError } from '../errors.js';
import type { Directory, DirectoryEntry } from '../keys/directory-entry.js';
import type { Signer, SigningKeyPair } from '../keys/signing-key.js';
import { ownSender } from '../seal-options.js';
import { signStatement } from '../statement.js';
import { nowOf } from '../time.js';
import { APPROVAL, boundTo, checkRequester, ownRequest, type RecoveryRequest, whyNotApprover } from './approval.js';
import { ownHeader, setOf } from './share.js';

/** By whom and under which directory an approval is given. */
export interface ApproveOptions {
  readonly approver: { readonly keys: SigningKeyPair | Signer; readonly entry: DirectoryEntry };
  readonly directory: Directory;
  /** Seconds since 1970; default: the system's clock. */
  readonly now?: number;
}

/**
 * An approver's act: signs that this person may be given this file's shares on this ground. Counts for 7 days, for the header
 * given and for no other.
 *
 * `header` is the file's header alone; it says nothing of the patient or the content, so an approver compares its digest with
 * the item in the log entry before calling this. Gives a compact JWS of at most 8 KiB for `ShareRequest.approvals`.
 *
 * @throws SealError APPROVAL_INVALID with `what` `approver` when the approver is the requester, a guardian or an outsider,
 * or `requester` when a guardian asks; SENDER_UNKNOWN, SENDER_EXPIRED or SENDER_REVOKED when the approver's entry does not count;
 * RECIPIENT_UNKNOWN, RECIPIENT_EXPIRED or RECIPIENT_REVOKED when the requester's does not; MIXED_MODE when the file is
 * post-quantum and the requester's key is not; SNAPSHOT_STALE when the directory is out of date; HEADER_INVALID, LIMIT
 * or UNSUPPORTED when `header` is not one or has no recovery; KEY_INVALID or SIGNATURE_INVALID from the approver's keys.
 * @throws TypeError or RangeError when a part is missing, too long or of the wrong type.
 * @see docs/spec/recovery.md
 *
 * @example
 * const approval = await approveShare(header, { requester, ground, logEntry }, { approver, directory });
 */
export async function approveShare(
  header: Uint8Array,
  request: RecoveryRequest,
  options: ApproveOptions,
): Promise<string> {
  const own = ownHeader(header);
  const asked = ownRequest(request);
  const { directory } = options;
  const approver = ownSender(options.approver);
  const now = nowOf(options);
  const recovery = setOf(own);
  checkRequester(recovery, asked, directory, now);
  const { signer, iss } = await checkedSender(approver, { directory, now });
  if (whyNotApprover(approver.entry, asked.requester) !== null)
    throw new SealError('APPROVAL_INVALID', 'this person may not approve this request', { what: 'approver' });
  return signStatement(
    APPROVAL,
    { v: 0, iss, iat: now, epoch: directory.epoch, ...boundTo(own, recovery, asked) },
    signer,
  );
}

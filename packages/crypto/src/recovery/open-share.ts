import { base64url, canonicalJson, utf8 } from '@wardseal/primitives';
import { SealError } from '../errors.js';
import { type Identity, parseRecipient } from '../keys/recipient.js';
import { openerOf, sealTo } from '../stanza/box.js';
import { openSeat } from '../stanza/recovery.js';
import { ownHeader, type SealedShare, setOf, shareInfo } from './share.js';
import { type ShareRequest, type ShareRequestOptions, verifyShareRequest } from './verify-share-request.js';

/**
 * A guardian's act: verifies the request, opens the share of their seat and seals it again to the requester. The share alone
 * opens nothing.
 *
 * `header` is the file's header alone (see `detachHeader`), `seat` the guardian's age identity. Gives canonical JSON in
 * UTF-8, at most 8 KiB, to be handed to the requester by any way. Two people other than requester and guardians must have
 * approved; show the guardian what `verifyShareRequest` gives before calling this.
 *
 * @throws SealError NO_MATCH when the guardian has no seat; RECOVERY_INVALID when the share in the file is not the one its sender
 * committed to; KEY_INVALID when `seat` or the requester's recipient is not a key; and everything that `verifyShareRequest`
 * refuses with.
 * @throws TypeError or RangeError when a part is missing, too long or of the wrong type.
 * @see docs/spec/recovery.md
 *
 * @example
 * const share = await openShare(header, guardianIdentity, { requester, ground, logEntry, approvals }, { directory });
 */
export async function openShare(
  header: Uint8Array,
  seat: Identity,
  request: ShareRequest,
  options: ShareRequestOptions,
): Promise<Uint8Array<ArrayBuffer>> {
  const own = ownHeader(header);
  const { requester } = await verifyShareRequest(own, request, { ...options, seat });
  const recovery = setOf(own);
  const share = await openSeat(recovery, openerOf(seat));
  if (share === null) throw new SealError('NO_MATCH', 'no seat of this file is for the identity given');
  const recipient = parseRecipient(requester.recipient);
  const { enc, ciphertext } = await sealTo(recipient, shareInfo(recovery, share.x), share.y);
  share.y.fill(0);
  const sealed: SealedShare = {
    v: 0,
    set: recovery.id,
    seat: share.x,
    enc: base64url(enc),
    ciphertext: base64url(ciphertext),
  };
  return utf8(canonicalJson(sealed));
}

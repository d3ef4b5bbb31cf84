import { base64url, canonicalJson, utf8 } from '@wardseal/primitives';
import { SealError } from '../errors.js';
import { type Identity, parseRecipient } from '../keys/recipient.js';
import { openerOf, sealTo } from '../stanza/box.js';
import { openSeat } from '../stanza/recovery.js';
import { type SealedShare, setOf, shareInfo } from './share.js';

/** For whom a guardian opens a share. */
export interface ShareRequest {
  /** The age recipient of whoever was approved to open the file; the share is sealed to it. */
  readonly requester: string;
}

/**
 * A guardian's act: opens the share of their seat and seals it again to the requester. The share alone opens nothing.
 *
 * `header` is the file's header alone (see `detachHeader`), `seat` the guardian's age identity. Gives canonical JSON in
 * UTF-8, at most 8 KiB, to be handed to the requester by any way. Whoever calls this decides that the request is right.
 * A hostile sender can have sealed useless shares; that shows only when they are combined.
 *
 * @throws SealError HEADER_INVALID or LIMIT when `header` is not one; UNSUPPORTED when the file has no recovery; NO_MATCH
 * when the guardian has no seat; KEY_INVALID when `seat` or `request.requester` is not a key; MIXED_MODE when
 * the file is post-quantum and the requester's key is not.
 *
 * @example
 * const share = await openShare(header, guardianIdentity, { requester: colleague.recipient });
 */
export async function openShare(
  header: Uint8Array,
  seat: Identity,
  request: ShareRequest,
): Promise<Uint8Array<ArrayBuffer>> {
  const recovery = setOf(header);
  const requester = parseRecipient(request.requester);
  // Shares sealed with less than the file would let its post-quantum recipients count for nothing.
  if (recovery.kind === 'pq' && requester.kind !== 'pq')
    throw new SealError('MIXED_MODE', 'requester key is weaker than the file', { what: requester.kind });
  const share = await openSeat(recovery, openerOf(seat));
  if (share === null) throw new SealError('NO_MATCH', 'no seat of this file is for the identity given');
  const { enc, ciphertext } = await sealTo(requester, shareInfo(recovery, share.x), share.y);
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

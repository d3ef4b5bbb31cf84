import { base64url, canonicalJson, fromBase64url, fromUtf8, utf8 } from '@wardseal/primitives';
import { parseDetached } from './detach.js';
import { SealError } from './errors.js';
import { parseRecipient } from './keys/recipient.js';
import { MAX_SHARE_BYTES } from './limits.js';
import { INFO_PREFIX } from './names.js';
import { join } from './shamir.js';
import { type Opener, openBox, openerOf, sealTo } from './stanza/box.js';
import { openSeat, type RecoveryKey, type RecoverySet, recoverySetOf } from './stanza/recovery.js';

/** For whom a guardian opens a share. */
export interface ShareRequest {
  /** The age recipient of whoever was approved to open the file; the share is sealed to it. */
  readonly requester: string;
}

interface SealedShare {
  readonly v: 0;
  readonly set: string;
  readonly seat: number;
  readonly enc: string;
  readonly ciphertext: string;
}

function setOf(header: Uint8Array): RecoverySet {
  const recovery = recoverySetOf(parseDetached(header));
  if (recovery === null) throw new SealError('UNSUPPORTED', 'file has no recovery', { what: 'recovery' });
  return recovery;
}

function shareInfo(recovery: RecoverySet, seat: number): Uint8Array {
  return utf8(`${INFO_PREFIX.share} ${recovery.id} ${recovery.threshold} ${recovery.seats} ${seat}`);
}

/**
 * A guardian's act: opens the share of their seat and seals it again to the requester. The share alone opens nothing.
 *
 * `header` is the file's header alone (see `detachHeader`), `seat` the guardian's age identity. Gives canonical JSON in
 * UTF-8, at most 8 KiB, to be handed to the requester by any way. Whoever calls this decides that the request is right.
 *
 * Throws SealError HEADER_INVALID or LIMIT when `header` is not one; UNSUPPORTED when the file has no recovery; NO_MATCH
 * when the guardian has no seat; KEY_INVALID when `seat` or `request.requester` is not a key.
 * A hostile sender can have sealed useless shares; that shows only when they are combined.
 *
 * @example
 * const share = await openShare(header, guardianIdentity, { requester: colleague.recipient });
 */
export async function openShare(
  header: Uint8Array,
  seat: string,
  request: ShareRequest,
): Promise<Uint8Array<ArrayBuffer>> {
  const recovery = setOf(header);
  const requester = parseRecipient(request.requester);
  const share = await openSeat(recovery, await openerOf(seat));
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

function isShare(value: unknown): value is SealedShare {
  const share = value as Partial<SealedShare> | null;
  return (
    typeof share === 'object' &&
    share !== null &&
    Object.keys(share).length === 5 &&
    share.v === 0 &&
    Number.isSafeInteger(share.seat) &&
    [share.set, share.enc, share.ciphertext].every((text) => typeof text === 'string')
  );
}

async function readShare(
  recovery: RecoverySet,
  data: Uint8Array,
  opener: Opener,
): Promise<{ x: number; y: Uint8Array<ArrayBuffer> }> {
  const invalid = (what: string) =>
    new SealError('SHARE_INVALID', 'a share is not one for this file and requester', { what });
  if (!(data instanceof Uint8Array)) throw new TypeError('share must be a Uint8Array');
  const text = data.length > MAX_SHARE_BYTES ? null : fromUtf8(data);
  let share: unknown;
  try {
    share = JSON.parse(text ?? '');
  } catch {
    throw invalid('encoding');
  }
  if (!isShare(share) || canonicalJson(share) !== text) throw invalid('encoding');
  if (share.set !== recovery.id || share.seat < 1 || share.seat > recovery.seats) throw invalid('set');
  const enc = fromBase64url(share.enc);
  const ciphertext = fromBase64url(share.ciphertext);
  const y = enc && ciphertext && (await openBox(opener, shareInfo(recovery, share.seat), enc, ciphertext));
  if (y?.length !== 32) throw invalid('ciphertext');
  return { x: share.seat, y };
}

/**
 * The requester's act: joins the shares of enough guardians into a key that opens this one file, with
 * `open(file, { recovery })`. One share a seat; more than the threshold do no harm, the first ones count.
 *
 * Throws SealError SHARE_INVALID when a share is malformed, for another file or for another requester; SHARES_INSUFFICIENT
 * with fewer different seats than the threshold; HEADER_INVALID, LIMIT or UNSUPPORTED as `openShare`; KEY_INVALID when
 * `identity` is not one. Whether the shares were honest shows in `open`: NO_MATCH when they were not.
 *
 * @example
 * const recovery = await combineShares(header, [first, second], requesterIdentity);
 * const opened = await open({ header, payload }, { recovery, resolveSender });
 */
export async function combineShares(
  header: Uint8Array,
  shares: readonly Uint8Array[],
  identity: string,
): Promise<RecoveryKey> {
  const recovery = setOf(header);
  const opener = await openerOf(identity);
  if (shares.length > recovery.seats)
    throw new SealError('LIMIT', 'more shares than seats', {
      what: 'seats',
      limit: recovery.seats,
      found: shares.length,
    });
  const bySeat = new Map<number, Uint8Array<ArrayBuffer>>();
  for (const data of shares) {
    const { x, y } = await readShare(recovery, data, opener);
    bySeat.set(x, y);
  }
  if (bySeat.size < recovery.threshold)
    throw new SealError('SHARES_INSUFFICIENT', 'not enough shares of different guardians', {
      what: 'shares',
      limit: recovery.threshold,
      found: bySeat.size,
    });
  const enough = [...bySeat].slice(0, recovery.threshold).map(([x, y]) => ({ x, y }));
  return { set: recovery.id, key: join(enough) };
}

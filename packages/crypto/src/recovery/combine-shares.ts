import { equal, fromBase64url, fromUtf8 } from '@wardseal/primitives';
import { type Check, lazy, oneOf, readCanonical, record } from '../checks.js';
import { checkLimit, SealError } from '../errors.js';
import type { Identity } from '../keys/recipient.js';
import { MAX_SHARE_BYTES } from '../limits.js';
import { type Opener, openBox, openerOf } from '../stanza/box.js';
import { type RecoveryKey, type RecoverySet, shareCheck } from '../stanza/recovery.js';
import { join } from './shamir.js';
import { type SealedShare, setOf, shareInfo } from './share.js';

const isText: Check = (value) => typeof value === 'string';
const isShare = /* @__PURE__ */ lazy(() =>
  record({ v: oneOf(0), set: isText, seat: Number.isSafeInteger, enc: isText, ciphertext: isText }),
);

async function readShare(
  recovery: RecoverySet,
  data: Uint8Array,
  opener: Opener,
): Promise<{ x: number; y: Uint8Array<ArrayBuffer> }> {
  const invalid = (what: string, found?: number) =>
    new SealError('SHARE_INVALID', 'a share is not one for this file and requester', {
      what,
      ...(found === undefined ? {} : { found }),
    });
  if (!(data instanceof Uint8Array)) throw new TypeError('share must be a Uint8Array');
  const text = data.length > MAX_SHARE_BYTES ? null : fromUtf8(data);
  const share = readCanonical(text, isShare) as SealedShare | undefined;
  if (share === undefined) throw invalid('encoding');
  if (share.set !== recovery.id || share.seat < 1 || share.seat > recovery.seats) throw invalid('set');
  const enc = fromBase64url(share.enc);
  const ciphertext = fromBase64url(share.ciphertext);
  const y = enc && ciphertext && (await openBox(opener, shareInfo(recovery, share.seat), enc, ciphertext));
  if (y?.length !== 32) throw invalid('ciphertext');
  const value = { x: share.seat, y };
  if (!equal(shareCheck(recovery, value), recovery.sealed[share.seat - 1]!.check)) throw invalid('value', share.seat);
  return value;
}

/**
 * The requester's act: joins the shares of enough guardians into a key that opens this one file, with
 * `open(file, { recovery })`. One share a seat; more than the threshold do no harm, the first ones count.
 *
 * @throws SealError SHARE_INVALID when a share is malformed, for another file or requester, or not the one that the file's sender
 * committed to (`what` is `value` and `found` the seat: its guardian changed it); SHARES_INSUFFICIENT with fewer different seats than the
 * threshold; HEADER_INVALID, LIMIT or UNSUPPORTED as `openShare`; KEY_INVALID when `identity` is not one.
 * @see docs/spec/recovery.md
 *
 * @example
 * const recovery = await combineShares(header, [first, second], requesterIdentity);
 * const opened = await open({ header, payload }, { recovery, resolveSender });
 */
export async function combineShares(
  header: Uint8Array,
  shares: readonly Uint8Array[],
  identity: Identity,
): Promise<RecoveryKey> {
  const recovery = setOf(header);
  const opener = openerOf(identity);
  checkLimit(shares.length, recovery.seats, 'seats', 'more shares than seats');
  const bySeat = new Map<number, Uint8Array<ArrayBuffer>>();
  for (const data of shares) {
    const { x, y } = await readShare(recovery, data, opener);
    if (!bySeat.has(x)) bySeat.set(x, y);
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

import { SealError } from '../errors.js';
import type { Identity } from '../keys/recipient.js';
import { openerOf } from '../stanza/box.js';
import { openSeat } from '../stanza/recovery.js';
import { setOf } from './share.js';

/** A seat that works. */
export interface CheckedSeat {
  /** Number of the seat, from 1. */
  readonly seat: number;
  readonly threshold: number;
  readonly seats: number;
}

/**
 * A guardian's drill: whether the share of their seat in a file is there and is the one its sender committed to. Nothing leaves;
 * no request is needed. `open` has already refused a file whose commitments do not lead to its key, so a file that somebody
 * opened and whose seats pass this can be recovered.
 *
 * @throws SealError NO_MATCH when the guardian has no seat in the file; RECOVERY_INVALID when the share is useless;
 * HEADER_INVALID, LIMIT or UNSUPPORTED when `header` is not one or has no recovery; KEY_INVALID when `seat` is not an identity.
 *
 * @example
 * const { seat, threshold, seats } = await checkSeat(header, guardianIdentity);
 */
export async function checkSeat(header: Uint8Array, seat: Identity): Promise<CheckedSeat> {
  const recovery = setOf(header);
  const share = await openSeat(recovery, openerOf(seat));
  if (share === null) throw new SealError('NO_MATCH', 'no seat of this file is for the identity given');
  share.y.fill(0);
  return { seat: share.x, threshold: recovery.threshold, seats: recovery.seats };
}

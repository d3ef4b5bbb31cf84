import { utf8 } from '@wardseal/primitives';
import { parseDetached } from '../detach.js';
import { SealError } from '../errors.js';
import { OUTER_INFO_PREFIX } from '../names.js';
import { type RecoverySet, recoverySetOf } from '../stanza/recovery.js';

/** A share on its way from guardian to requester. Byte values are base64url. */
export interface SealedShare {
  readonly v: 0;
  readonly set: string;
  readonly seat: number;
  readonly enc: string;
  readonly ciphertext: string;
}

/** The caller's header as a copy: the file that was approved is the one whose share is given. Throws TypeError. */
export function ownHeader(header: Uint8Array): Uint8Array<ArrayBuffer> {
  if (!(header instanceof Uint8Array)) throw new TypeError('header must be a Uint8Array');
  return new Uint8Array(header);
}

/** The recovery set of a header alone. Throws UNSUPPORTED when the file has none. */
export function setOf(header: Uint8Array): RecoverySet {
  const recovery = recoverySetOf(parseDetached(header));
  if (recovery === null) throw new SealError('UNSUPPORTED', 'file has no recovery', { what: 'recovery' });
  return recovery;
}

/** Binds a share on its way to set and seat. */
export function shareInfo(recovery: RecoverySet, seat: number): Uint8Array {
  return utf8(`${OUTER_INFO_PREFIX.share} ${recovery.id} ${recovery.threshold} ${recovery.seats} ${seat}`);
}

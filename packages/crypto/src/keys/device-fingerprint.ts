import { sha256, utf8 } from '@wardseal/primitives';
import { OUTER_INFO_PREFIX } from '../names.js';
import { toSymbols, writeSymbols } from './crockford.js';
import { parseDeviceRecipient } from './protected-keys.js';

/** 120 bits: who watches a million devices at once and looks for a key that fits any of them needs 2^100 trials. */
const FINGERPRINT_BYTES = 15;

/**
 * What two devices compare before one hands the other the person's keys: 24 symbols of Crockford's base32 in six groups.
 * The new device shows it for the recipient it made itself (as text and as a code to scan); the approving one computes it
 * from the recipient that reached it over the server, and must find every symbol equal. It stands for 120 bits of SHA-256,
 * so that no other key can be found that shows the same; comparing a part only gives that away.
 *
 * @throws SealError KEY_INVALID when `recipient` is no age recipient; MIXED_MODE when it is not an `age1pq` one, which
 * `protectKeys` would refuse.
 *
 * @example
 * if (deviceFingerprint(request.recipient) !== scanned) throw new Error('not the device in your hand');
 */
export function deviceFingerprint(recipient: string): string {
  const { text } = parseDeviceRecipient(recipient);
  const digest = sha256(utf8(`${OUTER_INFO_PREFIX.deviceFingerprint} ${text}`));
  return writeSymbols(toSymbols(digest.subarray(0, FINGERPRINT_BYTES)));
}

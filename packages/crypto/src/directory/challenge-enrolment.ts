import { base64url, sha256, utf8 } from '@wardseal/primitives';
import { parseRecipient } from '../keys/recipient.js';
import { OUTER_INFO_PREFIX } from '../names.js';
import { random } from '../random.js';
import { sealTo } from '../stanza/box.js';
import { checkedRequest } from './checked-request.js';
import { digestOf, type EnrolmentOptions, encodeMessage, refused, windowOf } from './enrolment.js';

/** A challenge, for one answer. */
export interface EnrolmentChallenge {
  /** For the person's device: canonical JSON in UTF-8. */
  readonly message: Uint8Array<ArrayBuffer>;
  /** For `verifyEnrolment`: SHA-256 of the value that the answer must give back, 32 bytes. */
  readonly expected: Uint8Array<ArrayBuffer>;
}

/** Binds the sealed value to one request: no box of a file or a share can be passed off as a challenge. */
export function challengeInfo(request: string): Uint8Array<ArrayBuffer> {
  return utf8(`${OUTER_INFO_PREFIX.challenge} ${request}`);
}

/**
 * Second step of enrolling, the custodian's: checks a request and seals a fresh random value to the receiving key that it
 * claims. Only who holds that key can give the value back. Send `message` to the device and keep the result for `verifyEnrolment`.
 *
 * @throws SealError ENROLMENT_INVALID as `verifyEnrolment` says of the request; RANDOM_UNAVAILABLE.
 * @throws TypeError or RangeError when an option is missing or of the wrong kind.
 *
 * @example
 * const challenge = await challengeEnrolment(request, { secret, person: 'p-1', organisation: 'ZZZ01', rootThumbprint });
 */
export async function challengeEnrolment(request: Uint8Array, options: EnrolmentOptions): Promise<EnrolmentChallenge> {
  const { recipient } = await checkedRequest(request, options);
  const value = random(32);
  const digest = digestOf(request);
  try {
    const { enc, ciphertext } = await sealTo(parseRecipient(recipient), challengeInfo(digest), value);
    const body = { enc: base64url(enc), ciphertext: base64url(ciphertext), iat: windowOf(options).at };
    const message = encodeMessage('challenge', { v: 0, request: digest, ...body }, options.secret);
    return { message, expected: sha256(value) };
  } catch (cause) {
    throw refused('recipient', cause); // the right length, but no usable point
  } finally {
    value.fill(0);
  }
}

import { equal, fromBase64url, sha256 } from '@wardseal/primitives';
import type { EnrolmentChallenge } from './challenge-enrolment.js';
import { checkedRequest } from './checked-request.js';
import { decodeMessage, digestOf, type Enrolled, type EnrolmentOptions, refused, windowOf } from './enrolment.js';

/** What the custodian verifies an enrolment by. */
export interface VerifyEnrolmentOptions extends EnrolmentOptions {
  /** What `challengeEnrolment` gave for this request. */
  readonly challenge: EnrolmentChallenge;
}

/**
 * Last step of enrolling, the custodian's: proves that whoever knows the link's secret holds both keys of the request, and
 * says so of this person, organisation and root. Gives the fields of a directory entry that are the person's own; the
 * custodian puts roles, teams and times to them.
 *
 * A secret and a challenge are for one enrolment: the caller forgets both afterwards, whatever came of it. A second person
 * should compare the thumbprint of the new key on the device with what the custodian shows before the entry is signed.
 *
 * @throws SealError ENROLMENT_INVALID; `what` says which part: `encoding` (malformed or not canonical), `mac` (another
 * secret, or changed on the way), `recipient` (no usable key), `possession` (the signing key's statement is about another person,
 * organisation, root or key, or not signed by it), `time` (older than `maxAge`, or from the future), `challenge` (the answer
 * is to another challenge, or the challenge to another request), `value` (the receiving key is not held).
 * @throws TypeError or RangeError when an option is missing or of the wrong kind.
 *
 * @example
 * const keys = await verifyEnrolment(request, answer, { secret, challenge, person: 'p-1', organisation: 'ZZZ01', rootThumbprint });
 * const entry = { ...keys, roles: ['registrar'], validFrom: now, validTo: now + 365 * 86_400 };
 */
export async function verifyEnrolment(
  request: Uint8Array,
  answer: Uint8Array,
  options: VerifyEnrolmentOptions,
): Promise<Enrolled> {
  const { secret, challenge } = options;
  if (!(challenge?.message instanceof Uint8Array) || !(challenge.expected instanceof Uint8Array))
    throw new TypeError('challenge must be what challengeEnrolment gave');
  const enrolled = await checkedRequest(request, options);
  const asked = decodeMessage('challenge', challenge.message, secret);
  if (asked.request !== digestOf(request)) throw refused('challenge');
  const { since, at } = windowOf(options);
  if (asked.iat < since || asked.iat > at) throw refused('time');
  const given = decodeMessage('answer', answer, secret);
  if (given.challenge !== digestOf(challenge.message)) throw refused('challenge');
  if (!equal(sha256(fromBase64url(given.value)!), challenge.expected)) throw refused('value');
  return enrolled;
}

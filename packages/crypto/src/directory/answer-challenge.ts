import { base64url, fromBase64url } from '@wardseal/primitives';
import type { Identity } from '../keys/recipient.js';
import { openBox, openerOf } from '../stanza/box.js';
import { challengeInfo } from './challenge-enrolment.js';
import { decodeMessage, digestOf, encodeMessage, refused } from './enrolment.js';

/** What the device answers with. */
export interface AnswerOptions {
  /** The link's secret, 32 bytes. */
  readonly secret: Uint8Array;
  /** The identity that `createEnrolment` was given. */
  readonly identity: Identity;
  /** What `createEnrolment` gave. */
  readonly request: Uint8Array;
}

/**
 * Third step of enrolling, on the person's device: opens the custodian's challenge with the receiving key and gives the value
 * back under the link's secret. `challenge` is the challenge's `message`. Gives canonical JSON in UTF-8 for `verifyEnrolment`.
 *
 * @throws SealError ENROLMENT_INVALID when the challenge is malformed, not of somebody who knows the secret, for another
 * request, or not for this identity; KEY_INVALID when `identity` is not one.
 * @throws RangeError when `secret` is not 32 bytes; TypeError when a message is not bytes.
 *
 * @example
 * const answer = await answerChallenge(message, { secret, identity, request });
 */
export async function answerChallenge(
  challenge: Uint8Array,
  { secret, identity, request }: AnswerOptions,
): Promise<Uint8Array<ArrayBuffer>> {
  if (!(secret instanceof Uint8Array) || secret.length !== 32) throw new RangeError('secret must be 32 bytes');
  if (!(request instanceof Uint8Array)) throw new TypeError('request must be a Uint8Array');
  // Read before the key is touched: who does not know the secret gets no answer of any kind out of it.
  const { request: asked, enc, ciphertext } = decodeMessage('challenge', challenge, secret);
  if (asked !== digestOf(request)) throw refused('request');
  const encapsulated = fromBase64url(enc);
  const opener = openerOf(identity);
  const value = encapsulated && (await openBox(opener, challengeInfo(asked), encapsulated, fromBase64url(ciphertext)!));
  if (value?.length !== 32) throw refused('challenge');
  return encodeMessage('answer', { v: 0, challenge: digestOf(challenge), value: base64url(value) }, secret);
}

import { base64url, canonicalJson, sha256, utf8 } from '@wardseal/primitives';
import { checkText } from '../checks.js';
import { recipientThumbprint } from '../keys/recipient.js';

/** What a person agrees to with a passkey when they ask for a release. */
export interface ReleaseRequest {
  /** Id of the item whose header gets the stanza. */
  readonly item: string;
  /** The age recipient that is to open it: of the person's directory entry, or of one session. */
  readonly recipient: string;
  /** Id of the audit log's entry that holds the request. */
  readonly logEntry: string;
  /** Whoever releases made it for this request alone, at random: 16 bytes or more. */
  readonly nonce: Uint8Array;
}

// Fewer could be guessed; more than a text holds say no more.
const LEAST_NONCE = 16;
const MOST_NONCE = 192;

/**
 * The challenge that a passkey answers before a release, so that an assertion of one sign-in or one item never releases another.
 * The person's browser computes it from what it asked for, and whoever releases from what it knows: neither takes it from the
 * server between them.
 *
 * @returns 32 bytes: SHA-256 of `wardseal.org/v0/release-challenge`, a line feed, and canonical JSON (RFC 8785) of `item`,
 * `logEntry`, `nonce` (base64url) and `recipient` (its thumbprint)
 * @throws SealError KEY_INVALID when `recipient` is none
 * @throws TypeError when an id is missing, empty or longer than 256 UTF-16 units; RangeError when `nonce` has not 16 to 192 bytes
 * @see docs/spec/sealed-file.md, "Release"; WebAuthn level 3, section 13.4.3
 * @example
 * const challenge = releaseChallenge({ item: 'item-42', recipient, logEntry: 'evt-17', nonce });
 */
export function releaseChallenge({ item, recipient, logEntry, nonce }: ReleaseRequest): Uint8Array<ArrayBuffer> {
  checkText(item, 'item');
  checkText(logEntry, 'logEntry');
  if (!(nonce?.length >= LEAST_NONCE && nonce.length <= MOST_NONCE))
    throw new RangeError(`nonce must have ${LEAST_NONCE} to ${MOST_NONCE} bytes`);
  const parts = { item, logEntry, nonce: base64url(nonce), recipient: recipientThumbprint(recipient) };
  return sha256(utf8(`wardseal.org/v0/release-challenge\n${canonicalJson(parts)}`));
}

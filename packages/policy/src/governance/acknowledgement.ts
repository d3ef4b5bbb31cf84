import { base64url, sha256, utf8 } from '@wardseal/primitives';
import { matching, moment, object, oneOf, positive } from '../check/shape.js';
import type { Pack } from '../document.js';
import { PolicyError } from '../errors.js';
import { MAX_DOCUMENT_CHARS, parsed } from '../json-text.js';
import { read } from './records.js';
import { digest, identifier, policyName } from './shapes.js';

/** Somebody has read a version of the policy, format `acknowledgement/0`. */
export interface Acknowledgement {
  readonly format: 'acknowledgement/0';
  readonly subject: string;
  /** The policy's id. */
  readonly policy: string;
  readonly version: number;
  /** Of the version. */
  readonly digest: string;
  /** Of the text that was shown: `sha256-` and the base64url of SHA-256 over its UTF-8. */
  readonly textDigest: string;
  /** RFC 3339, UTC, by the server's clock. */
  readonly at: string;
  /** How it was given, a word such as `web` or `paper`. */
  readonly method: string;
}

const shape = object({
  format: oneOf('acknowledgement/0'),
  subject: identifier,
  policy: policyName,
  version: positive,
  digest,
  textDigest: digest,
  at: moment,
  method: matching(/^[a-z][a-z0-9-]{0,63}$/),
});

export interface AcknowledgeOptions {
  /** The person's id, as `subject.id`. */
  readonly subject: string;
  /** RFC 3339, UTC, by the server's clock. */
  readonly at: string;
  /** A word for how it was given: `web`, `paper`. */
  readonly method: string;
  /** All the text that was shown, at most 1,000,000 UTF-16 units. */
  readonly text: string;
}

/**
 * The record that somebody has read and acknowledged a version. It names the version by its digest and the text by its
 * own: what somebody agreed to can be shown later, and a record for one text never counts for another.
 *
 * @param pack - the version that was shown.
 * @throws PolicyError `DOCUMENT_INVALID` for a text that is empty or cannot be encoded, a subject, moment or method of the
 * wrong form; `DOCUMENT_TOO_LARGE`.
 * @example
 * ```ts
 * acknowledge(pack, { subject: 'p-okafor', at: new Date().toISOString(), method: 'web', text: shown });
 * ```
 */
export function acknowledge(pack: Pack, { subject, at, method, text }: AcknowledgeOptions): Acknowledgement {
  const { id, version } = pack.document;
  const textDigest = textDigestOf(text);
  return checkAcknowledgement({
    format: 'acknowledgement/0',
    subject,
    policy: id,
    version,
    digest: pack.digest,
    textDigest,
    at,
    method,
  });
}

/**
 * The digest that an acknowledgement of this text carries.
 *
 * @throws PolicyError `DOCUMENT_INVALID`, `DOCUMENT_TOO_LARGE`.
 */
export function textDigestOf(text: string): string {
  // An empty page acknowledges nothing; half a character has no UTF-8.
  if (typeof text !== 'string' || text.trim() === '' || /[\ud800-\udfff]/u.test(text))
    throw new PolicyError('DOCUMENT_INVALID', '/text', 'no text that somebody could have read');
  if (text.length > MAX_DOCUMENT_CHARS) throw new PolicyError('DOCUMENT_TOO_LARGE', '/text', 'text is too long');
  return `sha256-${base64url(sha256(utf8(text)))}`;
}

/**
 * Reads and checks a stored acknowledgement.
 *
 * @param json - the text, or the parsed value.
 * @returns a frozen copy.
 * @throws PolicyError `DOCUMENT_TOO_LARGE`, `DOCUMENT_NOT_JSON`, `UNKNOWN_FIELD`, `DOCUMENT_INVALID`.
 */
export function checkAcknowledgement(json: unknown): Acknowledgement {
  return readAcknowledgement(parsed(json), '');
}

/** The same for one of many. */
export function readAcknowledgement(json: unknown, path: string): Acknowledgement {
  return read<Acknowledgement>(json, shape, path);
}

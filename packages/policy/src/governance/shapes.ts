import { fromBase64url } from '@wardseal/primitives';
import { matching, moment, object, oneOf, type Shape } from '../check/shape.js';
import { instant } from '../engine/time.js';
import { PolicyError, type PolicyErrorCode } from '../errors.js';

/** A person's id. Blanks and look-alike letters of other scripts would let one person pass for two. */
export const identifier: Shape = matching(/^[\x21-\x7e]{1,128}$/);
export const policyName: Shape = matching(/^[a-zA-Z][a-zA-Z0-9-]{0,63}$/);
/** What an audit event's `reason` can carry: at most 1,000 characters, none of them a control character. */
export const reason: Shape = matching(/^[^\p{Cc}\p{Cs}\u2028\u2029]{1,1000}$/u);
export const digest: Shape = matching(/^sha256-[A-Za-z0-9_-]{43}$/);

/** So many bytes in strict base64url. */
const bytes = (length: number): Shape => {
  const alphabet = matching(new RegExp(`^[A-Za-z0-9_-]{${Math.ceil((length * 4) / 3)}}$`));
  return (value, path) => {
    alphabet(value, path);
    // The last character's spare bits: one value has one spelling (RFC 4648 section 3.5).
    if (fromBase64url(value as string) === null) throw new PolicyError('DOCUMENT_INVALID', path, 'not canonical');
  };
};

export const guardian: Shape = object({ id: identifier, role: policyName, publicKey: bytes(32) });

export const approval: Shape = object({
  format: oneOf('policy-approval/0'),
  policy: policyName,
  version: matching(/^[1-9][0-9]{0,15}$/),
  digest,
  by: identifier,
  role: policyName,
  at: moment,
  signature: bytes(64),
});

/** Whether two ids are one person's: capitals make no other person. */
export function samePerson(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}

/** Whether one moment lies before another; both were found to be moments. */
export function earlier(one: string, other: string): boolean {
  return instant(one)! < instant(other)!;
}

/** Runs a check whose refusals get another code; `at` is the place of `value` in what the caller was given. */
export function checkAs(code: PolicyErrorCode, shape: Shape, value: unknown, at: string): void {
  try {
    shape(value, at);
  } catch (cause) {
    if (!(cause instanceof PolicyError)) throw cause;
    throw new PolicyError(code, cause.path, cause.message.slice(0, cause.message.lastIndexOf(' at `')), { cause });
  }
}

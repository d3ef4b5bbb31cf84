import { base64url, concat, hmacSha256, utf8 } from '@wardseal/primitives';

const DOMAIN = utf8('wardseal.org/patient-handle v0\0');

/**
 * The opaque handle by which a log knows a patient: HMAC-SHA-256 (RFC 2104) under the custodian's index key. Only who
 * holds that key can tell whose handle it is.
 *
 * @param indexKey - 32 secret bytes that stay with the custodian
 * @param identifier - scheme and number, in one spelling, such as `nhs:` and ten digits; never stored
 * @returns 43 characters of base64url, for `subject.handle` of an event
 * @throws RangeError when the key is not 32 bytes or the identifier is empty
 * @example
 * const handle = patientHandle(indexKey, `nhs:${number}`);
 */
export function patientHandle(indexKey: Uint8Array, identifier: string): string {
  if (indexKey.length !== 32) throw new RangeError('index key must be 32 bytes');
  if (identifier.length === 0) throw new RangeError('identifier must not be empty');
  return base64url(hmacSha256(indexKey, concat(DOMAIN, utf8(identifier))));
}

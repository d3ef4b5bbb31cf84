import { base64url, concat, equal, fromBase64url, hmacSha256, readUint, uint, utf8 } from '@wardseal/primitives';
import { KID_BYTES } from '../codec/cose.js';
import type { ImportedTagKey, TagKeySet } from '../keys.js';
import { NONCE_SECONDS, PROOF_LEAD_SECONDS } from '../limits.js';

const DOMAIN = utf8('wardseal.org/proof-nonce v0');
const TIME_AT = KID_BYTES;
const TAG_AT = 8;
const BYTES = 24;

function nonceAt(time: Uint8Array, { kid, nonceKey }: ImportedTagKey): Uint8Array<ArrayBuffer> {
  return concat(kid, time, hmacSha256(nonceKey, concat(DOMAIN, time)).subarray(0, BYTES - TAG_AT));
}

/**
 * A nonce that any node with the same tag keys recognises without a store: the time and a MAC of it. A proof that has it
 * was made after this moment, so that a key borrowed for a minute cannot sign proofs for next week.
 */
export function makeNonce(keys: TagKeySet, now: number): string {
  return base64url(nonceAt(uint(now, TAG_AT - TIME_AT), keys.active));
}

/** Whether a nonce was given out under one of these keys, and not too long ago. */
export function nonceFits(nonce: string, keys: TagKeySet, now: number): boolean {
  const data = fromBase64url(nonce);
  if (data?.length !== BYTES) return false;
  const key = keys.find(readUint(data, 0, KID_BYTES)!);
  const age = now - readUint(data, TIME_AT, TAG_AT - TIME_AT)!;
  if (!key || key.state === 'retired' || age < -PROOF_LEAD_SECONDS || age > NONCE_SECONDS) return false;
  return equal(nonceAt(data.subarray(TIME_AT, TAG_AT), key), data);
}

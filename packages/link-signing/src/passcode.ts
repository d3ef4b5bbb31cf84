import { scryptAsync } from '@noble/hashes/scrypt.js';
import { concat, equal, hmacSha256, holdsPatientNumber, utf8 } from '@wardseal/primitives';
import { type CborValue, decodeCbor, encodeCbor } from './codec/cbor.js';
import type { ImportedTagKey } from './keys.js';
import { MAX_PASSCODE_CHARACTERS, MIN_PASSCODE_CHARACTERS } from './limits.js';

/** What one check of a passcode costs (scrypt, RFC 7914). */
export interface PasscodeCost {
  /** CPU and memory cost, a power of two. */
  readonly N: number;
  /** Block size. */
  readonly r: number;
  /** Parallelisation. */
  readonly p: number;
}

/**
 * 32 MiB and three passes: one of the equal settings OWASP's password storage guidance gives for scrypt, and the one that
 * lets a server check several at once. What protects a short code first is the lock after five failures and the pepper.
 */
export const PASSCODE_COST: PasscodeCost = { N: 2 ** 15, r: 8, p: 3 };

const DOMAIN = utf8('wardseal.org/link-passcode v0');
const SALT = 1;
const VERIFIER = 2;
const N = 3;
const R = 4;
const P = 5;

/** Printable ASCII, 6 to 64 characters, and not a patient number, which too many people know. */
export function isPasscode(text: unknown): text is string {
  return (
    typeof text === 'string' &&
    text.length >= MIN_PASSCODE_CHARACTERS &&
    text.length <= MAX_PASSCODE_CHARACTERS &&
    /^[\x21-\x7e]+$/.test(text) &&
    !holdsPatientNumber(text, 'anywhere')
  );
}

async function verifierOf(
  passcode: string,
  salt: Uint8Array,
  cost: PasscodeCost,
  cti: Uint8Array,
  key: ImportedTagKey,
) {
  const stretched = await scryptAsync(utf8(passcode), salt, { ...cost, dkLen: 32 });
  return hmacSha256(key.passcodeKey, concat(DOMAIN, cti, stretched));
}

/** The stored form of a passcode: salt, cost and a verifier that is worthless without the issuer's tag key. */
export async function hashPasscode(
  passcode: string,
  salt: Uint8Array,
  cost: PasscodeCost,
  cti: Uint8Array,
  key: ImportedTagKey,
): Promise<Uint8Array<ArrayBuffer>> {
  return encodeCbor(
    new Map<number, CborValue>([
      [SALT, salt],
      [VERIFIER, await verifierOf(passcode, salt, cost, cti, key)],
      [N, cost.N],
      [R, cost.r],
      [P, cost.p],
    ]),
  );
}

/** Whether a passcode is the one whose stored form this is. */
export async function passcodeMatches(
  passcode: string,
  stored: Uint8Array,
  cti: Uint8Array,
  key: ImportedTagKey,
): Promise<boolean> {
  const map = decodeCbor(stored);
  const cost = { N: map.get(N) as number, r: map.get(R) as number, p: map.get(P) as number };
  const verifier = await verifierOf(passcode, map.get(SALT) as Uint8Array, cost, cti, key);
  return equal(verifier, map.get(VERIFIER) as Uint8Array);
}

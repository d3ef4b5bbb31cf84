import { base64url, fromBase64url } from '@wardseal/primitives';
import { bytes, lazy, listOf, oneOf, record, textUpTo, whole } from './checks.js';
import { checkedSender } from './draft.js';
import { SealError } from './errors.js';
import { type ClaimedSender, checkStanding, isIssuer, knownSender, type ResolveSender } from './issuer.js';
import type { DirectoryEntry } from './keys/directory-entry.js';
import { parseSigningPublicKey, type Signer, type SigningKeyPair } from './keys/signing-key.js';
import {
  MAX_BACKUP_HORIZON_SECONDS,
  MAX_CERTIFICATE_BYTES,
  MAX_CLOCK_SKEW_SECONDS,
  MAX_GROUND_LENGTH,
  MAX_HEADER_VERSIONS,
} from './limits.js';
import { readStatement, type StatementKind, signStatement, verifyStatement } from './statement.js';
import { nowOf, secondsOf } from './time.js';

/** What an actor signs. Byte values are base64url, times seconds since 1970. */
interface ErasureClaims {
  readonly v: 0;
  readonly iss: ClaimedSender;
  /** When the keys were destroyed. */
  readonly iat: number;
  readonly manifest: string;
  readonly headers: readonly string[];
  readonly ground: string;
  readonly horizon: number;
}

const shape = /* @__PURE__ */ lazy(() =>
  record({
    v: oneOf(0),
    iss: isIssuer,
    iat: whole,
    manifest: bytes(16),
    headers: listOf(bytes(32), 1, MAX_HEADER_VERSIONS),
    ground: textUpTo(MAX_GROUND_LENGTH),
    horizon: whole,
  }),
);

/** End of the year 9999: later days have no date as ISO 8601 writes it, and the statement names days. */
const LAST_SECOND = 253_402_300_799;

function isErasure(value: unknown): boolean {
  if (!shape(value)) return false;
  const { iat, headers, horizon } = value as ErasureClaims;
  const horizonFits = horizon >= iat && horizon - iat <= MAX_BACKUP_HORIZON_SECONDS && horizon <= LAST_SECOND;
  return horizonFits && new Set(headers).size === headers.length;
}

const ERASURE: StatementKind = {
  typ: 'wardseal-erasure-v0',
  check: isErasure,
  most: MAX_CERTIFICATE_BYTES,
  limit: 'MAX_CERTIFICATE_BYTES',
  broken: 'CERTIFICATE_INVALID',
  title: 'certificate',
};

/** What was erased, by whom and why. */
export interface ErasureOptions {
  /** `manifestId` of the file. */
  readonly manifestId: string;
  /** Digests (32 bytes) of every header version that existed, 1 to 512 different ones. */
  readonly headerDigests: readonly Uint8Array[];
  /** Who destroyed the keys and answers for it. */
  readonly actor: { readonly keys: SigningKeyPair | Signer; readonly entry: DirectoryEntry };
  /** Why, in a sentence that names no patient. */
  readonly ground: string;
  /** Until when, in seconds since 1970, a backup may still hold a header or the key it was stored under; at most 10 years on. */
  readonly backupHorizon: number;
  /** When the keys were destroyed, in seconds since 1970. Default: the system's clock. */
  readonly now?: number;
}

/** An erasure certificate read and proven. */
export interface ErasureCertificate {
  readonly manifestId: string;
  readonly headerDigests: readonly Uint8Array<ArrayBuffer>[];
  readonly actor: DirectoryEntry;
  readonly ground: string;
  /** When the keys were destroyed, as the actor says. */
  readonly erasedAt: number;
  /** Whether a logged time speaks for the actor, or the actor's own alone. */
  readonly judgedBy: 'log' | 'claim';
  readonly backupHorizon: number;
  /** What may be said of it in public, in English, and no more. */
  readonly statement: string;
}

const day = (time: number): string => new Date(time * 1000).toISOString().slice(0, 10);

/**
 * Certifies that every header of a file, or the key they were stored under, was destroyed: for the audit log and for whoever
 * asked for the erasure. Destroying them is the caller's act and comes first; this only says so, under the actor's name.
 *
 * Gives a compact JWS of at most 64 KiB. It claims what an organisation can know: the file cannot be opened from its own
 * storage, nor from its backups after `backupHorizon`. Headers that recipients fetched before are not reached.
 *
 * @throws SealError SENDER_EXPIRED or SENDER_REVOKED when the actor's entry does not count at `now`; KEY_INVALID or
 * SIGNATURE_INVALID from the actor's keys; LIMIT when the certificate is too long.
 * @throws TypeError or RangeError when a part is missing, too long or of the wrong type, `backupHorizon` is in the past or
 * more than ten years ahead, or a digest stands twice.
 * @see docs/spec/erasure.md
 *
 * @example
 * const certificate = await erasureCertificate({
 *   manifestId, headerDigests: [headerDigest], actor: { keys, entry }, ground: 'filed and closed', backupHorizon,
 * });
 */
export async function erasureCertificate(o: ErasureOptions): Promise<string> {
  const { manifestId, headerDigests, actor, ground } = o;
  const now = nowOf(o);
  const backupHorizon = secondsOf(o.backupHorizon, 'backupHorizon');
  if (backupHorizon < now || backupHorizon - now > MAX_BACKUP_HORIZON_SECONDS || backupHorizon > LAST_SECOND)
    throw new RangeError('backupHorizon must be from now on and at most ten years ahead');
  if (!Array.isArray(headerDigests) || !headerDigests.every((digest) => digest instanceof Uint8Array))
    throw new TypeError('headerDigests must be Uint8Arrays');
  const headers = headerDigests.map((digest) => base64url(digest)).sort();
  // Whether the actor may erase is the app's policy; whose signature this is, the reader's directory says.
  const { signer, iss } = await checkedSender(actor, { directory: 'unverified', now });
  const claims = { v: 0, iss, iat: now, manifest: manifestId, headers, ground, horizon: backupHorizon };
  return signStatement(ERASURE, claims, signer);
}

/**
 * Reads an erasure certificate and proves whose it is. It is self-contained: it reads years later wherever the directory still
 * lists the actor's key, leavers included.
 *
 * `loggedAt` is when the audit log integrated it. A revoked actor is believed only with it: a thief of a key dates what it
 * signs. The time that the certificate names must not be after it.
 *
 * @throws SealError CERTIFICATE_INVALID when it is not one, or was logged before the time it names; LIMIT above 64 KiB;
 * SENDER_UNKNOWN when `resolveSender` knows no such person with this key; SIGNATURE_INVALID when it was not signed by
 * that key; SENDER_EXPIRED or SENDER_REVOKED when the actor's entry did not count then.
 * @see docs/spec/erasure.md
 *
 * @example
 * const { manifestId, statement } = await readErasureCertificate(certificate, { resolveSender });
 */
export async function readErasureCertificate(
  certificate: string,
  options: { readonly resolveSender: ResolveSender; readonly loggedAt?: number },
): Promise<ErasureCertificate> {
  const { resolveSender } = options;
  const loggedAt = options.loggedAt === undefined ? undefined : secondsOf(options.loggedAt, 'loggedAt');
  if (typeof certificate !== 'string') throw new TypeError('certificate must be a string');
  const signed = readStatement<ErasureClaims>(ERASURE, certificate);
  const { iat, manifest, headers, ground, horizon } = signed.claims;
  const actor = await knownSender(signed.claims, resolveSender);
  await verifyStatement(signed, parseSigningPublicKey(actor.signingKey));
  if (loggedAt !== undefined && loggedAt < iat - MAX_CLOCK_SKEW_SECONDS)
    throw new SealError('CERTIFICATE_INVALID', 'certificate was logged before the time it names', { what: 'iat' });
  checkStanding(signed.claims, actor, loggedAt);
  return {
    manifestId: manifest,
    headerDigests: headers.map((digest) => fromBase64url(digest)!),
    actor,
    ground,
    erasedAt: iat,
    judgedBy: loggedAt === undefined ? 'claim' : 'log',
    backupHorizon: horizon,
    // "Every copy" is nobody's to promise: recipients may have kept theirs.
    statement: `Destroyed in our systems on ${day(iat)}; irrecoverable from our backups after ${day(horizon)}.`,
  };
}

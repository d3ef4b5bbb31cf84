import { holdsPatientNumber } from '@wardseal/primitives';
import type { HolderPublicKey } from './holder-key.js';
import { isDigest, isOpaque } from './identifiers.js';
import { MAX_BEARER_SECONDS, MAX_DELEGATION_DEPTH, MAX_RECIPIENT_SECONDS, MAX_USES } from './limits.js';

/** Why the item is shown. A closed list with numbers on the wire, so that no free text enters a grant. */
export const PURPOSES = [
  'direct-care',
  'referral',
  'mdt',
  'emergency',
  'teaching',
  'research',
  'subject-access',
  'erasure-request',
  'investigation',
  'audit',
  'complaint',
] as const;
/** One of `PURPOSES`. */
export type Purpose = (typeof PURPOSES)[number];

/** How the opener must show to be the right one, weakest first. The order is total: more always suffices. */
export const BINDINGS = ['bearer', 'passcode', 'one-time-code', 'holder-of-key', 'passkey'] as const;
/** One of `BINDINGS`. */
export type Binding = (typeof BINDINGS)[number];

/** What the opener may do; a bit each on the wire. `upload` is the other direction: it stands alone, and opens nothing. */
export const PERMISSIONS = ['view', 'save-to-record', 'delegate', 'upload'] as const;
/** One of `PERMISSIONS`. */
export type Permission = (typeof PERMISSIONS)[number];

/** What a patient may be asked for a picture for. An emergency is a telephone call; teaching and research need written consent first. */
export const UPLOAD_PURPOSES: readonly Purpose[] = ['direct-care', 'referral', 'mdt', 'investigation', 'complaint'];

/** Where a delegated grant comes from. */
export interface Delegation {
  /** The id of the grant it narrows, 32 bytes. */
  parent: Uint8Array<ArrayBuffer>;
  /** The key that signed it: the parent's `recipientKey` is its thumbprint. */
  key: HolderPublicKey;
}

/** What a grant says. Times are whole seconds since 1970; every identifier is opaque bytes. */
export interface Claims {
  /** Who issued it: a lower-case DNS name. */
  issuer: string;
  /** The object: SHA-256 over a domain, the manifest id and the payload nonce, 32 bytes. */
  object: Uint8Array<ArrayBuffer>;
  /** The origin that redeems, such as `https://img.trust.example`. */
  audience: string;
  expires: number;
  notBefore: number;
  issuedAt: number;
  /** 32 random bytes: the grant's own identifier, and the id of the file's link stanza. */
  cti: Uint8Array<ArrayBuffer>;
  /** SHA-256 thumbprint of the recipient's COSE key (RFC 9679); with bindings `holder-of-key` and `passkey`. */
  recipientKey?: Uint8Array<ArrayBuffer>;
  maxUses: number;
  purpose: Purpose;
  binding: Binding;
  permissions: readonly Permission[];
  delegationDepth: number;
  /** The policy pack in force: its SHA-256 digest and its revision number. */
  policy?: { digest: Uint8Array<ArrayBuffer>; revision: number };
  /** The recipient as an opaque id (a UUID of 16 or a digest of 32 bytes), for revocation. */
  recipient?: Uint8Array<ArrayBuffer>;
  /** Who had it issued, as an opaque id, for revocation: a member of staff; of a delegated grant the parent's recipient. */
  issuerUser: Uint8Array<ArrayBuffer>;
  /** With a delegated grant, and only there: what it was delegated from and by which key. */
  delegation?: Delegation;
}

const MAX_TIME = 0xffff_ffff; // the handle carries the expiry in four bytes
const DNS_NAME = /^(?=.{1,64}$)[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*$/;
const ORIGIN =
  /^(?:https:\/\/(?=[a-z0-9.-]{1,128}(?::|$))[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?|http:\/\/(?:localhost|127\.0\.0\.1))(?::[1-9]\d{0,4})?$/;

// Most names have no ten digits, and then nothing needs to be read closely.
const TEN_DIGITS = /(?:\d\D*){10}/;
function holdsNumber(text: string): boolean {
  return TEN_DIGITS.test(text) && holdsPatientNumber(text, 'anywhere');
}

/** A lower-case DNS name of at most 64 characters without a patient number in it. */
export function isIssuerName(text: string): boolean {
  return DNS_NAME.test(text) && !holdsNumber(text);
}

/** An ASCII origin: https, or plain http on the loopback host alone; no path, no user, no default port spelled out twice. */
export function isOrigin(text: string): boolean {
  return ORIGIN.test(text) && !/^https:.*:443$|^http:.*:80$/.test(text) && !holdsNumber(text);
}

/** The claims of one binding must be recipient-bound or short: the seconds a grant of it may live. */
export function maxLifetime(claims: { recipientKey?: Uint8Array | undefined }): number {
  return claims.recipientKey === undefined ? MAX_BEARER_SECONDS : MAX_RECIPIENT_SECONDS;
}

/** The rules that hold across claims, as the name of the first claim that breaks one, or null. */
export function faultOf(claims: Claims): string | null {
  const keyed = BINDINGS.indexOf(claims.binding) >= BINDINGS.indexOf('holder-of-key');
  const delegates = claims.permissions.includes('delegate');
  const uploads = claims.permissions.includes('upload');
  const time = (value: number): boolean => Number.isInteger(value) && value >= 0 && value <= MAX_TIME;
  const within = (value: number, low: number, high: number): boolean =>
    Number.isInteger(value) && value >= low && value <= high;
  const rules: Record<string, boolean> = {
    issuer: isIssuerName(claims.issuer),
    object: isDigest(claims.object),
    audience: isOrigin(claims.audience),
    notBefore: time(claims.notBefore),
    expires:
      time(claims.expires) &&
      claims.expires > claims.notBefore &&
      claims.expires - claims.notBefore <= maxLifetime(claims),
    issuedAt: time(claims.issuedAt) && claims.issuedAt <= claims.expires,
    cti: claims.cti.length === 32,
    recipientKey: keyed ? claims.recipientKey !== undefined && isDigest(claims.recipientKey) : !claims.recipientKey,
    maxUses: within(claims.maxUses, 1, MAX_USES),
    purpose: (uploads ? UPLOAD_PURPOSES : PURPOSES).includes(claims.purpose),
    // A patient has no key with us; a mailbox code would tell the server who it is.
    binding: BINDINGS.includes(claims.binding) && !(uploads && BINDINGS.indexOf(claims.binding) > 1),
    permissions:
      claims.permissions.length > 0 &&
      claims.permissions.every((one) => PERMISSIONS.includes(one)) &&
      !(uploads && claims.permissions.length > 1),
    // Only the holder of a key can sign a narrower grant, so a bearer grant cannot be passed on.
    delegationDepth:
      within(claims.delegationDepth, 0, MAX_DELEGATION_DEPTH) &&
      delegates === claims.delegationDepth > 0 &&
      (!(delegates || claims.delegation) || keyed),
    policy: !claims.policy || (isDigest(claims.policy.digest) && within(claims.policy.revision, 0, MAX_TIME)),
    // Who passes a picture on, and to whom, is a person who can be named and revoked; a patient's goes to a team that can.
    recipient: claims.recipient ? isOpaque(claims.recipient) : !(delegates || uploads || claims.delegation),
    issuerUser: isOpaque(claims.issuerUser),
    delegation: !claims.delegation || isDigest(claims.delegation.parent),
  };
  for (const claim in rules) if (!rules[claim]) return claim;
  return null;
}

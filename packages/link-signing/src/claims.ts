import { base64url, fromBase64url, holdsPatientNumber } from '@wardseal/primitives';
import type { CborMap, CborValue } from './codec/cbor.js';
import { LinkError } from './errors.js';
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

/** What the opener may do; a bit each on the wire. */
export const PERMISSIONS = ['view', 'save-to-record', 'delegate'] as const;
/** One of `PERMISSIONS`. */
export type Permission = (typeof PERMISSIONS)[number];

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
  /** The member of staff who had it issued, as an opaque id, for revocation. */
  issuerUser: Uint8Array<ArrayBuffer>;
  /** Drawn until the handle's last character survives a linkifier; 0 nearly always. */
  draw: number;
}

const ISS = 1;
const SUB = 2;
const AUD = 3;
const EXP = 4;
const NBF = 5;
const IAT = 6;
const CTI = 7;
const CNF = 8;
const COSE_KEY_THUMBPRINT = 5; // "ckt", RFC 9679
/** The one private-use claim key (below -65536, RFC 8392 section 9.1); everything of ours lies in the map under it. */
export const PRIVATE_CLAIM = -65537;
const USES = 1;
const PURPOSE = 2;
const BINDING = 3;
const PERMISSION_BITS = 4;
const DEPTH = 5;
const POLICY = 6;
const RECIPIENT = 8; // 7 is kept for the parent of a delegated grant
const ISSUER_USER = 9;
const DRAW = 10;

const MAX_TIME = 0xffff_ffff; // the handle carries the expiry in four bytes
const DNS_NAME = /^(?=.{1,64}$)[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*$/;
const ORIGIN =
  /^(?:https:\/\/(?=[a-z0-9.-]{1,128}(?::|$))[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?|http:\/\/(?:localhost|127\.0\.0\.1))(?::[1-9]\d{0,4})?$/;

/** A lower-case DNS name of at most 64 characters without a patient number in it. */
export function isIssuerName(text: string): boolean {
  return DNS_NAME.test(text) && !holdsPatientNumber(text, 'anywhere');
}

/** An ASCII origin: https, or plain http on the loopback host alone; no path, no user, no default port spelled out twice. */
export function isOrigin(text: string): boolean {
  return ORIGIN.test(text) && !/^https:.*:443$|^http:.*:80$/.test(text) && !holdsPatientNumber(text, 'anywhere');
}

/** The claims of one binding must be recipient-bound or short: the seconds a grant of it may live. */
export function maxLifetime(claims: { recipientKey?: Uint8Array | undefined }): number {
  return claims.recipientKey === undefined ? MAX_BEARER_SECONDS : MAX_RECIPIENT_SECONDS;
}

/** The rules that hold across claims, as the name of the first claim that breaks one, or null. */
export function faultOf(claims: Claims): string | null {
  const keyed = BINDINGS.indexOf(claims.binding) >= BINDINGS.indexOf('holder-of-key');
  const delegates = claims.permissions.includes('delegate');
  const time = (value: number): boolean => Number.isInteger(value) && value >= 0 && value <= MAX_TIME;
  const within = (value: number, low: number, high: number): boolean =>
    Number.isInteger(value) && value >= low && value <= high;
  const rules: Record<string, boolean> = {
    issuer: isIssuerName(claims.issuer),
    object: isDigest(claims.object),
    audience: isOrigin(claims.audience),
    expires: time(claims.expires) && claims.expires > claims.notBefore,
    notBefore: time(claims.notBefore) && claims.expires - claims.notBefore <= maxLifetime(claims),
    issuedAt: time(claims.issuedAt) && claims.issuedAt <= claims.expires,
    cti: claims.cti.length === 32,
    recipientKey: keyed ? claims.recipientKey !== undefined && isDigest(claims.recipientKey) : !claims.recipientKey,
    maxUses: within(claims.maxUses, 1, MAX_USES),
    purpose: PURPOSES.includes(claims.purpose),
    binding: BINDINGS.includes(claims.binding),
    permissions: claims.permissions.length > 0 && claims.permissions.every((one) => PERMISSIONS.includes(one)),
    // Only the holder of a key can sign a narrower grant, so a bearer grant cannot be passed on.
    delegationDepth:
      within(claims.delegationDepth, 0, MAX_DELEGATION_DEPTH) &&
      delegates === claims.delegationDepth > 0 &&
      (!delegates || keyed),
    policy: !claims.policy || (isDigest(claims.policy.digest) && within(claims.policy.revision, 0, MAX_TIME)),
    recipient: !claims.recipient || isOpaque(claims.recipient),
    issuerUser: isOpaque(claims.issuerUser),
    draw: within(claims.draw, 0, MAX_TIME),
  };
  for (const claim in rules) if (!rules[claim]) return claim;
  return null;
}

/** Claims as the map that is signed. */
export function toCwt(claims: Claims): CborMap {
  const own: CborMap = new Map<number, CborValue>([
    [USES, claims.maxUses],
    [PURPOSE, PURPOSES.indexOf(claims.purpose)],
    [BINDING, BINDINGS.indexOf(claims.binding)],
    [PERMISSION_BITS, PERMISSIONS.reduce((bits, one, i) => bits | (claims.permissions.includes(one) ? 1 << i : 0), 0)],
    [ISSUER_USER, claims.issuerUser],
  ]);
  if (claims.delegationDepth > 0) own.set(DEPTH, claims.delegationDepth);
  if (claims.policy) own.set(POLICY, new Map<number, CborValue>([[1, claims.policy.digest], [2, claims.policy.revision]])); // biome-ignore format: one pair of facts
  if (claims.recipient) own.set(RECIPIENT, claims.recipient);
  if (claims.draw > 0) own.set(DRAW, claims.draw);
  const cwt: CborMap = new Map<number, CborValue>([
    [ISS, claims.issuer],
    [SUB, base64url(claims.object)],
    [AUD, claims.audience],
    [EXP, claims.expires],
    [NBF, claims.notBefore],
    [IAT, claims.issuedAt],
    [CTI, claims.cti],
    [PRIVATE_CLAIM, own],
  ]);
  if (claims.recipientKey) cwt.set(CNF, new Map([[COSE_KEY_THUMBPRINT, claims.recipientKey]]));
  return cwt;
}

/** Takes claims out of a map one by one; what is left at the end is unknown, and unknown is refused. */
class Reader {
  readonly #left: CborMap;
  readonly #where: string;
  constructor(map: CborMap, where: string) {
    this.#left = new Map(map);
    this.#where = where;
  }
  #take(key: number): CborValue | undefined {
    const value = this.#left.get(key);
    this.#left.delete(key);
    return value;
  }
  text(key: number, claim: string): string {
    const value = this.#take(key);
    return typeof value === 'string' ? value : refuse(claim);
  }
  integer(key: number, claim: string, otherwise?: number): number {
    const value = this.#take(key) ?? otherwise;
    return typeof value === 'number' ? value : refuse(claim);
  }
  bytes(key: number, claim: string): Uint8Array<ArrayBuffer> {
    return this.optionalBytes(key, claim) ?? refuse(claim);
  }
  optionalBytes(key: number, claim: string): Uint8Array<ArrayBuffer> | undefined {
    const value = this.#take(key);
    if (value !== undefined && !(value instanceof Uint8Array)) refuse(claim);
    return value as Uint8Array<ArrayBuffer> | undefined;
  }
  map(key: number, claim: string): Reader {
    return this.optionalMap(key, claim) ?? refuse(claim);
  }
  optionalMap(key: number, claim: string): Reader | undefined {
    const value = this.#take(key);
    if (value === undefined) return undefined;
    return value instanceof Map ? new Reader(value, claim) : refuse(claim);
  }
  end(): void {
    for (const key of this.#left.keys()) refuse(this.#where === '' ? String(key) : `${this.#where}.${key}`);
  }
}

function refuse(claim: string): never {
  throw new LinkError('GRANT_INVALID', `claim \`${claim}\` is missing, unknown or not allowed`, { claim });
}

/** The claims of a decoded payload. Throws LinkError `GRANT_INVALID` on a missing, unknown or ill-formed claim. */
export function fromCwt(cwt: CborMap): Claims {
  const top = new Reader(cwt, '');
  const object = fromBase64url(top.text(SUB, 'object')) ?? refuse('object');
  const cnf = top.optionalMap(CNF, 'recipientKey');
  const recipientKey = cnf?.bytes(COSE_KEY_THUMBPRINT, 'recipientKey');
  const own = top.map(PRIVATE_CLAIM, 'private');
  const pack = own.optionalMap(POLICY, 'policy');
  const policy = pack && { digest: pack.bytes(1, 'policy'), revision: pack.integer(2, 'policy') };
  const recipient = own.optionalBytes(RECIPIENT, 'recipient');
  const bits = own.integer(PERMISSION_BITS, 'permissions');
  if (bits < 0 || bits >= 1 << PERMISSIONS.length) refuse('permissions');
  const claims: Claims = {
    issuer: top.text(ISS, 'issuer'),
    object,
    audience: top.text(AUD, 'audience'),
    expires: top.integer(EXP, 'expires'),
    notBefore: top.integer(NBF, 'notBefore'),
    issuedAt: top.integer(IAT, 'issuedAt'),
    cti: top.bytes(CTI, 'cti'),
    ...(recipientKey && { recipientKey }),
    maxUses: own.integer(USES, 'maxUses'),
    purpose: PURPOSES[own.integer(PURPOSE, 'purpose')] ?? refuse('purpose'),
    binding: BINDINGS[own.integer(BINDING, 'binding')] ?? refuse('binding'),
    permissions: PERMISSIONS.filter((_, i) => (bits >> i) & 1),
    delegationDepth: own.integer(DEPTH, 'delegationDepth', 0),
    ...(policy && { policy }),
    ...(recipient && { recipient }),
    issuerUser: own.bytes(ISSUER_USER, 'issuerUser'),
    draw: own.integer(DRAW, 'draw', 0),
  };
  for (const part of [cnf, pack, own, top]) part?.end();
  const fault = faultOf(claims);
  if (fault !== null) refuse(fault);
  return claims;
}

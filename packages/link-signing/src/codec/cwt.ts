import { BINDINGS, type Claims, faultOf, PERMISSIONS, PURPOSES } from '../claims.js';
import { LinkError } from '../errors.js';
import type { HolderPublicKey } from '../holder-key.js';
import type { CborMap, CborValue } from './cbor.js';
import { CRV, EC2, ED25519, KTY, OKP, P256, toCoseKey, X, Y } from './cose-key.js';

const ISS = 1;
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
const PARENT = 7;
const RECIPIENT = 8;
const ISSUER_USER = 9;
const OBJECT = 10;
const HOLDER_KEY = 11;

/** Claims as the map that is signed; its keys in the order they are written in. */
export function toCwt(claims: Claims): CborMap {
  const { permissions, policy, delegation } = claims;
  const own: CborMap = new Map();
  own.set(USES, claims.maxUses);
  own.set(PURPOSE, PURPOSES.indexOf(claims.purpose));
  own.set(BINDING, BINDINGS.indexOf(claims.binding));
  own.set(
    PERMISSION_BITS,
    PERMISSIONS.reduce((bits, one, i) => bits | (permissions.includes(one) ? 1 << i : 0), 0),
  );
  if (claims.delegationDepth > 0) own.set(DEPTH, claims.delegationDepth);
  if (policy) own.set(POLICY, new Map<number, CborValue>([[1, policy.digest], [2, policy.revision]])); // biome-ignore format: one pair of facts
  if (delegation) own.set(PARENT, delegation.parent);
  if (claims.recipient) own.set(RECIPIENT, claims.recipient);
  own.set(ISSUER_USER, claims.issuerUser);
  own.set(OBJECT, claims.object);
  if (delegation) own.set(HOLDER_KEY, toCoseKey(delegation.key));
  const cwt: CborMap = new Map();
  cwt.set(ISS, claims.issuer);
  cwt.set(AUD, claims.audience);
  cwt.set(EXP, claims.expires);
  cwt.set(NBF, claims.notBefore);
  if (claims.issuedAt !== claims.notBefore) cwt.set(IAT, claims.issuedAt);
  cwt.set(CTI, claims.cti);
  if (claims.recipientKey) cwt.set(CNF, new Map([[COSE_KEY_THUMBPRINT, claims.recipientKey]]));
  cwt.set(PRIVATE_CLAIM, own);
  return cwt;
}

/** Takes claims out of a map, which it empties, one by one; what is left at the end is unknown, and unknown is refused. */
class Reader {
  readonly #map: CborMap;
  readonly #where: string;
  constructor(map: CborMap, where: string) {
    this.#map = map;
    this.#where = where;
  }
  #take(key: number): CborValue | undefined {
    const value = this.#map.get(key);
    if (value !== undefined) this.#map.delete(key);
    return value;
  }
  text(key: number, claim: string): string {
    const value = this.#take(key);
    return typeof value === 'string' ? value : refuse(claim);
  }
  integer(key: number, claim: string): number {
    return this.optionalInteger(key, claim) ?? refuse(claim);
  }
  optionalInteger(key: number, claim: string): number | undefined {
    const value = this.#take(key);
    return value === undefined || typeof value === 'number' ? value : refuse(claim);
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
    for (const key of this.#map.keys()) refuse(this.#where === '' ? String(key) : `${this.#where}.${key}`);
  }
}

function refuse(claim: string): never {
  throw new LinkError('GRANT_INVALID', `claim \`${claim}\` is missing, unknown or not allowed`, { claim });
}

function holderPublicKey(map: Reader): HolderPublicKey {
  const [kty, crv] = [map.integer(KTY, 'delegation'), map.integer(CRV, 'delegation')];
  const [x, y] = [map.bytes(X, 'delegation'), map.optionalBytes(Y, 'delegation')];
  if (x.length !== 32) refuse('delegation');
  if (kty === OKP && crv === ED25519 && !y) return { algorithm: 'EdDSA', x };
  return kty === EC2 && crv === P256 && y?.length === 32 ? { algorithm: 'ES256', x, y } : refuse('delegation');
}

/** The claims of a decoded payload. Throws LinkError `GRANT_INVALID` on a missing, unknown or ill-formed claim. */
export function fromCwt(cwt: CborMap): Claims {
  const top = new Reader(cwt, '');
  const cnf = top.optionalMap(CNF, 'recipientKey');
  const recipientKey = cnf?.bytes(COSE_KEY_THUMBPRINT, 'recipientKey');
  const own = top.map(PRIVATE_CLAIM, 'private');
  const pack = own.optionalMap(POLICY, 'policy');
  const policy = pack && { digest: pack.bytes(1, 'policy'), revision: pack.integer(2, 'policy') };
  const recipient = own.optionalBytes(RECIPIENT, 'recipient');
  const bits = own.integer(PERMISSION_BITS, 'permissions');
  if (bits < 0 || bits >= 1 << PERMISSIONS.length) refuse('permissions');
  const notBefore = top.integer(NBF, 'notBefore');
  const issuedAt = top.optionalInteger(IAT, 'issuedAt');
  if (issuedAt === notBefore) refuse('issuedAt'); // said twice: its one encoding leaves it out
  const parent = own.optionalBytes(PARENT, 'delegation');
  const key = own.optionalMap(HOLDER_KEY, 'delegation');
  if (!parent !== !key) refuse('delegation');
  const claims: Claims = {
    issuer: top.text(ISS, 'issuer'),
    object: own.bytes(OBJECT, 'object'),
    audience: top.text(AUD, 'audience'),
    expires: top.integer(EXP, 'expires'),
    notBefore,
    issuedAt: issuedAt ?? notBefore,
    cti: top.bytes(CTI, 'cti'),
    ...(recipientKey && { recipientKey }),
    maxUses: own.integer(USES, 'maxUses'),
    purpose: PURPOSES[own.integer(PURPOSE, 'purpose')] ?? refuse('purpose'),
    binding: BINDINGS[own.integer(BINDING, 'binding')] ?? refuse('binding'),
    permissions: PERMISSIONS.filter((_, i) => (bits >> i) & 1),
    delegationDepth: own.optionalInteger(DEPTH, 'delegationDepth') ?? 0,
    ...(policy && { policy }),
    ...(recipient && { recipient }),
    issuerUser: own.bytes(ISSUER_USER, 'issuerUser'),
    ...(parent && key && { delegation: { parent, key: holderPublicKey(key) } }),
  };
  for (const part of [cnf, pack, key, own, top]) part?.end();
  const fault = faultOf(claims);
  if (fault !== null) refuse(fault);
  return claims;
}

import { asBytes, equal, readUint } from '@wardseal/primitives';
import { type CborMap, type CborValue, decodeCbor, encodeCbor } from '../codec/cbor.js';
import { envelope, joinSign1, KID_BYTES, kidOf, splitSign1, toBeSigned } from '../codec/cose.js';
import { CRV, ED25519, KTY, OKP, X } from '../codec/cose-key.js';
import { PRIVATE_CLAIM } from '../codec/cwt.js';
import { LinkError } from '../errors.js';
import { grantKid, type KeySet, type Signer } from '../keys.js';
import { UPLOAD_CERTIFICATE_SECONDS } from '../limits.js';
import { SENSITIVITIES, type Sensitivity } from './sensitivity.js';

// A CWT (RFC 8392) with the key it is about as its confirmation (RFC 8747 section 3.2).
const ISS = 1;
const AUD = 3;
const EXP = 4;
const IAT = 6;
const CNF = 8;
const COSE_KEY = 1;
const LINK = 1;
const SENSITIVITY = 2;

/** What a certificate says. Times are whole seconds since 1970. */
export interface CertificateFacts {
  readonly issuer: string;
  readonly audience: string;
  /** When the passcode was right and the key was shown. */
  readonly issuedAt: number;
  /** Until then a file may come under it. */
  readonly expires: number;
  /** The one-off key, Ed25519, 32 bytes. */
  readonly key: Uint8Array<ArrayBuffer>;
  /** The id of the upload grant, 32 bytes. */
  readonly link: Uint8Array<ArrayBuffer>;
  readonly sensitivity: Sensitivity;
}

const KIND = { by: 'upload-certificate', algorithm: 'EdDSA' } as const;

function encode(facts: CertificateFacts): Uint8Array<ArrayBuffer> {
  const key: CborMap = new Map<number, CborValue>([[KTY, OKP], [CRV, ED25519], [X, facts.key]]); // biome-ignore format: one key
  const own: CborMap = new Map<number, CborValue>([[LINK, facts.link], [SENSITIVITY, SENSITIVITIES.indexOf(facts.sensitivity)]]); // biome-ignore format: two facts
  return encodeCbor(
    new Map<number, CborValue>([
      [ISS, facts.issuer],
      [AUD, facts.audience],
      [EXP, facts.expires],
      [IAT, facts.issuedAt],
      [CNF, new Map<number, CborValue>([[COSE_KEY, key]])],
      [PRIVATE_CLAIM, own],
    ]),
  );
}

/** Signs facts that were checked before. */
export async function signCertificate(facts: CertificateFacts, signer: Signer): Promise<Uint8Array<ArrayBuffer>> {
  const of = envelope(grantKid(signer.publicKey), KIND);
  const payload = encode(facts);
  return joinSign1(of, payload, await signer.sign(toBeSigned(of, payload)));
}

function refuse(claim: string, cause?: unknown): never {
  throw new LinkError('UPLOAD_CERTIFICATE_INVALID', 'upload certificate is not valid', {
    claim,
    ...(cause !== undefined && { cause }),
  });
}

const inner = (map: CborMap | undefined, key: number): CborMap | undefined => {
  const value = map?.get(key);
  return value instanceof Map ? value : undefined;
};

/** Facts of a payload; whatever they do not say, or say in another way, is found by writing them anew. */
function decode(payload: Uint8Array): CertificateFacts {
  const top = decodeCbor(payload);
  const own = inner(top, PRIVATE_CLAIM);
  const [key, link] = [inner(inner(top, CNF), COSE_KEY)?.get(X), own?.get(LINK)];
  const [issuer, audience, expires, issuedAt] = [ISS, AUD, EXP, IAT].map((one) => top.get(one));
  const sensitivity = SENSITIVITIES[own?.get(SENSITIVITY) as number];
  if (typeof issuer !== 'string') refuse('issuer');
  if (typeof audience !== 'string') refuse('audience');
  if (typeof expires !== 'number' || typeof issuedAt !== 'number') refuse('expires');
  if (expires <= issuedAt || expires - issuedAt > UPLOAD_CERTIFICATE_SECONDS) refuse('expires');
  if (!(key instanceof Uint8Array) || key.length !== 32) refuse('key');
  if (!(link instanceof Uint8Array) || link.length !== 32) refuse('link');
  if (sensitivity === undefined) refuse('sensitivity');
  const facts = { issuer, audience, expires, issuedAt, key: asBytes(key), link: asBytes(link), sensitivity };
  return equal(encode(facts), payload) ? facts : refuse('payload');
}

/** Structure, key and signature of a certificate, without the time. Throws LinkError `UPLOAD_CERTIFICATE_INVALID` (`claim`). */
export async function readCertificate(certificate: Uint8Array, keySet: KeySet): Promise<CertificateFacts> {
  try {
    const kid = kidOf(certificate);
    const key = keySet.find(readUint(kid, 0, KID_BYTES)!);
    if (!key || key.state === 'retired') refuse('signer');
    const of = envelope(kid, KIND);
    const { payload, signature } = splitSign1(of, certificate);
    const facts = decode(payload);
    if (facts.issuer !== key.issuer) refuse('issuer');
    if (!(await key.verify(toBeSigned(of, payload), signature))) refuse('signature');
    return facts;
  } catch (error) {
    if (error instanceof LinkError && error.code === 'UPLOAD_CERTIFICATE_INVALID') throw error;
    return refuse('encoding', error);
  }
}

import {
  concat,
  equal,
  hpkeOpen,
  hpkeSeal,
  randomBytes,
  utf8,
  XWING_CIPHERTEXT_BYTES,
  XWING_PUBLIC_BYTES,
  xwingPublicKey,
} from '@wardseal/primitives';
import type { Claims } from './claims.js';
import { type CborValue, decodeCbor, encodeCbor } from './codec/cbor.js';
import { LinkError } from './errors.js';
import { claimsOf, grantId } from './grant.js';
import { parseHandle } from './handle.js';

const INFO = utf8('wardseal.org/link-answer v0');
const GRANT = 1;
const SHARE = 2;
const SHARE_CTI = 3;

/** Bytes of the one-opening public key that a redeem carries (X-Wing, as age's `mlkem768x25519` recipients). */
export const EPHEMERAL_KEY_BYTES: number = XWING_PUBLIC_BYTES;

/** A key pair for one opening; made in the browser, thrown away after `openAnswer`. */
export interface Redeemer {
  /** 1216 bytes; goes with the redeem request. */
  publicKey: Uint8Array<ArrayBuffer>;
  /** 32 bytes; stays in memory. */
  secretKey: Uint8Array<ArrayBuffer>;
}

/** What a redeem releases. */
export interface OpenedAnswer {
  /** The signed grant, whose hash the handle carries. Check its signature with `verifyGrant` where keys are at hand. */
  grant: Uint8Array<ArrayBuffer>;
  /** The grant's claims, bound to the handle but not checked against a key. */
  claims: Claims;
  /** The server's half of the file key, 32 bytes; null when the file is sealed to the recipient's own key. */
  share: Uint8Array<ArrayBuffer> | null;
  /** What `linkKey` takes with the share: the grant's own `cti`, or that of the grant it was delegated from. */
  cti: Uint8Array<ArrayBuffer>;
}

/**
 * Makes the key pair of one opening. The same pair sent again within 60 seconds is the same opening; after that, make a new one.
 *
 * @param options `random`: bytes of a secure generator, default the platform's
 * @throws Error when there is no generator and none was given
 * @example const redeemer = await createRedeemer();
 */
export async function createRedeemer(options: { random?: (length: number) => Uint8Array } = {}): Promise<Redeemer> {
  const secretKey = new Uint8Array((options.random ?? randomBytes)(32));
  return { publicKey: await xwingPublicKey(secretKey), secretKey };
}

/** Seals what a redeem releases to the key that came with it: HPKE (RFC 9180) with the handle's id as associated data. */
export async function sealAnswer(
  content: { grant: Uint8Array; share: Uint8Array | null; cti: Uint8Array; id: Uint8Array },
  ephemeralKey: Uint8Array,
): Promise<Uint8Array<ArrayBuffer>> {
  const map = new Map<number, CborValue>([[GRANT, content.grant]]);
  if (content.share) map.set(SHARE, content.share);
  if (content.share && !equal(claimsOf(content.grant).cti, content.cti)) map.set(SHARE_CTI, content.cti);
  const sealed = await hpkeSeal(ephemeralKey, INFO, encodeCbor(map), content.id);
  if (sealed === null) throw new LinkError('EPHEMERAL_KEY_INVALID', 'ephemeral key is not a valid X-Wing public key');
  return concat(sealed.enc, sealed.ciphertext);
}

/**
 * Opens the sealed answer of a redeem.
 *
 * @param sealed from `redeem`
 * @param secretKey the redeemer's, 32 bytes
 * @param handle the handle that was redeemed: an answer to another one is refused
 * @throws LinkError `ANSWER_INVALID` when it was sealed to another key or for another handle, or was changed
 * @throws LinkError `HANDLE_INVALID` when the handle is not in its one spelling
 * @throws RangeError when the secret key is not 32 bytes
 * @example const { share, claims } = await openAnswer(sealed, redeemer.secretKey, handle);
 */
export async function openAnswer(sealed: Uint8Array, secretKey: Uint8Array, handle: string): Promise<OpenedAnswer> {
  if (secretKey.length !== 32) throw new RangeError('secret key must be 32 bytes');
  const { id } = parseHandle(handle);
  const enc = sealed.subarray(0, XWING_CIPHERTEXT_BYTES);
  const opened = await hpkeOpen(secretKey, INFO, enc, sealed.subarray(XWING_CIPHERTEXT_BYTES), id);
  if (opened === null) refuse();
  try {
    const map = decodeCbor(opened);
    const grant = map.get(GRANT);
    const share = map.get(SHARE) ?? null;
    const cti = map.get(SHARE_CTI);
    const known = [GRANT, SHARE, SHARE_CTI].filter((key) => map.has(key)).length;
    if (!(grant instanceof Uint8Array) || map.size !== known || !equal(grantId(grant), id)) refuse();
    if (share !== null && !(share instanceof Uint8Array && share.length === 32)) refuse();
    if (cti !== undefined && !(share && cti instanceof Uint8Array && cti.length === 32)) refuse();
    const claims = claimsOf(grant);
    if (cti && equal(cti as Uint8Array, claims.cti)) refuse(); // said twice
    return {
      grant: new Uint8Array(grant),
      claims,
      cti: (cti ?? claims.cti) as Uint8Array<ArrayBuffer>,
      share: share as Uint8Array<ArrayBuffer> | null,
    };
  } catch (cause) {
    return refuse(cause);
  }
}

function refuse(cause?: unknown): never {
  if (cause instanceof LinkError && cause.code === 'ANSWER_INVALID') throw cause;
  throw new LinkError(
    'ANSWER_INVALID',
    'answer does not open with this key and handle',
    cause === undefined ? {} : { cause },
  );
}

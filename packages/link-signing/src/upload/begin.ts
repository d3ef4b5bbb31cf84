import { asBytes, ed25519Verify } from '@wardseal/primitives';
import { checkPasscode } from '../check-passcode.js';
import type { Claims } from '../claims.js';
import { gone, LinkError } from '../errors.js';
import { stored } from '../guard.js';
import { authenticate, parseHandle } from '../handle.js';
import type { IssuerState } from '../issuer.js';
import { UPLOAD_CERTIFICATE_SECONDS } from '../limits.js';
import { decide, type RedeemRequest } from '../redeem.js';
import type { Awaitable } from '../store.js';
import { readStored, statesOf } from '../stored-chain.js';
import { signCertificate } from './certificate.js';
import { keyMessage } from './messages.js';
import { isSensitivity, type Sensitivity } from './sensitivity.js';

/** Who asked for an intimate picture of somebody under 18, and what lets them; both are shown on the page. */
export interface IntimateUnder18 {
  /** The clinician by name, as the patient's family knows them. */
  readonly clinician: string;
  /** The trust's policy by name. */
  readonly policy: string;
}

/** Decides for one link. Null, and no function at all, refuse: such a picture is taken face to face or not at all. */
export type AllowIntimateUnder18 = (claims: Claims) => Awaitable<IntimateUnder18 | null>;

/** A request to begin an upload. */
export interface BeginRequest {
  /** The one-off public key, Ed25519, 32 bytes. */
  key: Uint8Array;
  /** Its signature over `keyMessage`, 64 bytes: a key that somebody else holds is not certified. */
  proof: Uint8Array;
  passcode?: string;
  sensitivity: Sensitivity;
  context: unknown;
  authorize: RedeemRequest['authorize'];
  intimateUnder18?: AllowIntimateUnder18;
}

/** What a begun upload is given. It is no secret: only the one-off key can use it. */
export interface BegunUpload {
  /** Of the one-off key, to come with the file. */
  certificate: Uint8Array<ArrayBuffer>;
  /** The signed upload grant, whose digest the handle carries: what it says of team, purpose and end is as the link was sent. */
  grant: Uint8Array<ArrayBuffer>;
  /** Until then the file may come. */
  expires: number;
}

/** See `Uploads.begin`. */
export async function beginUpload(state: IssuerState, handle: string, request: BeginRequest): Promise<BegunUpload> {
  const { key, proof, sensitivity, context } = request;
  const parsed = parseHandle(handle);
  const tagKey = authenticate(parsed, state.tagKeys);
  const { id } = parsed;
  const now = state.clock();
  if (now >= parsed.expires) throw gone('expired');
  const bad = !(key instanceof Uint8Array && key.length === 32 && proof instanceof Uint8Array);
  if (bad || !(await ed25519Verify(key, keyMessage(id, key), proof)))
    throw new LinkError('UPLOAD_KEY_INVALID', 'one-off key is not shown by whoever holds it');
  if (!isSensitivity(sensitivity)) throw new TypeError('sensitivity must be one of SENSITIVITIES');

  const found = await stored(() => state.store.read(id));
  if (found === null) throw gone('unknown');
  const chain = await readStored(state, found, id);
  const { claims } = chain;
  if (!claims.permissions.includes('upload')) throw gone('wrong-direction');
  for (const status of statesOf(state, chain)) throw gone(status);

  if (claims.binding === 'passcode') await checkPasscode(state, found.link, request.passcode, tagKey);
  if (sensitivity === 'intimate-under-18' && !(await request.intimateUnder18?.(claims)))
    throw new LinkError('UPLOAD_DECLINED', 'an intimate picture of somebody under 18 is not taken by link');
  await decide(request, { claims, link: id, used: found.link.used, repeated: false, context });

  const expires = Math.min(claims.expires, now + UPLOAD_CERTIFICATE_SECONDS);
  const { audience } = claims;
  const facts = {
    issuer: state.issuer,
    audience,
    issuedAt: now,
    expires,
    key: asBytes(key),
    link: asBytes(id),
    sensitivity,
  };
  return { certificate: await signCertificate(facts, state.signer), grant: asBytes(found.link.grant), expires };
}

import { base64url, fromBase64url } from '@wardseal/primitives/base64';
import { equal } from '@wardseal/primitives/bytes';
import { sha256Large } from '@wardseal/primitives/sha256';
import { claimsOf, grantId } from '../../grant.js';
import { parseHandle } from '../../handle.js';
import { ask, NotGiven } from '../../opening-page/ask.js';
import { fileMessage, keyMessage } from '../messages.js';
import type { Sensitivity } from '../sensitivity.js';
import type { UploadOneOff, UploadSealing } from './uploader.js';

/** A sealed file on its way: the same one as often as it takes. */
export interface Parcel {
  readonly file: Blob;
  readonly header: string;
  readonly put: string;
}

/** What `begin` was given, checked against the link. */
export interface Begun extends Omit<UploadSealing, 'picture'> {
  readonly put: string;
  readonly maxBytes: number;
}

/** A file takes as long as it takes on a slow network; after this long, ms, nobody believes in it any more. */
const PATIENCE = 600_000;

/**
 * Has a one-off key certified. The grant that comes back must be the one whose digest is in the link: team, purpose and end
 * are then as the link was sent, whatever the server says. Throws NotGiven.
 */
export async function begin(
  handle: string,
  oneOff: UploadOneOff,
  sensitivity: Sensitivity,
  passcode: string | undefined,
): Promise<Begun> {
  const { id } = parseHandle(handle);
  const { publicKey } = oneOff;
  const proof = await oneOff.sign(keyMessage(id, publicKey));
  const fields = { handle, key: base64url(publicKey), proof: base64url(proof), sensitivity };
  const given = await ask('/u/begin', passcode === undefined ? fields : { ...fields, passcode });
  const [grant, certificate] = [fromBase64url(String(given['grant'])), fromBase64url(String(given['certificate']))];
  const { put, maxBytes } = given;
  if (!grant || !certificate || typeof put !== 'string' || !put.startsWith('/u/') || !equal(grantId(grant), id))
    throw new NotGiven('refused');
  const claims = claimsOf(grant);
  if (!claims.permissions.includes('upload')) throw new NotGiven('refused');
  return { claims, grant, certificate, sensitivity, put, maxBytes: Number(maxBytes) };
}

/** Signs a sealed file for its way. */
export async function wrap(file: Blob, oneOff: UploadOneOff, { certificate, put }: Begun): Promise<Parcel> {
  const digest = await sha256Large(new Uint8Array(await file.arrayBuffer()));
  const signature = await oneOff.sign(fileMessage(certificate, digest, file.size));
  return { file, header: `${base64url(certificate)}.${base64url(signature)}`, put };
}

/** Sends a sealed file. Throws NotGiven: `unreachable` when nobody knows whether it arrived. */
export async function send({ file, header, put }: Parcel): Promise<{ use: number; of: number }> {
  let status: number;
  let answer: Record<string, unknown>;
  try {
    const response = await fetch(put, {
      method: 'POST',
      headers: { 'content-type': 'application/octet-stream', 'wardseal-upload': header },
      body: file,
      mode: 'same-origin',
      redirect: 'error',
      cache: 'no-store',
      referrerPolicy: 'no-referrer',
      signal: AbortSignal.timeout(PATIENCE),
    });
    ({ status } = response);
    answer = await response.json();
  } catch {
    throw new NotGiven('unreachable');
  }
  if (status === 200) return { use: Number(answer['use']), of: Number(answer['of']) };
  if (status === 404) throw new NotGiven('gone');
  if (status === 403) throw new NotGiven(answer['error'] === 'denied' ? 'denied' : 'refused');
  // 422: it was changed on its way; sent again it may be whole.
  throw new NotGiven(status >= 500 || status === 422 ? 'unavailable' : 'refused');
}

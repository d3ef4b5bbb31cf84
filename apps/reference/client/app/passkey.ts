import {
  type PublicKeyCredentialCreationOptionsJSON,
  type PublicKeyCredentialRequestOptionsJSON,
  startAuthentication,
  startRegistration,
} from '@simplewebauthn/browser';
import { base64url, fromBase64url, utf8 } from '@wardseal/primitives';
import { makeUserHandle, type Pin, readUserHandle } from '../../src/wire/user-handle.js';
import { coseKeyOf } from './cose-key.js';
import { PageError } from './page-error.js';

/** What the passkey's PRF is asked about: the same question gives the same secret, and only here. */
const PRF_QUESTION: Uint8Array<ArrayBuffer> = utf8('wardseal.org/v0/unlock');

const CODES: Readonly<Record<string, string>> = {
  NotAllowedError: 'PASSKEY_STOPPED',
  AbortError: 'PASSKEY_STOPPED',
  InvalidStateError: 'PASSKEY_EXISTS',
  SecurityError: 'PASSKEY_WRONG_PLACE',
};

/** Runs a ceremony; what the browser or the person refuses becomes one of this page's codes. */
async function ceremony<T>(run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (cause) {
    throw new PageError(CODES[(cause as Error)?.name] ?? 'PASSKEY_UNSUPPORTED', { cause });
  }
}

interface PrfResults {
  readonly prf?: { readonly results?: { readonly first?: ArrayBuffer } };
}

/** Takes the PRF's answer out of what goes to the server: it opens keys and stays on this page. */
function takePrf<T extends { clientExtensionResults: object }>(response: T): Uint8Array<ArrayBuffer> | null {
  const first = (response.clientExtensionResults as PrfResults).prf?.results?.first;
  response.clientExtensionResults = {};
  return first === undefined ? null : new Uint8Array(first);
}

export interface Assertion {
  /** What may be posted: without the PRF's answer. */
  readonly response: Readonly<Record<string, unknown>>;
  readonly credential: string;
  readonly prf: Uint8Array<ArrayBuffer> | null;
  /** Whose passkey, and under which root: from the passkey itself, not from the server. */
  readonly pin: Pin | null;
}

/**
 * Has a passkey answer a challenge and, in the same touch, unlock.
 *
 * @param options as the server gave them, or a challenge and credential ids
 * @throws PageError `PASSKEY_STOPPED`, `PASSKEY_UNSUPPORTED`, `PASSKEY_WRONG_PLACE`
 */
export async function askPasskey(options: object): Promise<Assertion> {
  const optionsJSON = {
    ...options,
    userVerification: 'required',
    extensions: { prf: { eval: { first: PRF_QUESTION } } },
  } as unknown as PublicKeyCredentialRequestOptionsJSON;
  const response = await ceremony(() => startAuthentication({ optionsJSON }));
  const prf = takePrf(response);
  const handle = fromBase64url(response.response.userHandle ?? '');
  const pin = handle === null ? null : readUserHandle(handle);
  return { response: response as unknown as Assertion['response'], credential: response.id, prf, pin };
}

/** Answers a release: the challenge was computed in the worker from what was asked for, never taken from the server. */
export const answerRelease = (challenge: Uint8Array, credentials: readonly string[]): Promise<Assertion> =>
  askPasskey({
    challenge: base64url(challenge),
    allowCredentials: credentials.map((id) => ({ id, type: 'public-key' })),
  });

/**
 * Makes a passkey whose user handle holds the pinned root, and asks it for the secret that unlocks.
 *
 * @throws PageError `PASSKEY_EXISTS`, `PASSKEY_STOPPED`, `PASSKEY_UNSUPPORTED`, `PASSKEY_WRONG_PLACE`,
 *   `PASSKEY_WITHOUT_PRF` when it can sign in but not unlock
 */
export async function createPasskey(pin: Pin): Promise<{
  readonly credential: { readonly id: string; readonly publicKey: string };
  readonly prf: Uint8Array<ArrayBuffer>;
}> {
  const challenge = (): string => base64url(crypto.getRandomValues(new Uint8Array(32)));
  const name = `${pin.person} (${pin.organisation})`;
  const optionsJSON = {
    rp: { name: 'Wardseal', id: location.hostname },
    user: { id: base64url(makeUserHandle(pin)), name, displayName: name },
    challenge: challenge(),
    // ES256 first, which every authenticator has; RS256 for older Windows Hello; Ed25519 where offered.
    pubKeyCredParams: [-7, -8, -257].map((alg) => ({ alg, type: 'public-key' })),
    authenticatorSelection: { residentKey: 'required', requireResidentKey: true, userVerification: 'required' },
    attestation: 'none',
    extensions: { prf: { eval: { first: PRF_QUESTION } } },
  } as unknown as PublicKeyCredentialCreationOptionsJSON;
  const made = await ceremony(() => startRegistration({ optionsJSON }));
  const publicKey = coseKeyOf(fromBase64url(made.response.authenticatorData ?? '') ?? new Uint8Array());
  if (publicKey === null) throw new PageError('PASSKEY_UNSUPPORTED');
  // Many authenticators say nothing of the secret while the passkey is made: ask again.
  const asked = { challenge: challenge(), allowCredentials: [{ id: made.id, type: 'public-key' }] };
  const prf = takePrf(made) ?? (await askPasskey(asked)).prf;
  if (prf === null) throw new PageError('PASSKEY_WITHOUT_PRF');
  return { credential: { id: made.id, publicKey: base64url(publicKey) }, prf };
}

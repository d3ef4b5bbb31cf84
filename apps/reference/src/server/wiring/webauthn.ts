import { generateKeyPairSync, randomUUID } from 'node:crypto';
import {
  type AuthenticationResponseJSON,
  generateAuthenticationOptions,
  verifyAuthenticationResponse,
} from '@simplewebauthn/server';
import type { DirectoryEntry } from '@wardseal/crypto';
import * as z from 'zod/mini';
import type { CeremonyOptions } from '../../wire/api.js';
import { b64u, type Parser, parserOf, uuid } from '../../wire/parse.js';
import { readUserHandle } from '../../wire/user-handle.js';
import { Problem } from '../http/problem.js';
import type { App } from './app.js';

/** How long a ceremony may take: somebody looks for their security key. */
const CEREMONY_MS: number = 5 * 60_000;
/** Bytes of each thing an authenticator gives back: signatures of RSA keys and client data are far below. */
const MAX_PART = 4096;
const MAX_USER_HANDLE = 64;

const part = b64u({ most: MAX_PART });
// As `startAuthentication` of @simplewebauthn/browser gives it. Results of extensions stay in the page, PRF's above all.
export const assertion = z.strictObject({
  id: part,
  rawId: part,
  type: z.literal('public-key'),
  authenticatorAttachment: z.optional(z.enum(['platform', 'cross-platform'])),
  clientExtensionResults: z.strictObject({}),
  response: z.strictObject({
    clientDataJSON: part,
    authenticatorData: part,
    signature: part,
    userHandle: z.optional(b64u({ most: MAX_USER_HANDLE })),
  }),
});

/** A page's answer to a ceremony. */
export interface Answer {
  readonly id: string;
  readonly response: AuthenticationResponseJSON;
}
export const parseAnswer = parserOf(z.strictObject({ id: uuid, response: assertion }), 'answer') as Parser<Answer>;

/** Begins a ceremony: of anybody, or of a session's person with passkeys that the directory lists. */
export async function offer(app: App, session: string | null, passkeys: readonly string[]): Promise<CeremonyOptions> {
  const id = randomUUID();
  const options = await generateAuthenticationOptions({
    rpID: app.config.rpId,
    userVerification: 'required',
    timeout: CEREMONY_MS,
    ...(session === null ? {} : { allowCredentials: passkeys.map((passkey) => ({ id: passkey })) }),
  });
  const ends = new Date(app.clock.now() + CEREMONY_MS);
  await app.db.query('INSERT INTO challenges (id, challenge, session, ends_at) VALUES ($1, $2, $3, $4)', [
    id,
    options.challenge,
    session,
    ends,
  ]);
  return { id, options: { ...options } };
}

/** Who an answer says it is of, and who the directory says that is, if anybody. */
export interface Claimed {
  readonly org: string;
  readonly person: string;
  readonly entry: DirectoryEntry;
}

/**
 * Proves who gave an answer. The public key is the one in the signed directory, whoever wrote into a table; the root that the
 * passkey was made under must be the trust's.
 *
 * @returns whom the answer claims to be, and whether it is proven; nobody that exists takes as long as somebody who does
 */
export async function proveAnswer(app: App, { id, response }: Answer, session: string | null): Promise<Answered> {
  const [row] = await app.db.query<{ challenge: string }>(
    'DELETE FROM challenges WHERE id = $1 AND session IS NOT DISTINCT FROM $2 AND ends_at > $3 RETURNING challenge',
    [id, session, new Date(app.clock.now())],
  );
  const claimed = await claimedBy(app, response);
  const listed = claimed?.entry.credentials?.find((credential) => credential.id === response.id);
  const good = await verifyAuthenticationResponse({
    response,
    // A challenge that was used, or never given, fits nothing.
    expectedChallenge: row?.challenge ?? '-',
    expectedOrigin: app.config.origin,
    expectedRPID: app.config.rpId,
    requireUserVerification: true,
    // Passkeys that are kept in step over several devices count nothing, so no counter is kept.
    credential: { id: response.id, counter: 0, publicKey: listed ? Buffer.from(listed.publicKey, 'base64url') : DECOY },
  }).then(
    ({ verified }) => verified,
    () => false,
  );
  return { claimed, proven: good && listed !== undefined };
}

export interface Answered {
  readonly claimed: Claimed | null;
  readonly proven: boolean;
}

/** One answer for a wrong passkey, an unknown person, an old challenge: nobody learns which it was. */
export const refusedSignIn = (): Problem =>
  new Problem(401, 'SIGN_IN_REFUSED', 'This passkey does not sign anybody in here', {
    next: ['Try again', 'If this is a new device, enrol it first', 'Ask your administrator whether you are enrolled'],
  });

async function claimedBy(app: App, { response }: AuthenticationResponseJSON): Promise<Claimed | null> {
  const pin = readUserHandle(Buffer.from(response.userHandle ?? '', 'base64url'));
  // Somebody's directory is asked in any case, so that an unknown organisation takes no less time.
  const trust = app.trusts.get(pin?.organisation ?? '') ?? [...app.trusts.values()][0];
  if (trust === undefined) return null;
  const { directory } = await trust.directory();
  const entry = directory.person(pin?.person ?? '', Math.floor(app.clock.now() / 1000));
  const { organisation, rootThumbprint } = trust.config;
  if (pin?.organisation !== organisation || pin.rootThumbprint !== rootThumbprint || entry === null) return null;
  return { org: organisation, person: pin.person, entry };
}

/** A COSE key (RFC 9053, EC2 on P-256) whose other half was thrown away. */
const DECOY: Uint8Array<ArrayBuffer> = (() => {
  const { x = '', y = '' } = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ format: 'jwk' });
  const [head, middle] = [Buffer.from('a5010203262001215820', 'hex'), Buffer.from('225820', 'hex')];
  return Uint8Array.from(Buffer.concat([head, Buffer.from(x, 'base64url'), middle, Buffer.from(y, 'base64url')]));
})();

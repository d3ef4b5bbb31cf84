import { randomBytes } from 'node:crypto';
import {
  answerChallenge,
  challengeEnrolment,
  createEnrolment,
  type DirectoryEntry,
  generateIdentity,
  generateSigningKey,
  type PasskeyCredential,
  signingKeyPairOf,
  verifyEnrolment,
} from '@wardseal/crypto';
import { readJson, writeWhole } from '../custodian/files.js';

/** A key pair for receiving and one for signing, as a file of their owner holds them. */
export interface OwnKeys {
  readonly identity: string;
  readonly signing: string;
}

/** Makes somebody's keys unless the file has them. */
export async function ownKeys(path: string): Promise<OwnKeys> {
  const there = (await readJson(path)) as OwnKeys | null;
  if (there !== null) return there;
  const [{ identity }, { secretKey }] = await Promise.all([generateIdentity(), generateSigningKey()]);
  await writeWhole(path, JSON.stringify({ identity, signing: secretKey }));
  return { identity, signing: secretKey };
}

/** Years for which the ceremony's own people are entered: guardians meet more often than that. */
const YEARS = 2;
const YEAR = 365 * 86_400;

/** Enters somebody whose device is this room: every step of an enrolment, with nobody between. */
export async function enrolHere(
  keys: OwnKeys,
  who: { readonly id: string; readonly name: string; readonly roles: readonly string[] },
  trust: { readonly organisation: string; readonly rootThumbprint: string; readonly now: number },
  credentials: readonly PasskeyCredential[] = [],
): Promise<DirectoryEntry> {
  const { now, ...where } = trust;
  const link = { ...where, person: who.id, secret: new Uint8Array(randomBytes(32)) };
  const { identity } = keys;
  const request = await createEnrolment({
    ...link,
    identity,
    keys: await signingKeyPairOf(keys.signing),
    credentials,
    now,
  });
  const challenge = await challengeEnrolment(request, { ...link, now });
  const answer = await answerChallenge(challenge.message, { secret: link.secret, identity, request });
  const proven = await verifyEnrolment(request, answer, { ...link, challenge, now });
  return { ...proven, name: who.name, roles: who.roles, teams: [], validFrom: now, validTo: now + YEARS * YEAR };
}

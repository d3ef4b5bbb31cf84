import {
  answerChallenge,
  challengeEnrolment,
  createEnrolment,
  createOrganisation,
  type Directory,
  type DirectoryEntry,
  delegateDirectory,
  generateIdentity,
  generateSigningKey,
  type SigningKeyPair,
  signSnapshot,
  verifyEnrolment,
  verifySnapshot,
} from '@wardseal/crypto';
import { secretBytes } from './bytes.js';

const DAY = 86_400;

/** What the guardians made offline and what they handed to the custodian. */
export interface TrustKeys {
  readonly organisation: string;
  /** Pinned by every device. */
  readonly rootThumbprint: string;
  readonly directoryKey: SigningKeyPair;
  readonly delegation: string;
}

/** The key ceremony: a root that signs one delegation and is put away. */
export async function createTrustKeys(organisation: string): Promise<TrustKeys> {
  const [{ root, thumbprint }, directoryKey] = await Promise.all([createOrganisation(), generateSigningKey()]);
  const until = Math.floor(Date.now() / 1000) + 60 * DAY;
  const delegation = await delegateDirectory(root, directoryKey.publicKey, { organisation, until });
  return { organisation, rootThumbprint: thumbprint, directoryKey, delegation };
}

/** Somebody enrols by a link: their device makes the keys, and the custodian sees proof of both before it lists them. */
export async function enrol(
  { organisation, rootThumbprint }: TrustKeys,
  about: { readonly person: string; readonly roles: readonly string[]; readonly teams: readonly string[] },
): Promise<{ identity: string; keys: SigningKeyPair; entry: DirectoryEntry }> {
  const link = { secret: secretBytes(32), person: about.person, organisation, rootThumbprint };
  const [{ identity }, keys] = await Promise.all([generateIdentity(), generateSigningKey()]);
  const request = await createEnrolment({ ...link, identity, keys });
  const challenge = await challengeEnrolment(request, link);
  const answer = await answerChallenge(challenge.message, { secret: link.secret, identity, request });
  const enrolled = await verifyEnrolment(request, answer, { ...link, challenge });
  const now = Math.floor(Date.now() / 1000);
  const entry = { ...enrolled, roles: about.roles, teams: about.teams, validFrom: now - DAY, validTo: now + 7 * DAY };
  return { identity, keys, entry };
}

/** The custodian signs who is who; a device verifies it from the pinned root down. */
export async function publish(keys: TrustKeys, entries: readonly DirectoryEntry[]): Promise<Directory> {
  const { organisation, directoryKey, delegation, rootThumbprint } = keys;
  const snapshot = await signSnapshot(entries, { directoryKey, delegation, organisation, epoch: 1 });
  return verifySnapshot(snapshot, { rootThumbprint });
}

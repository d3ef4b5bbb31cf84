import { type DirectoryEntry, generateIdentity, generateSigningKey, type SigningKeyPair } from '@wardseal/crypto';

/** The invented trust of the demo. The code is not an organisation's. */
export const ORGANISATION = { id: 'ZZZ01', name: 'Example NHS Trust (invented)' };
/** The on-call team that the demo sends to. */
export const TEAM = 'ophthalmology-on-call';

/** An invented person with keys of their own. */
export interface Person {
  readonly name: string;
  readonly job: string;
  /** The role as the policy knows it. */
  readonly role: string;
  readonly teams: readonly string[];
  readonly entry: DirectoryEntry;
  readonly identity: string;
  readonly keys: SigningKeyPair;
}

const DAY = 86_400;

/** Makes a person: an identity to receive with, a signing key to send with, and the directory's line about both. */
export async function createPerson(
  about: { readonly id: string; readonly name: string; readonly job: string; readonly role: string },
  teams: readonly string[] = [],
): Promise<Person> {
  const [{ identity, recipient }, keys] = await Promise.all([generateIdentity(), generateSigningKey()]);
  const now = Math.floor(Date.now() / 1000);
  const { id, ...rest } = about;
  const entry: DirectoryEntry = {
    person: id,
    organisation: ORGANISATION.id,
    recipient,
    signingKey: keys.publicKey,
    role: about.role,
    validFrom: now - DAY,
    validTo: now + 7 * DAY,
  };
  return { ...rest, teams, entry, identity, keys };
}

/** Everybody in the demo. */
export interface Cast {
  readonly sender: Person;
  readonly viewer: Person;
  readonly custodian: Person;
  readonly guardians: readonly Person[];
}

/** Makes everybody: who sends, who is on call, the custodian, three guardians. All names are invented. */
export async function createCast(): Promise<Cast> {
  const guardian = (n: number): Promise<Person> =>
    createPerson({ id: `p-guardian-${n}`, name: `Guardian ${n}`, job: 'guardian', role: 'guardian' });
  const [sender, viewer, custodian, ...guardians] = await Promise.all([
    createPerson({ id: 'p-sample', name: 'Robin Sample', job: 'community optometrist', role: 'allied-professional' }),
    createPerson({ id: 'p-example', name: 'Wren Example', job: 'ophthalmology registrar', role: 'registrar' }, [TEAM]),
    createPerson({ id: 'p-custodian', name: 'Custodian', job: 'files into the record', role: 'system' }),
    guardian(1),
    guardian(2),
    guardian(3),
  ]);
  return { sender, viewer, custodian, guardians };
}

/** Looks somebody up as a verified directory would: by person, organisation and key. */
export function directoryOf(cast: Cast): (claimed: { org: string; person: string }) => DirectoryEntry | null {
  const people = [cast.sender, cast.viewer, cast.custodian];
  return ({ org, person }) =>
    people.find(({ entry }) => entry.organisation === org && entry.person === person)?.entry ?? null;
}

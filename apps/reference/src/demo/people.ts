import type { Directory, DirectoryEntry, SigningKeyPair } from '@wardseal/crypto';
import { createTrustKeys, enrol, publish } from './enrol.js';

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

/** Everybody in the demo, and the signed directory that vouches for them. */
export interface Cast {
  readonly sender: Person;
  readonly viewer: Person;
  readonly custodian: Person;
  /** Two people who may approve a recovery; neither asks for one nor keeps a share. */
  readonly approvers: readonly [Person, Person];
  readonly guardians: readonly Person[];
  /** Verified against the organisation's root, as every device does. */
  readonly directory: Directory;
}

interface Part extends Pick<Person, 'name' | 'job' | 'role'> {
  readonly id: string;
  readonly teams?: readonly string[];
}

const guardian = (n: number): Part => ({
  id: `p-guardian-${n}`,
  name: `Guardian ${n}`,
  job: 'keeps a share',
  role: 'guardian',
});

const SENDER = { id: 'p-sample', name: 'Robin Sample', job: 'community optometrist', role: 'allied-professional' };
const VIEWER = {
  id: 'p-example',
  name: 'Wren Example',
  job: 'ophthalmology registrar',
  role: 'registrar',
  teams: [TEAM],
};
const CUSTODIAN = { id: 'p-custodian', name: 'Custodian', job: 'files into the record', role: 'system' };
const LEAD = { id: 'p-lead', name: 'Jules Invented', job: 'information governance lead', role: 'ig-lead' };
const DIRECTOR = { id: 'p-director', name: 'Sam Pretend', job: 'medical director', role: 'consultant' };

/** Makes everybody: who sends, who is on call, the custodian, two who approve, three guardians. All names are invented. */
export async function createCast(): Promise<Cast> {
  const keys = await createTrustKeys(ORGANISATION.id);
  const join = async ({ id, teams = [], ...about }: Part): Promise<Person> => ({
    ...about,
    teams,
    ...(await enrol(keys, { person: id, roles: [about.role], teams })),
  });
  const [sender, viewer, custodian, lead, director, guardians] = await Promise.all([
    join(SENDER),
    join(VIEWER),
    join(CUSTODIAN),
    join(LEAD),
    join(DIRECTOR),
    Promise.all([1, 2, 3].map((n) => join(guardian(n)))),
  ]);
  const everybody = [sender, viewer, custodian, lead, director, ...guardians];
  const directory = await publish(
    keys,
    everybody.map(({ entry }) => entry),
  );
  return { sender, viewer, custodian, approvers: [lead, director], guardians, directory };
}

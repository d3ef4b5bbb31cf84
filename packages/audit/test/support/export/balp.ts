// The IHE BALP 1.1 profiles as data (read from IHE/ITI.BasicAudit of November 2025): fixed codes, slices with their
// cardinalities, what must and must not be there. Slicing is by `type`; entities are open unless a profile closes them.

interface Code {
  readonly system?: string;
  readonly code?: string;
}
interface Slice {
  readonly is: (type: Code) => boolean;
  readonly min: number;
  readonly max: number;
  readonly needs?: readonly string[];
  readonly never?: readonly string[];
  readonly requestor?: boolean;
  readonly role?: readonly string[];
  readonly observer?: true;
  readonly patient?: true;
}
interface Profile {
  readonly type: string;
  readonly action: string;
  readonly outcome?: string;
  /** Codes of which exactly one must stand among the subtypes. */
  readonly subtype: readonly string[];
  readonly subtypesOnly?: true;
  readonly agents: Readonly<Record<string, Slice>>;
  readonly minAgents: number;
  readonly entities: Readonly<Record<string, Slice>>;
  readonly minEntities: number;
  readonly closed?: true;
}

const DCM = 'http://dicom.nema.org/resources/ontology/DCM#';
const REST = 'http://hl7.org/fhir/restful-interaction#';
const TYPE = 'http://terminology.hl7.org/CodeSystem/audit-entity-type#';
const PART = 'http://terminology.hl7.org/CodeSystem/v3-ParticipationType#';
const BALP = 'https://profiles.ihe.net/ITI/BALP/CodeSystem/';
const key = ({ system, code }: Code) => `${system}#${code}`;
const any =
  (...keys: readonly string[]) =>
  (type: Code) =>
    keys.includes(key(type));
const one = { min: 1, max: 1 } as const;

const system = (type: string, never: readonly string[] = ['media']): Slice => ({
  ...one,
  is: any(type),
  needs: ['who', 'network'],
  never,
});
const user = (...types: readonly string[]): Slice => ({
  is: any(...types),
  min: 0,
  max: 1,
  needs: ['who'],
  never: ['media', 'network'],
  requestor: true,
});
const DATA_SOURCES = [`${PART}AUT`, `${PART}INF`, `${PART}CST`];
const transaction: Slice = { is: any(`${BALP}BasicAuditEntityType#XrequestId`), min: 0, max: 1, needs: ['what'] };
const data: Slice = { is: any(`${TYPE}2`), ...one, needs: ['what', 'role'], role: ['4', '3', '20'] };
const query: Slice = {
  is: any(`${TYPE}2`),
  ...one,
  needs: ['role', 'query'],
  never: ['what', 'lifecycle', 'detail'],
  role: ['24'],
};
const patient: Slice = { is: any(`${TYPE}1`), ...one, needs: ['what', 'role'], role: ['1'], patient: true };

const rest = (
  interactions: readonly string[],
  action: string,
  agents: Readonly<Record<string, Slice>>,
  entities: Readonly<Record<string, Slice>>,
  minEntities: number,
): Profile => ({
  type: 'http://terminology.hl7.org/CodeSystem/audit-event-type#rest',
  action,
  outcome: '0',
  subtype: interactions.map((code) => REST + code),
  agents,
  minAgents: 2,
  entities: { transaction, ...entities },
  minEntities,
});

const READ = { client: system(`${DCM}110152`), server: system(`${DCM}110153`), user: user(`${PART}IRCP`) };
const QUERY = { client: system(`${DCM}110153`), server: system(`${DCM}110152`), user: user(`${PART}IRCP`) };
const WRITE = { client: system(`${DCM}110153`), server: system(`${DCM}110152`), user: user(...DATA_SOURCES) };
const DELETE = {
  client: system(`${DCM}110150`),
  server: system('http://terminology.hl7.org/CodeSystem/provenance-participant-type#custodian'),
  user: user(...DATA_SOURCES),
};
const plain = { data };
const withPatient = { data, patient };

export const BALP_PROFILES: Readonly<Record<string, Profile>> = {
  Read: rest(['read', 'vread'], 'R', READ, plain, 1),
  PatientRead: rest(['read', 'vread'], 'R', READ, withPatient, 2),
  Create: rest(['create'], 'C', WRITE, plain, 1),
  PatientCreate: rest(['create'], 'C', WRITE, withPatient, 2),
  Update: rest(['update', 'patch'], 'U', WRITE, plain, 1),
  PatientUpdate: rest(['update', 'patch'], 'U', WRITE, withPatient, 2),
  Delete: rest(['delete'], 'D', DELETE, plain, 1),
  PatientDelete: rest(['delete'], 'D', DELETE, withPatient, 2),
  Query: rest(['search', 'search-type', 'search-system'], 'E', QUERY, { query }, 1),
  PatientQuery: rest(['search', 'search-type', 'search-system'], 'E', QUERY, { query, patient }, 1),
  'PrivacyDisclosure.Source': {
    type: `${DCM}110106`,
    action: 'R',
    subtype: ['http://terminology.hl7.org/CodeSystem/iso-21089-lifecycle#disclose'],
    agents: {
      source: { ...system(`${DCM}110153`, []), observer: true },
      recipient: system(`${DCM}110152`, []),
    },
    minAgents: 2,
    entities: { patient },
    minEntities: 2,
  },
  AuthZconsent: {
    type: `${DCM}110113`,
    action: 'E',
    subtype: [`${BALP}AuthZsubType#AuthZ-Consent`, `${BALP}AuthZsubType#AuthZ-Role`],
    subtypesOnly: true,
    agents: {
      client: system(`${DCM}110150`, ['role', 'altId', 'name', 'location', 'media', 'purposeOfUse']),
      user: { ...user(`${PART}IRCP`), ...one, never: ['altId', 'location', 'media', 'network'] },
      userorg: {
        ...one,
        is: any('http://terminology.hl7.org/CodeSystem/v3-RoleClass#PROV'),
        needs: ['who'],
        never: ['role', 'altId', 'name', 'location', 'policy', 'media', 'network'],
        requestor: false,
      },
      authorizer: {
        ...one,
        is: any('http://terminology.hl7.org/CodeSystem/extra-security-role-type#authserver'),
        needs: ['who'],
        never: ['role', 'altId', 'name', 'location', 'policy', 'media', 'network', 'purposeOfUse'],
        requestor: false,
        observer: true,
      },
    },
    minAgents: 4,
    entities: {
      patient,
      consent: { is: any('http://hl7.org/fhir/resource-types#Consent'), min: 1, max: 99, needs: ['what'] },
      token: { is: (type) => type.code === 'UserOauthAgent', min: 0, max: 1, needs: ['what'] },
    },
    minEntities: 2,
    closed: true,
  },
};

type Part = Readonly<Record<string, unknown>>;

/** Everything in which a resource departs from the profile. */
export function profileFaults(resource: unknown, name: string): string[] {
  const profile = BALP_PROFILES[name]!;
  const { type, action, outcome, subtype, agent, entity, source } = resource as Readonly<Record<string, never>> & {
    type: Code;
    action: string;
    outcome?: string;
    subtype: Code[];
    agent: (Part & { type?: { coding: Code[] } })[];
    entity: (Part & { type?: Code })[];
    source: { observer: unknown };
  };
  const faults: string[] = [];
  const expect = (good: boolean, what: string) => good || faults.push(what);
  expect(key(type) === profile.type, 'type');
  expect(action === profile.action, 'action');
  expect(
    profile.outcome === undefined
      ? 'outcome' in (resource as Part) || '_outcome' in (resource as Part)
      : outcome === profile.outcome,
    'outcome',
  );
  const subtypes = subtype.map(key);
  expect(subtypes.filter((found) => profile.subtype.includes(found)).length === 1, 'subtype');
  if (profile.subtypesOnly)
    expect(
      subtypes.every((found) => profile.subtype.includes(found)),
      'subtype binding',
    );
  expect(!('modifierExtension' in (resource as Part)), 'modifierExtension');
  expect(agent.length >= profile.minAgents, 'agents');
  expect(entity.length >= profile.minEntities, 'entities');
  const agents = agent.map((part) => ({ part, codes: part.type?.coding ?? [] }));
  const entities = entity.map((part) => ({ part, codes: part.type ? [part.type] : [] }));
  for (const [label, slice] of Object.entries(profile.agents))
    faults.push(...sliceFaults(label, slice, agents, source.observer));
  for (const [label, slice] of Object.entries(profile.entities))
    faults.push(...sliceFaults(label, slice, entities, source.observer));
  if (profile.closed)
    for (const { codes } of entities)
      expect(
        Object.values(profile.entities).some(({ is }) => codes.some(is)),
        'an entity of no slice',
      );
  return faults;
}

function sliceFaults(
  label: string,
  slice: Slice,
  parts: readonly { part: Part; codes: readonly Code[] }[],
  observer: unknown,
): string[] {
  const found = parts.filter(({ codes }) => codes.some(slice.is));
  const faults = found.length < slice.min || found.length > slice.max ? [`${label}: ${found.length} of them`] : [];
  for (const { part } of found) {
    const has = (name: string) => name in part || `_${name}` in part;
    for (const name of slice.needs ?? []) if (!has(name)) faults.push(`${label}.${name} is missing`);
    for (const name of slice.never ?? []) if (has(name)) faults.push(`${label}.${name} must not be there`);
    if (slice.requestor !== undefined && part['requestor'] !== slice.requestor) faults.push(`${label}.requestor`);
    const { role, what, who } = part as { role?: Code; what?: { reference?: string; type?: string }; who?: unknown };
    if (slice.role && !(role?.code && slice.role.includes(role.code))) faults.push(`${label}.role`);
    if (slice.observer && JSON.stringify(who) !== JSON.stringify(observer)) faults.push(`${label} is not the observer`);
    if (slice.patient && what?.type !== 'Patient' && !what?.reference?.includes('Patient/'))
      faults.push(`${label}.what`);
  }
  return faults;
}

import type { Facts } from './facts.js';
import { absent } from './fhir-agents.js';
import { ABSENT, BALP, OWN } from './fhir-codes.js';
import { objectIdentifier, subjectIdentifier } from './identifiers.js';
import { type Loose, safeText } from './text.js';

const TYPES = 'http://terminology.hl7.org/CodeSystem/audit-entity-type';
const ROLES = 'http://terminology.hl7.org/CodeSystem/object-role';
const PERSON = { system: TYPES, code: '1', display: 'Person' };
const SYSTEM_OBJECT = { system: TYPES, code: '2', display: 'System Object' };

/** Patient, object, request, and the entry of the log itself with all that has no place of its own in FHIR. */
export function entitiesOf(facts: Facts, profile: string | null): Loose {
  const patient = patientEntity(facts);
  const { object } = facts;
  // This profile lets no other entity in: what was asked for becomes a detail of whose it is.
  if (profile === 'IHE.BasicAudit.AuthZconsent')
    return [
      { ...patient, detail: detailsOf({ object: object && `${object.kind} ${object.id}`, ...logDetails(facts) }) },
      consentEntity(),
    ];
  return [
    ...(patient ? [patient] : []),
    ...objectEntities(facts),
    ...(facts.request
      ? [
          {
            what: { identifier: { value: facts.request } },
            type: { system: `${BALP}/CodeSystem/BasicAuditEntityType`, code: 'XrequestId' },
          },
        ]
      : []),
    {
      what: { identifier: { system: `${OWN}/leaf-hash`, value: facts.leafHash } },
      type: { system: `${OWN}/entity-type`, code: 'log-entry', display: 'Entry of the access log' },
      role: { system: ROLES, code: '13', display: 'Security Resource' },
      detail: detailsOf(logDetails(facts)),
    },
  ];
}

/** The patient as the record refers to one, or as a logical reference by the leaf's handle: no claim who it is. */
function patientEntity(facts: Facts) {
  const { patient } = facts;
  const identifier = subjectIdentifier(facts);
  if (identifier === undefined) return null;
  return {
    what: patient
      ? { reference: patient.reference, type: 'Patient', display: patient.display && safeText(patient.display) }
      : { type: 'Patient', identifier },
    type: PERSON,
    role: { system: ROLES, code: '1', display: 'Patient' },
  };
}

function objectEntities(facts: Facts): Loose[] {
  const identifier = objectIdentifier(facts);
  // A list's profile wants the query and forbids naming a resource: the log keeps no query, only what was listed.
  if (facts.mapping.shape === 'search')
    return [
      {
        type: SYSTEM_OBJECT,
        role: { system: ROLES, code: '24', display: 'Query' },
        description: facts.object && `${facts.object.kind} ${facts.object.id}`,
        _query: { extension: [{ url: ABSENT, valueCode: 'unknown' }] },
      },
    ];
  if (identifier === undefined && !WANTS_DATA.has(facts.mapping.shape)) return [];
  return [
    {
      what: identifier ? { identifier, display: facts.object?.kind } : absent(facts),
      type: SYSTEM_OBJECT,
      role: { system: ROLES, code: '4', display: 'Domain Resource' },
      detail: facts.object?.hash ? [{ type: 'contentHash', valueString: facts.object.hash }] : [],
    },
  ];
}

// Shapes whose profile demands an object even when the event named none.
const WANTS_DATA: ReadonlySet<string> = new Set(['read', 'create', 'update', 'delete', 'disclose', 'collect']);

function consentEntity() {
  return {
    what: { type: 'Consent', display: 'consent as the policy read it' },
    type: { system: 'http://hl7.org/fhir/resource-types', code: 'Consent', display: 'Consent' },
  };
}

function logDetails(facts: Facts): Readonly<Record<string, string | undefined>> {
  const { policy } = facts;
  return {
    outcome: facts.outcome,
    session: facts.session,
    authentication: facts.actor?.authn,
    site: facts.site,
    geofence: facts.geofence,
    policy: policy && `${policy.id} ${policy.version} ${policy.decision}`,
    parent: facts.parent === undefined ? undefined : String(facts.parent),
    evidence: facts.evidence,
  };
}

function detailsOf(values: Readonly<Record<string, string | undefined>>): Loose[] {
  return Object.entries(values)
    .filter((pair): pair is [string, string] => pair[1] !== undefined)
    .map(([type, valueString]) => ({ type, valueString }));
}

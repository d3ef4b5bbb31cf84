import type { Outcome, Purpose } from '../event-codes.js';
import type { Shape } from './event-map.js';

/** A code of a code system, with the system's own display where it has one. */
export type Coding = { readonly system: string; readonly code: string; readonly display?: string };

/** Where this package's own codes and identifiers live; log-specific ones name the log in their query. */
export const OWN = 'https://wardseal.org/audit/v0';
export const DCM = 'http://dicom.nema.org/resources/ontology/DCM';
export const ABSENT = 'http://hl7.org/fhir/StructureDefinition/data-absent-reason';
export const LIFECYCLE = 'http://terminology.hl7.org/CodeSystem/iso-21089-lifecycle';
export const ACT_REASON = 'http://terminology.hl7.org/CodeSystem/v3-ActReason';
export const BALP = 'https://profiles.ihe.net/ITI/BALP';
const REST = 'http://hl7.org/fhir/restful-interaction';
const PARTICIPATION = 'http://terminology.hl7.org/CodeSystem/v3-ParticipationType';

const coding = (system: string, code: string, display: string): Coding => ({ system, code, display });

/** Codes of DICOM PS3.16 that the table uses (CID 400 to 403), with their meanings. */
export const DICOM_NAMES: Readonly<Record<string, string>> = {
  '110101': 'Audit Log Used',
  '110106': 'Export',
  '110107': 'Import',
  '110110': 'Patient Record',
  '110112': 'Query',
  '110113': 'Security Alert',
  '110114': 'User Authentication',
  '110122': 'Login',
  '110123': 'Logout',
  '110127': 'Emergency Override Started',
  '110129': 'Security Configuration',
  '110132': 'Use of Restricted Function',
  '110134': 'Audit Recording Started',
  '110135': 'Object Security Attributes Changed',
  '110136': 'Security Roles Changed',
  '110137': 'User Security Attributes Changed',
  '110150': 'Application',
  '110152': 'Destination Role ID',
  '110153': 'Source Role ID',
};

/** A code of DICOM with its meaning. */
export function dicom(code: string): Coding {
  return coding(DCM, code, DICOM_NAMES[code]!);
}

const REST_EVENT = coding('http://terminology.hl7.org/CodeSystem/audit-event-type', 'rest', 'RESTful Operation');
const AUTHOR = coding(PARTICIPATION, 'AUT', 'author (originator)');
const RECIPIENT = coding(PARTICIPATION, 'IRCP', 'information recipient');
const CUSTODIAN = coding('http://terminology.hl7.org/CodeSystem/provenance-participant-type', 'custodian', 'Custodian');
const AUTH_SERVER = coding(
  'http://terminology.hl7.org/CodeSystem/extra-security-role-type',
  'authserver',
  'authorization server',
);

/** How a shape looks in an R4 AuditEvent. */
export interface FhirShape {
  readonly type: Coding;
  readonly action: 'C' | 'R' | 'U' | 'D' | 'E';
  /** A RESTful interaction, or what else stands first in `subtype`. */
  readonly subtype?: Coding;
  readonly client: Coding;
  readonly server: Coding;
  readonly user: Coding;
}

const rest = (interaction: string, action: FhirShape['action'], client: Coding, server: Coding, user: Coding) => ({
  type: REST_EVENT,
  action,
  subtype: coding(REST, interaction, interaction),
  client,
  server,
  user,
});
const event = (code: string, action: FhirShape['action'], server: Coding = CUSTODIAN, user: Coding = AUTHOR) => ({
  type: dicom(code),
  action,
  client: dicom('110150'),
  server,
  user,
});
const DISCLOSE = coding(LIFECYCLE, 'disclose', 'Disclose Record Lifecycle Event');
const SOURCE = dicom('110153');
const DESTINATION = dicom('110152');

/** BALP gives client and server the roles in which the data flow: a read flows from the server, a create to it. */
export const FHIR_SHAPES: Readonly<Record<Shape, FhirShape>> = {
  read: rest('read', 'R', DESTINATION, SOURCE, RECIPIENT),
  search: rest('search', 'E', SOURCE, DESTINATION, RECIPIENT),
  create: rest('create', 'C', SOURCE, DESTINATION, AUTHOR),
  update: rest('update', 'U', SOURCE, DESTINATION, AUTHOR),
  delete: rest('delete', 'D', dicom('110150'), CUSTODIAN, AUTHOR),
  disclose: { ...event('110106', 'R', SOURCE), subtype: DISCLOSE },
  collect: { ...event('110106', 'R', SOURCE, RECIPIENT), subtype: DISCLOSE, client: DESTINATION },
  export: event('110106', 'R', SOURCE),
  import: { ...event('110107', 'C', DESTINATION), client: SOURCE },
  authz: event('110113', 'E', AUTH_SERVER, RECIPIENT),
  login: event('110114', 'E', AUTH_SERVER, RECIPIENT),
  alert: event('110113', 'E'),
  'log-used': event('110101', 'R', CUSTODIAN, RECIPIENT),
};

/** R4 outcome codes; an intent has none yet. */
export const OUTCOME_CODES: Readonly<Record<Outcome, string | null>> = {
  success: '0',
  minor: '4',
  serious: '8',
  major: '12',
  intent: null,
};

/** Displays of the purposes in v3-ActReason. */
export const PURPOSE_NAMES: Readonly<Record<Purpose, string>> = {
  TREAT: 'treatment',
  BTG: 'break the glass',
  ETREAT: 'Emergency Treatment',
  CAREMGT: 'care management',
  COC: 'coordination of care',
  PATRQT: 'patient requested',
  FAMRQT: 'family requested',
  PATSFTY: 'patient safety',
  PATADMIN: 'patient administration',
  HOPERAT: 'healthcare operations',
  HQUALIMP: 'health quality improvement',
  HCOMPL: 'health compliance',
  HLEGAL: 'legal',
  HRESCH: 'healthcare research',
  HSYSADMIN: 'health system administration',
  RECORDMGT: 'records management',
  TRAIN: 'training',
  PUBHLTH: 'public health',
  HPAYMT: 'healthcare payment',
  FRAUD: 'fraud',
  GOV: 'government',
};

import { base64, utf8 } from '@wardseal/primitives';
import type { OpenedEntry } from '../opened-entry.js';
import type { Shape } from './event-map.js';
import { type Facts, factsOf } from './facts.js';
import { DICOM_NAMES, FHIR_SHAPES, OUTCOME_CODES, PURPOSE_NAMES } from './fhir-codes.js';
import { checkOptions, type ExportOptions } from './options.js';
import { fitting, syslogHeader } from './syslog.js';
import { instant } from './text.js';
import { element, escapeXml } from './xml.js';

// ITI-20: facility 10 (security), severity 5 (notice) or 4 (warning), and this message id.
const SECURITY = 10;
const MESSAGE_ID = 'IHE+RFC-3881';
const OWN = 'wardseal.org';

/** Event ids of DICOM CID 400. */
const EVENTS: Readonly<Record<Shape, string>> = {
  read: '110110',
  search: '110112',
  create: '110110',
  update: '110110',
  delete: '110110',
  disclose: '110106',
  collect: '110106',
  export: '110106',
  import: '110107',
  authz: '110113',
  login: '110114',
  alert: '110113',
  'log-used': '110101',
};

/**
 * One entry as an IHE ATNA audit record (ITI-20): an RFC 5424 line whose message is a DICOM audit message (PS3.15 A.5)
 * in XML. Its last participant object is the entry itself: the leaf's hash, with origin and index in its details.
 *
 * @param entry - an opened entry; with `actor: null` nothing of the actor is told
 * @param options - origin, exporting system, and how to refer to patients and people
 * @returns one line of ASCII without a line end and without a byte order mark
 * @throws TypeError, RangeError when an option is malformed or `patientOf` gives something else than a reference
 * @see https://profiles.ihe.net/ITI/TF/Volume2/ITI-20.html
 * @example
 * const line = toAtna(entry, options);
 */
export function toAtna(entry: OpenedEntry, options: ExportOptions): string {
  return fitting(factsOf(entry, checkOptions(options)), (facts) => {
    const header = syslogHeader(facts, options, SECURITY * 8 + (facts.severity >= 3 ? 4 : 5), MESSAGE_ID);
    return `${header}- <?xml version="1.0" encoding="UTF-8"?>${message(facts, options)}`;
  });
}

function message(facts: Facts, options: ExportOptions): string {
  return element(
    'AuditMessage',
    {},
    identification(facts),
    ...participants(facts, options),
    element(
      'AuditSourceIdentification',
      { AuditEnterpriseSiteID: facts.org, AuditSourceID: options.source.id },
      element('AuditSourceTypeCode', { 'csd-code': '4' }),
    ),
    ...objects(facts),
  );
}

function code(name: string, system: string, value: string, meaning: string): string {
  return element(name, { 'csd-code': value, codeSystemName: system, originalText: meaning });
}

function identification(facts: Facts): string {
  const { mapping, purpose, reason } = facts;
  const event = EVENTS[mapping.shape];
  return element(
    'EventIdentification',
    {
      EventActionCode: FHIR_SHAPES[mapping.shape].action,
      EventDateTime: instant(facts.occurredAt ?? facts.recordedAt),
      // An intent has no outcome yet; the schema wants 0 where the status is unknown.
      EventOutcomeIndicator: OUTCOME_CODES[facts.outcome] ?? '0',
    },
    code('EventID', 'DCM', event, DICOM_NAMES[event]!),
    ...(mapping.dicom ? [code('EventTypeCode', 'DCM', mapping.dicom, DICOM_NAMES[mapping.dicom]!)] : []),
    code('EventTypeCode', OWN, facts.type, mapping.text),
    ...(facts.outcome === 'intent' || reason !== undefined
      ? [element('EventOutcomeDescription', {}, escapeXml(description(facts)))]
      : []),
    ...(purpose ? [code('PurposeOfUse', 'v3-ActReason', purpose, PURPOSE_NAMES[purpose])] : []),
  );
}

function description({ outcome, reason }: Facts): string {
  const intent = outcome === 'intent' ? ['intent: the outcome follows in another entry'] : [];
  return [...intent, ...(reason === undefined ? [] : [reason])].join('; ');
}

/** Who acted, for whom, and the exporting system. */
function participants(facts: Facts, { source }: ExportOptions): string[] {
  const { actor, ip, onBehalfOf, mapping } = facts;
  const sends = mapping.shape === 'disclose' || mapping.shape === 'export';
  const collects = mapping.shape === 'collect';
  const role = (dcm: string): string => code('RoleIDCode', 'DCM', dcm, DICOM_NAMES[dcm]!);
  const roles = [
    ...(sends ? [role('110153')] : []),
    ...(collects ? [role('110152')] : []),
    ...(actor?.role === undefined ? [] : [code('RoleIDCode', OWN, actor.role, actor.role)]),
  ];
  return [
    element(
      'ActiveParticipant',
      {
        UserID: actor?.id ?? facts.actorHandle,
        AlternativeUserID: facts.device,
        UserName: actor?.name,
        UserIsRequestor: true,
        NetworkAccessPointID: ip,
        NetworkAccessPointTypeCode: ip && '2',
      },
      ...roles,
    ),
    ...(onBehalfOf ? [element('ActiveParticipant', { UserID: onBehalfOf, UserIsRequestor: false })] : []),
    element(
      'ActiveParticipant',
      {
        UserID: source.id,
        UserName: source.name,
        UserIsRequestor: false,
        NetworkAccessPointID: source.url,
        NetworkAccessPointTypeCode: '5',
      },
      role(sends || collects ? '110153' : '110150'),
    ),
  ];
}

function objects(facts: Facts): string[] {
  const { patient, subjectHandle, object, objectHandle } = facts;
  const detail = (type: string, value: string): string =>
    element('ParticipantObjectDetail', { type, value: base64(utf8(value)) });
  const thing = (id: string, type: string, role: string, idType: string, name: string, details: string[]): string =>
    element(
      'ParticipantObjectIdentification',
      { ParticipantObjectID: id, ParticipantObjectTypeCode: type, ParticipantObjectTypeCodeRole: role },
      idType,
      element('ParticipantObjectName', {}, escapeXml(name)),
      ...details,
    );
  const own = (value: string, meaning: string): string => code('ParticipantObjectIDTypeCode', OWN, value, meaning);
  const uri = code('ParticipantObjectIDTypeCode', 'RFC-3881', '12', 'URI');
  const handle = own('subject-handle', 'handle of the patient in this log');
  return [
    ...(subjectHandle
      ? [thing(patient?.reference ?? subjectHandle, '1', '1', patient ? uri : handle, 'patient', [])]
      : []),
    ...(object || objectHandle
      ? [
          thing(
            object?.id ?? objectHandle!,
            '2',
            '3',
            object ? own('object-id', 'id of the item') : own('object-handle', 'handle of the item in this log'),
            object?.kind ?? 'item',
            object?.hash ? [detail('contentHash', object.hash)] : [],
          ),
        ]
      : []),
    thing(
      facts.leafHash,
      '2',
      '13',
      own('leaf-hash', 'RFC 6962 hash of the entry'),
      'entry of the access log',
      logDetails(facts).map(([type, value]) => detail(type, value)),
    ),
  ];
}

function logDetails(facts: Facts): (readonly [string, string])[] {
  const { policy } = facts;
  const values: Readonly<Record<string, string | undefined>> = {
    origin: facts.origin,
    index: String(facts.index),
    event: facts.id,
    type: facts.type,
    outcome: facts.outcome,
    recordedAt: instant(facts.recordedAt),
    actorCompartment: facts.actorSide,
    subjectCompartment: facts.subjectSide,
    authentication: facts.actor?.authn,
    session: facts.session,
    request: facts.request,
    site: facts.site,
    geofence: facts.geofence,
    policy: policy && `${policy.id} ${policy.version} ${policy.decision}`,
    parent: facts.parent === undefined ? undefined : String(facts.parent),
    evidence: facts.evidence,
  };
  return Object.entries(values).filter((pair): pair is [string, string] => pair[1] !== undefined);
}

import type { XmlNode } from './parsers.js';

// The audit message of DICOM PS3.15 A.5.1 as data: children in their order with their numbers, attributes with their
// patterns. `!` marks what must be there.

interface Shape {
  readonly attributes: Readonly<Record<string, RegExp>>;
  readonly required: readonly string[];
  readonly children: readonly (readonly [name: string, min: number, max: number])[];
  readonly text?: RegExp;
}

const TOKEN = /\S/;
const CODED: Shape = {
  attributes: { 'csd-code': TOKEN, codeSystemName: TOKEN, displayName: TOKEN, originalText: TOKEN },
  required: ['csd-code', 'codeSystemName', 'originalText'],
  children: [],
};
const MANY = Number.POSITIVE_INFINITY;

const SHAPES: Readonly<Record<string, Shape>> = {
  AuditMessage: {
    attributes: {},
    required: [],
    children: [
      ['EventIdentification', 1, 1],
      ['ActiveParticipant', 1, MANY],
      ['AuditSourceIdentification', 1, 1],
      ['ParticipantObjectIdentification', 0, MANY],
    ],
  },
  EventIdentification: {
    attributes: {
      EventActionCode: /^[CRUDE]$/,
      EventDateTime: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/,
      EventOutcomeIndicator: /^(0|4|8|12)$/,
    },
    required: ['EventDateTime', 'EventOutcomeIndicator'],
    children: [
      ['EventID', 1, 1],
      ['EventTypeCode', 0, MANY],
      ['EventOutcomeDescription', 0, 1],
      ['PurposeOfUse', 0, MANY],
    ],
  },
  EventID: CODED,
  EventTypeCode: CODED,
  PurposeOfUse: CODED,
  RoleIDCode: CODED,
  ParticipantObjectIDTypeCode: CODED,
  EventOutcomeDescription: { attributes: {}, required: [], children: [], text: TOKEN },
  ActiveParticipant: {
    attributes: {
      UserID: TOKEN,
      AlternativeUserID: TOKEN,
      UserName: TOKEN,
      UserIsRequestor: /^(true|false)$/,
      NetworkAccessPointID: TOKEN,
      NetworkAccessPointTypeCode: /^[1-5]$/,
    },
    required: ['UserID', 'UserIsRequestor'],
    children: [['RoleIDCode', 0, MANY]],
  },
  AuditSourceIdentification: {
    attributes: { AuditEnterpriseSiteID: TOKEN, AuditSourceID: TOKEN },
    required: ['AuditSourceID'],
    children: [['AuditSourceTypeCode', 0, MANY]],
  },
  AuditSourceTypeCode: { attributes: { 'csd-code': /^[1-9]$/ }, required: ['csd-code'], children: [] },
  ParticipantObjectIdentification: {
    attributes: {
      ParticipantObjectID: TOKEN,
      ParticipantObjectTypeCode: /^[1-4]$/,
      ParticipantObjectTypeCodeRole: /^([1-9]|1\d|2[0-6])$/,
    },
    required: ['ParticipantObjectID'],
    children: [
      ['ParticipantObjectIDTypeCode', 1, 1],
      ['ParticipantObjectName', 1, 1],
      ['ParticipantObjectDetail', 0, MANY],
    ],
  },
  ParticipantObjectName: { attributes: {}, required: [], children: [], text: TOKEN },
  ParticipantObjectDetail: {
    attributes: { type: TOKEN, value: /^[A-Za-z0-9+/]+={0,2}$/ },
    required: ['type', 'value'],
    children: [],
  },
};

/** Everything in which a message departs from the schema. */
export function dicomFaults(node: XmlNode): string[] {
  const shape = SHAPES[node.name];
  if (!shape) return [`${node.name} is unknown`];
  const faults: string[] = [];
  for (const [name, value] of Object.entries(node.attributes))
    if (!shape.attributes[name]?.test(value)) faults.push(`${node.name}@${name}: ${value}`);
  for (const name of shape.required) if (!(name in node.attributes)) faults.push(`${node.name}@${name} is missing`);
  if (!(shape.text ?? /^$/).test(node.text)) faults.push(`${node.name} text`);
  const order = shape.children.map(([name]) => name);
  const places = node.children.map(({ name }) => order.indexOf(name));
  if (places.some((place, i) => place < (places[i - 1] ?? 0))) faults.push(`${node.name}: order of ${places}`);
  for (const [name, min, max] of shape.children) {
    const count = node.children.filter((child) => child.name === name).length;
    if (count < min || count > max) faults.push(`${node.name}: ${count} of ${name}`);
  }
  return [...faults, ...node.children.flatMap(dicomFaults)];
}

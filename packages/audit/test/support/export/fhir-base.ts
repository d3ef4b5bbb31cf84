// What the base specifications say of an AuditEvent, as data: cardinality and type of every element that R4 (4.0.1) and
// R5 (5.0.0) know, and the codes of the required bindings. What is not listed is a fault.

type Field = readonly [min: 0 | 1, max: 1 | '*', type: string];
type Fields = Readonly<Record<string, Field>>;

const REFERENCE: Fields = {
  reference: [0, 1, 'string'],
  type: [0, 1, 'uri'],
  identifier: [0, 1, 'Identifier'],
  display: [0, 1, 'string'],
};

const SHARED: Readonly<Record<string, Fields>> = {
  Coding: { system: [0, 1, 'uri'], version: [0, 1, 'string'], code: [0, 1, 'code'], display: [0, 1, 'string'] },
  CodeableConcept: { coding: [0, '*', 'Coding'], text: [0, 1, 'string'] },
  Identifier: { system: [0, 1, 'uri'], value: [0, 1, 'string'] },
  Reference: REFERENCE,
  Period: { start: [0, 1, 'dateTime'], end: [0, 1, 'dateTime'] },
  Meta: { profile: [0, '*', 'uri'], tag: [0, '*', 'Coding'] },
  Extension: { url: [1, 1, 'uri'], valueString: [0, 1, 'string'], valueCode: [0, 1, 'code'] },
};

const RESOURCE: Fields = {
  resourceType: [1, 1, 'AuditEventName'],
  id: [0, 1, 'id'],
  meta: [0, 1, 'Meta'],
};

const R4: Readonly<Record<string, Fields>> = {
  ...SHARED,
  AuditEvent: {
    ...RESOURCE,
    type: [1, 1, 'Coding'],
    subtype: [0, '*', 'Coding'],
    action: [0, 1, 'code:C,R,U,D,E'],
    period: [0, 1, 'Period'],
    recorded: [1, 1, 'instant'],
    outcome: [0, 1, 'code:0,4,8,12'],
    outcomeDesc: [0, 1, 'string'],
    purposeOfEvent: [0, '*', 'CodeableConcept'],
    agent: [1, '*', 'Agent'],
    source: [1, 1, 'Source'],
    entity: [0, '*', 'Entity'],
  },
  Agent: {
    type: [0, 1, 'CodeableConcept'],
    role: [0, '*', 'CodeableConcept'],
    who: [0, 1, 'Reference'],
    altId: [0, 1, 'string'],
    name: [0, 1, 'string'],
    requestor: [1, 1, 'boolean'],
    policy: [0, '*', 'uri'],
    media: [0, 1, 'Coding'],
    network: [0, 1, 'Network'],
    purposeOfUse: [0, '*', 'CodeableConcept'],
  },
  Network: { address: [0, 1, 'string'], type: [0, 1, 'code:1,2,3,4,5'] },
  Source: { site: [0, 1, 'string'], observer: [1, 1, 'Reference'], type: [0, '*', 'Coding'] },
  Entity: {
    what: [0, 1, 'Reference'],
    type: [0, 1, 'Coding'],
    role: [0, 1, 'Coding'],
    lifecycle: [0, 1, 'Coding'],
    securityLabel: [0, '*', 'Coding'],
    name: [0, 1, 'string'],
    description: [0, 1, 'string'],
    query: [0, 1, 'base64Binary'],
    detail: [0, '*', 'Detail'],
  },
  Detail: { type: [1, 1, 'string'], valueString: [1, 1, 'string'] },
};

const R5: Readonly<Record<string, Fields>> = {
  ...SHARED,
  AuditEvent: {
    ...RESOURCE,
    category: [0, '*', 'CodeableConcept'],
    code: [1, 1, 'CodeableConcept'],
    action: [0, 1, 'code:C,R,U,D,E'],
    severity: [0, 1, 'code:emergency,alert,critical,error,warning,notice,informational,debug'],
    occurredDateTime: [0, 1, 'dateTime'],
    recorded: [1, 1, 'instant'],
    outcome: [0, 1, 'Outcome'],
    authorization: [0, '*', 'CodeableConcept'],
    patient: [0, 1, 'Reference'],
    agent: [1, '*', 'Agent'],
    source: [1, 1, 'Source'],
    entity: [0, '*', 'Entity'],
  },
  Outcome: { code: [1, 1, 'Coding'], detail: [0, '*', 'CodeableConcept'] },
  Agent: {
    type: [0, 1, 'CodeableConcept'],
    role: [0, '*', 'CodeableConcept'],
    who: [1, 1, 'Reference'],
    requestor: [0, 1, 'boolean'],
    policy: [0, '*', 'uri'],
    networkUri: [0, 1, 'uri'],
    networkString: [0, 1, 'string'],
    authorization: [0, '*', 'CodeableConcept'],
  },
  Source: { site: [0, 1, 'Reference'], observer: [1, 1, 'Reference'], type: [0, '*', 'CodeableConcept'] },
  Entity: {
    what: [0, 1, 'Reference'],
    role: [0, 1, 'CodeableConcept'],
    securityLabel: [0, '*', 'CodeableConcept'],
    query: [0, 1, 'base64Binary'],
    detail: [0, '*', 'Detail'],
  },
  Detail: { type: [1, 1, 'CodeableConcept'], valueString: [1, 1, 'string'] },
};

const PRIMITIVES: Readonly<Record<string, RegExp>> = {
  AuditEventName: /^AuditEvent$/,
  id: /^[A-Za-z0-9\-.]{1,64}$/,
  uri: /^\S+$/,
  code: /^[^\s]+( [^\s]+)*$/,
  // FHIR strings hold no control character but tab and line ends; ours hold none at all.
  string: /^(?=.*\S)[^\p{Cc}]+$/u,
  instant: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/,
  dateTime: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/,
  base64Binary: /^[A-Za-z0-9+/]+={0,2}$/,
};

/** Everything that is wrong with a resource by the base specification. */
export function baseFaults(resource: unknown, version: 'R4' | 'R5'): string[] {
  return elementFaults(resource, 'AuditEvent', version === 'R4' ? R4 : R5, 'AuditEvent');
}

function elementFaults(value: unknown, type: string, types: Readonly<Record<string, Fields>>, path: string): string[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [`${path} is no ${type}`];
  const fields = types[type]!;
  const faults: string[] = [];
  if (Object.keys(value).length === 0) faults.push(`${path} is empty`);
  for (const [name, part] of Object.entries(value)) {
    if (name === 'extension') faults.push(...listFaults(part, 'Extension', types, `${path}.extension`));
    else if (name.startsWith('_') && fields[name.slice(1)])
      faults.push(...listFaults((part as { extension?: unknown }).extension, 'Extension', types, `${path}.${name}`));
    else if (!fields[name]) faults.push(`${path}.${name} is unknown`);
    else if (fields[name][1] === '*') faults.push(...listFaults(part, fields[name][2], types, `${path}.${name}`));
    else faults.push(...valueFaults(part, fields[name][2], types, `${path}.${name}`));
  }
  const has = (name: string) => name in value || `_${name}` in value;
  for (const [name, [min]] of Object.entries(fields))
    if (min === 1 && !has(name)) faults.push(`${path}.${name} is missing`);
  if (type === 'Reference' && !['reference', 'identifier', 'display', 'extension'].some((name) => name in value))
    faults.push(`${path} refers to nothing`);
  if (type === 'Extension' && 'extension' in value === ('valueString' in value || 'valueCode' in value))
    faults.push(`${path} needs either a value or extensions`);
  if (type === 'Entity' && 'name' in value && 'query' in value) faults.push(`${path} breaks sev-1`);
  return faults;
}

function listFaults(value: unknown, type: string, types: Readonly<Record<string, Fields>>, path: string): string[] {
  if (!Array.isArray(value) || value.length === 0) return [`${path} is no list`];
  return value.flatMap((item, i) => valueFaults(item, type, types, `${path}[${i}]`));
}

function valueFaults(value: unknown, type: string, types: Readonly<Record<string, Fields>>, path: string): string[] {
  if (types[type]) return elementFaults(value, type, types, path);
  if (type === 'boolean') return typeof value === 'boolean' ? [] : [`${path} is no boolean`];
  const [primitive, codes] = type.split(':');
  const good = codes ? codes.split(',').includes(value as string) : PRIMITIVES[primitive!]!.test(value as string);
  return typeof value === 'string' && good ? [] : [`${path} is no ${type}: ${JSON.stringify(value)}`];
}

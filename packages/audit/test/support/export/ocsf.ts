// OCSF 1.8: what the five classes demand, as data (read from ocsf/ocsf-schema). `of` lists groups of which one must be there.

interface ClassRules {
  readonly category: number;
  readonly activities: readonly number[];
  readonly required: readonly string[];
  readonly of?: readonly (readonly string[])[];
}

const BASE = ['activity_id', 'category_uid', 'class_uid', 'metadata', 'severity_id', 'time', 'type_uid'];

const CLASSES: Readonly<Record<number, ClassRules>> = {
  1008: {
    category: 1,
    activities: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10],
    required: [],
    of: [['log_file', 'log_name', 'log_provider', 'log_type', 'log_type_id']],
  },
  2004: { category: 2, activities: [1, 2, 3], required: ['finding_info'] },
  3002: { category: 3, activities: [1, 2, 3, 4, 5, 6, 7], required: ['user'], of: [['service', 'dst_endpoint']] },
  3004: { category: 3, activities: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13], required: ['entity'] },
  6001: { category: 6, activities: [1, 2, 3, 4, 5, 6, 7, 8], required: ['web_resources'] },
};

/** Objects: what they demand, and groups of which one must be there. */
const OBJECTS: Readonly<Record<string, { required?: readonly string[]; of?: readonly string[] }>> = {
  metadata: { required: ['product', 'version'] },
  actor: { of: ['process', 'user', 'iam_role', 'invoked_by', 'session', 'app_name', 'app_uid'] },
  user: { of: ['account', 'name', 'uid'] },
  src_endpoint: { of: ['ip', 'uid', 'name', 'hostname', 'svc_name'] },
  entity: { of: ['name', 'uid', 'device', 'group', 'org', 'policy', 'user'] },
  finding_info: { required: ['uid'] },
  service: { of: ['name', 'uid'] },
  policy: { of: ['name', 'type', 'uid'] },
  org: { of: ['name', 'uid'] },
  web_resources: { of: ['name', 'uid'] },
  resources: { of: ['name', 'uid'] },
};

/** Everything in which an event departs from its class. */
export function ocsfFaults(event: Readonly<Record<string, unknown>>): string[] {
  const faults: string[] = [];
  const rules = CLASSES[event['class_uid'] as number];
  if (!rules) return ['class'];
  const activity = event['activity_id'] as number;
  for (const name of [...BASE, ...rules.required]) if (!(name in event)) faults.push(`${name} is missing`);
  for (const group of rules.of ?? []) if (!group.some((name) => name in event)) faults.push(`none of ${group}`);
  if (event['category_uid'] !== rules.category) faults.push('category');
  if (!rules.activities.includes(activity) && activity !== 99) faults.push('activity');
  if (activity === 99 && event['activity_name'] === undefined) faults.push('an activity of 99 needs a name');
  if (event['type_uid'] !== (event['class_uid'] as number) * 100 + activity) faults.push('type_uid');
  if (![1, 2, 3, 4, 5, 6].includes(event['severity_id'] as number)) faults.push('severity');
  if (!Number.isSafeInteger(event['time'])) faults.push('time');
  const statuses = event['class_uid'] === 2004 ? [1, 2, 3, 4] : [1, 2, 99];
  if (!statuses.includes(event['status_id'] as number)) faults.push('status');
  return [...faults, ...objectFaults(event)];
}

function objectFaults(value: unknown, name: string = ''): string[] {
  if (Array.isArray(value)) return value.flatMap((part) => objectFaults(part, name));
  if (typeof value !== 'object' || value === null || name === 'unmapped') return [];
  const rules = OBJECTS[name];
  const faults = (rules?.required ?? [])
    .filter((field) => !(field in value))
    .map((field) => `${name}.${field} is missing`);
  if (rules?.of && !rules.of.some((field) => field in value)) faults.push(`${name}: none of ${rules.of}`);
  return [...faults, ...Object.entries(value).flatMap(([key, part]) => objectFaults(part, key))];
}

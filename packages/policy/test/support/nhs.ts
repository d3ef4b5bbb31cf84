import type { PolicyDocument, Request } from '../../src/index.js';
import { createPdp, loadPolicy } from '../../src/index.js';
import { nhs } from '../../src/packs/nhs/index.js';

export const document: PolicyDocument = nhs();
export const NOW = Date.parse(document.tests[0]!.now);
export const clock = { now: () => NOW };
export const pdpOf = (policy: PolicyDocument) => createPdp(loadPolicy(policy), { clock });

/** Facts one level below a section, or two where the attribute has two parts. */
export type Facts = ReadonlyMap<string, unknown>;

/** Every fact of a request by attribute; lists whole. */
export function factsOf(request: unknown): Facts {
  const out = new Map<string, unknown>();
  for (const [attribute, { source }] of Object.entries(document.attributes)) {
    if (source === 'clock') continue;
    let value: unknown = request;
    for (const key of attribute.split('.')) {
      if (value === 'none') break;
      value = (value as Record<string, unknown> | undefined)?.[key];
    }
    if (value !== undefined) out.set(attribute, value);
  }
  return out;
}

/** The request that holds these facts. */
export function requestOf(facts: Facts, action: string): Request {
  const out: Record<string, Record<string, unknown>> = {
    subject: {},
    action: { name: action },
    resource: {},
    context: {},
  };
  for (const [attribute, value] of facts) {
    const [section, ...rest] = attribute.split('.') as [string, string, string?];
    const last = rest.pop()!;
    let holder = out[section]!;
    for (const key of rest as string[]) {
      holder[key] ??= {};
      holder = holder[key] as Record<string, unknown>;
    }
    holder[last] = value;
  }
  return out as unknown as Request;
}

const ago = (ms: number): string => new Date(NOW - ms).toISOString();
const HOUR = 3_600_000;
const people = ['p-lindqvist', 'p-okafor', 'p-marsh'];
const colleague = { id: 'p-okafor', org: 'RZZ01', verified: true, teams: ['plastics-on-call'], status: 'active' };

/** One value for each class that the rules can tell apart. */
const CLASSES: Readonly<Record<string, readonly unknown[]>> = {
  'subject.id': people,
  'subject.org': ['RZZ01', 'Y99901'],
  'subject.teams': [[], ['plastics-on-call']],
  'subject.onDutyTeams': [[], ['plastics-on-call']],
  'subject.authenticatedAt': [0, 13 * HOUR - 1, 13 * HOUR, -121_000].map(ago),
  'subject.unlockedAt': ['none', ...[0, 15 * 60_000, -121_000].map(ago)],
  'subject.acknowledgedVersion': ['none', 0, 1, 2],
  'subject.trainedUntil': ['none', ago(0), ago(-HOUR)],
  'subject.outsider.approvedBy': ['none', ['a', 'b'], ['a']],
  'subject.outsider.until': ['none', ago(0), ago(-HOUR)],
  'action.lifetimeSeconds': ['none', 86_400, 86_401, 604_800, 604_801],
  'action.maxViews': ['none', 5, 6],
  'resource.ownerOrg': ['RZZ01', 'Y99901'],
  'resource.team': ['none', 'plastics-on-call', 'ward-7'],
  'resource.author': people,
  'resource.consentLevel': [[], ['record'], ['teaching']],
  'resource.withdrawnLevels': [[], ['record'], ['teaching']],
  'resource.notAfter': ['none', ago(0), ago(-HOUR)],
  'resource.sentAt': ['none', ago(HOUR)],
  'context.relationship.from': ['none', ago(0), ago(-HOUR)],
  'context.relationship.until': ['none', ago(0), ago(-HOUR)],
  'context.justification': ['none', 'x'.repeat(30), 'Airway swelling, theatre now'],
  'context.secondApprover': ['none', ...people],
  'context.recipients': [
    'none',
    [],
    [colleague],
    [colleague, { ...colleague, verified: false }],
    [{ ...colleague, status: 'left' }],
    [{ ...colleague, org: 'Y99901' }],
    [{ id: 'p-unknown' }],
  ],
  'context.place.ageSeconds': ['none', 600, 601],
  'context.country.network': ['none', 'GB', 'FR'],
  'context.country.device': ['none', 'GB'],
  'context.policyVersion': [1, 2],
  'context.supportedObligations': [undefined],
};

/** The classes of one attribute, with "missing" as undefined. */
export function classes(attribute: string): readonly unknown[] {
  const { type, values, min, max, none } = document.attributes[attribute]!;
  const known =
    CLASSES[attribute] ??
    (type === 'boolean'
      ? [true, false]
      : type === 'enum'
        ? values!
        : Array.from({ length: max! - min! + 1 }, (_, i) => min! + i));
  return [...new Set([...known, ...(none === true ? ['none'] : []), undefined])];
}

/** The permitted ones among the examples of the pack: a start for every search. */
export const permitted: readonly Request[] = document.tests
  .map(({ request }) => request as unknown as Request)
  .filter((request) => pdpOf(document).evaluate(request).decision);

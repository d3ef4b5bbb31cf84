import fc from 'fast-check';
import type { Condition, Decision, PolicyDocument, Request, Rule } from '../../src/index.js';
import { sample } from './sample.js';

export const NOW = Date.parse('2026-03-01T09:00:00Z');
const hoursAgo = (hours: number): string => new Date(NOW - hours * 3_600_000).toISOString();

/** Facts by the name of the attribute; 'none' is the known absence, a name that is not there is a missing fact. */
export type Facts = Readonly<Record<string, unknown>>;

const IDS = ['a', 'b', 'c'];
const TEXTS = ['short', 'a'.repeat(40), 'Airway swelling, theatre in one minute'];

/** Lists of blocks, and for each address those that it lies in, worked out by hand. */
export const BLOCKS: readonly (readonly string[])[] = [
  ['10.0.0.0/8'],
  ['10.1.0.0/16', '2001:db8::/32'],
  ['0.0.0.0/1', '::/0'],
];
export const LIES_IN: Readonly<Record<string, readonly number[]>> = {
  '10.1.2.3': [0, 1, 2],
  '::ffff:10.9.0.1': [0, 2],
  '2001:db8::1': [1, 2],
  '198.51.100.4': [],
};
const fence = fc.constantFrom('inside', 'outside', 'uncertain');

const recipients = fc.array(
  fc.record({
    id: fc.constantFrom(...IDS),
    org: fc.constantFrom(...IDS),
    verified: fc.boolean(),
    teams: fc.uniqueArray(fc.constantFrom(...IDS)),
  }),
  { minLength: 1, maxLength: 3 },
);

const VALUES: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  'subject.id': fc.constantFrom(...IDS),
  'subject.role': fc.constantFrom('nurse', 'consultant'),
  'subject.teams': fc.uniqueArray(fc.constantFrom(...IDS)),
  'subject.assurance': fc.constantFrom(1, 2, 3),
  'subject.authenticatedAt': fc.constantFrom(...[-1, 0, 1, 12, 13, 14].map(hoursAgo)),
  'resource.team': fc.constantFrom(...IDS),
  'resource.hold': fc.constantFrom('none', 'legal'),
  'context.purpose': fc.constantFrom('direct-care', 'emergency'),
  'context.justification': fc.constantFrom('none', ...TEXTS),
  'context.secondApprover': fc.constantFrom('none', ...IDS),
  'context.shared': fc.boolean(),
  'context.address': fc.constantFrom('none', ...Object.keys(LIES_IN)),
  'context.fences': fc.oneof(
    { arbitrary: fc.record({ site: fence, ward: fence }, { requiredKeys: ['site'] }), weight: 5 },
    { arbitrary: fc.constant('none'), weight: 1 },
  ),
  'context.recipients': recipients,
};

/** Every fact known, except where a fence is uncertain. */
export const completeFacts: fc.Arbitrary<Facts> = fc.record(VALUES);

const junk = fc.constantFrom<unknown[]>(
  null,
  0,
  '',
  {},
  [],
  'none',
  [null],
  Number.NaN,
  1.5,
  '__proto__',
  ['none'],
  [{}],
);

/** Some facts missing, a few of the wrong type. */
export const partialFacts: fc.Arbitrary<Facts> = fc.record(
  Object.fromEntries(
    Object.entries(VALUES).map(([name, value]) => [
      name,
      fc.oneof({ arbitrary: value, weight: 19 }, { arbitrary: junk, weight: 1 }),
    ]),
  ),
  { requiredKeys: [] },
);

/** The request that holds these facts. */
export function request(facts: Facts, action: string): Request {
  const out: Record<string, Record<string, unknown>> = {
    subject: {},
    action: { name: action },
    resource: {},
    context: {},
  };
  for (const [name, value] of Object.entries(facts)) {
    const [section, key] = name.split('.') as [string, string];
    out[section]![key] = value;
  }
  return out as unknown as Request;
}

const amount = fc.oneof(fc.constantFrom(1, 2, 3), fc.constant({ parameter: 'signInHours' }));
const hours = fc.oneof(
  fc.record({ hours: fc.constantFrom(-1, 0, 1, 13) }),
  fc.constant({ hours: { parameter: 'signInHours' } }),
);
const some = (...values: string[]) => fc.uniqueArray(fc.constantFrom(...values), { minLength: 1 });
const on = (attribute: string, test: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> =>
  fc
    .oneof({ arbitrary: test, weight: 3 }, { arbitrary: test.map((inner) => ({ not: inner })), weight: 1 })
    .map((asked) => ({ [attribute]: asked }));

const atom: fc.Arbitrary<unknown> = fc.oneof(
  on('subject.role', fc.constantFrom<unknown[]>('nurse', { equals: 'consultant' }, { in: ['nurse', 'consultant'] })),
  on(
    'subject.id',
    fc.oneof(
      some(...IDS).map((ids) => ({ in: ids })),
      fc.constant({ sameAs: 'resource.team' }),
    ),
  ),
  on(
    'subject.assurance',
    fc.tuple(fc.constantFrom('atLeast', 'atMost', 'lessThan', 'moreThan'), amount).map(([op, n]) => ({ [op]: n })),
  ),
  on(
    'subject.authenticatedAt',
    fc.tuple(fc.constantFrom('olderThan', 'notOlderThan'), hours).map(([op, d]) => ({ [op]: d })),
  ),
  on(
    'subject.teams',
    fc.constantFrom<unknown[]>(
      { includes: 'a' },
      { includes: { attribute: 'resource.team' } },
      { overlaps: ['a', 'b'] },
    ),
  ),
  on('resource.hold', fc.constantFrom('none', 'legal')),
  on('context.purpose', fc.constantFrom('direct-care', 'emergency')),
  on('context.justification', fc.constantFrom<unknown[]>('none', { atLeast: 20 }, { lessThan: 3 })),
  on(
    'context.secondApprover',
    fc.constantFrom<unknown[]>('none', 'a', { sameAs: 'subject.id' }, { in: ['none', 'b'] }),
  ),
  on('context.shared', fc.boolean()),
  on('context.address', fc.oneof(fc.constantFrom(...BLOCKS.map((within) => ({ within }))), fc.constant('none'))),
  on('context.fences', fc.constantFrom({ insideFence: 'site' }, { insideFence: 'ward' })),
  on('context.recipients.verified', fc.constant({ includes: false })),
  on('context.recipients.org', fc.constantFrom<unknown[]>({ sameAs: 'resource.team' }, { overlaps: ['b', 'c'] })),
  on(
    'context.recipients.teams',
    fc.constantFrom<unknown[]>(
      { includes: { attribute: 'resource.team' } },
      { overlaps: { attribute: 'subject.teams' } },
    ),
  ),
);

function tree(depth: number): fc.Arbitrary<unknown> {
  if (depth === 0) return atom;
  const inner = tree(depth - 1);
  return fc.oneof(
    { arbitrary: atom, weight: 3 },
    { arbitrary: fc.array(inner, { maxLength: 3 }).map((all) => ({ all })), weight: 2 },
    { arbitrary: fc.array(inner, { minLength: 1, maxLength: 3 }).map((any) => ({ any })), weight: 2 },
    { arbitrary: inner.map((not) => ({ not })), weight: 1 },
  );
}

/** Any condition, at most four levels deep. */
export const condition: fc.Arbitrary<Condition> = tree(4) as fc.Arbitrary<Condition>;

const obligation = fc.oneof(
  fc.constantFrom(
    { type: 'watermark' },
    { type: 'watermark', properties: { mode: 'tile' } },
    { type: 'watermark', properties: { strength: 'strong' } },
    { type: 'no-download' },
  ),
  fc.integer({ min: 1, max: 90 }).map((seconds) => ({ type: 'max-lifetime', properties: { seconds } })),
  fc.integer({ min: 1, max: 9 }).map((n) => ({ type: 'max-views', properties: { n } })),
  fc.integer({ min: 1, max: 3 }).map((level) => ({ type: 'step-up', properties: { level } })),
  some('siro', 'author').map((whom) => ({ type: 'notify', properties: { whom } })),
);

const actions = fc.constantFrom(['view'], ['send'], ['view', 'send']);
const words = { title: 'Title', rationale: 'Why', source: 'Test' };

export const randomForbid: fc.Arbitrary<Rule> = fc
  .record({ actions, when: condition, strength: fc.constantFrom('absolute' as const, 'emergency-waivable' as const) })
  .map((rule) => ({ id: 'X-1', effect: 'forbid' as const, ...words, ...rule }));

const randomPermit: fc.Arbitrary<Rule> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc
      .record({
        actions,
        when: condition,
        basis: fc.constantFrom('standing' as const, 'referral' as const),
        obligations: fc.array(obligation, { maxLength: 3 }),
      })
      .map((rule) => ({ id: 'X-1', effect: 'permit' as const, ...words, ...rule })),
  },
  {
    weight: 1,
    arbitrary: fc.record({ when: condition, obligations: fc.array(obligation, { maxLength: 2 }) }).map((rule) => ({
      id: 'X-1',
      effect: 'permit' as const,
      actions: ['view'],
      basis: 'break-glass' as const,
      ...words,
      ...rule,
    })),
  },
);

/** A policy of up to five permits and four prohibitions. */
export const policy: fc.Arbitrary<PolicyDocument> = fc
  .tuple(fc.array(randomPermit, { minLength: 1, maxLength: 5 }), fc.array(randomForbid, { maxLength: 4 }))
  .map(([permits, forbids]) => sample(...[...permits, ...forbids].map((rule, i) => ({ ...rule, id: `R-${i}` }))));

/** A decision without the digest, which differs between documents that mean the same. */
export function meaning({ decision, context: { policy: _policy, ...context } }: Decision): unknown {
  return { decision, context };
}

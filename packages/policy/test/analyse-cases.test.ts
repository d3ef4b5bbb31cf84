import { expect, test } from 'vitest';
import { analyse, proveInvariants } from '../src/analyse.js';
import { type Condition, createPdp, type Invariant, loadPolicy, type PolicyDocument } from '../src/index.js';
import { document as nhs } from './support/nhs.js';
import { NOW } from './support/random.js';
import { forbid, permit, sample } from './support/sample.js';

const pdpOf = (document: PolicyDocument) => createPdp(loadPolicy(document), { clock: { now: () => NOW } });

test('whoCan tells roles in one line where they are alike, and leaves out what does not matter', () => {
  const document = sample(
    permit('P-1', {
      all: [{ 'subject.role': { in: ['nurse', 'consultant'] } }, { 'subject.assurance': { atLeast: 2 } }],
    }),
    forbid('F-1', { all: [{ 'subject.role': 'nurse' }, { 'resource.hold': 'legal' }] }),
  );
  const { verdict, who } = analyse(loadPolicy(document)).whoCan({ action: 'view', when: { 'resource.hold': 'legal' } });
  expect(verdict).toBe('somebody');
  expect(who.map(({ facts }) => facts)).toEqual([{ 'subject.role': ['consultant'] }]);
  expect(who[0]!.sentence).toBe('Can view when subject.role is consultant.');
  expect(who[0]!.witness.request.resource).toEqual({ hold: 'legal' });
  expect(analyse(loadPolicy(document)).whoCan({ action: 'send' })).toEqual({ verdict: 'nobody', who: [], more: false });
  expect(() => analyse(loadPolicy(document)).whoCan({ action: 'fly' })).toThrow(RangeError);
  expect(() => analyse(loadPolicy(document)).whoCan({ action: 'view', by: ['subject.shoe'] })).toThrow(RangeError);
  expect(() => analyse(loadPolicy(document)).whoCan({ action: 'view', when: { 'subject.shoe': 'left' } })).toThrow(
    expect.objectContaining({ code: 'UNKNOWN_ATTRIBUTE' }),
  );
});

/** A document of one permit and one prohibition over addresses, fences, dates and numbers that are compared. */
function unusual(when: Condition, attributes: PolicyDocument['attributes'] = {}): PolicyDocument {
  const source = 'session';
  const more = {
    'context.address': { type: 'address', source },
    'context.fences': { type: 'fences', values: ['ward', 'site'], source },
    'context.now': { type: 'time', source: 'clock' },
    'subject.joined': { type: 'time', none: true, source },
    'subject.left': { type: 'time', none: true, source },
    'subject.version': { type: 'integer', min: 0, max: 3, source },
    'context.version': { type: 'integer', min: 2, source },
    'subject.badges': { type: 'set', min: 1, max: 2, source },
  } as const;
  const base = sample(permit('P-1', { all: [] }), forbid('F-1', { not: when }));
  return { ...base, attributes: { ...base.attributes, ...more, ...attributes } };
}

const never = (document: PolicyDocument) =>
  analyse(loadPolicy(document)).prove({
    id: 'I-1',
    title: 'Never',
    never: { actions: ['view'], when: { all: [] } },
  })[0]!.verdict;

test.each<[string, Condition, 'proved' | 'broken']>([
  [
    'an address in a block and in half of it',
    { all: [{ 'context.address': { within: ['10.0.0.0/8'] } }, { 'context.address': { within: ['10.128.0.0/9'] } }] },
    'broken',
  ],
  [
    'an address in a block but in neither half',
    {
      all: [
        { 'context.address': { within: ['10.0.0.0/8'] } },
        { 'context.address': { not: { within: ['10.0.0.0/9', '10.128.0.0/9'] } } },
      ],
    },
    'proved',
  ],
  [
    'an address after the mapped ones',
    { all: [{ 'context.address': { within: ['::/64'] } }, { 'context.address': { not: { within: ['::/80'] } } }] },
    'broken',
  ],
  ['IPv6 addresses that are IPv4 addresses', { 'context.address': { within: ['::ffff:0:0/96'] } }, 'broken'],
  [
    'a mapped block as IPv6 and not as IPv4',
    {
      all: [
        { 'context.address': { within: ['::ffff:0:0/96'] } },
        { 'context.address': { not: { within: ['0.0.0.0/0'] } } },
      ],
    },
    'proved',
  ],
  [
    'inside one fence and not the other',
    { all: [{ 'context.fences': { insideFence: 'ward' } }, { 'context.fences': { not: { insideFence: 'site' } } }] },
    'broken',
  ],
  [
    'inside and outside one fence',
    { all: [{ 'context.fences': { insideFence: 'ward' } }, { 'context.fences': { not: { insideFence: 'ward' } } }] },
    'proved',
  ],
  [
    'a date that is an hour old at a given moment',
    {
      all: [
        { 'context.now': { equals: '2026-03-01T09:00:00Z' } },
        { 'subject.joined': '2026-03-01T08:00:00Z' },
        { 'subject.joined': { olderThan: { hours: 1 } } },
      ],
    },
    'broken',
  ],
  [
    'a date that is not yet an hour old at that moment',
    {
      all: [
        { 'context.now': { equals: '2026-03-01T09:00:00Z' } },
        { 'subject.joined': '2026-03-01T08:00:00Z' },
        { 'subject.joined': { notOlderThan: { hours: 1 } } },
      ],
    },
    'proved',
  ],
  [
    'two moments alike of different ages',
    {
      all: [
        { 'subject.joined': { sameAs: 'subject.left' } },
        { 'subject.joined': { olderThan: { hours: 1 } } },
        { 'subject.left': { notOlderThan: { hours: 1 } } },
      ],
    },
    'proved',
  ],
  [
    'two different moments of one age',
    {
      all: [
        { 'subject.joined': { not: { sameAs: 'subject.left' } } },
        { 'subject.joined': { olderThan: { hours: 1 } } },
        { 'subject.left': { olderThan: { hours: 1 } } },
        { 'subject.left': { notOlderThan: { hours: 2 } } },
        { 'subject.joined': { notOlderThan: { hours: 2 } } },
      ],
    },
    'broken',
  ],
  ['a moment that is the present', { 'subject.joined': { sameAs: 'context.now' } }, 'broken'],
  [
    'a moment that is the present and an hour old',
    { all: [{ 'subject.joined': { sameAs: 'context.now' } }, { 'subject.joined': { olderThan: { hours: 1 } } }] },
    'proved',
  ],
  [
    'numbers alike within both ranges',
    { all: [{ 'subject.version': { sameAs: 'context.version' } }, { 'subject.version': { atMost: 2 } }] },
    'broken',
  ],
  [
    'numbers alike outside one range',
    { all: [{ 'subject.version': { sameAs: 'context.version' } }, { 'subject.version': { lessThan: 2 } }] },
    'proved',
  ],
  [
    'two members of a set of two',
    { all: [{ 'subject.badges': { includes: 'a' } }, { 'subject.badges': { includes: 'b' } }] },
    'broken',
  ],
  [
    'three members of a set of two',
    {
      all: [
        { 'subject.badges': { includes: 'a' } },
        { 'subject.badges': { includes: 'b' } },
        { 'subject.badges': { includes: 'c' } },
      ],
    },
    'proved',
  ],
  ['a set of another name', { 'subject.badges': { not: { sameAs: 'subject.id' } } }, 'broken'],
  [
    'sets that meet although neither holds the one name',
    {
      all: [
        { 'subject.teams': { overlaps: { attribute: 'context.recipients.teams' } } },
        { 'subject.teams': { not: { includes: { attribute: 'resource.team' } } } },
      ],
    },
    'broken',
  ],
])('%s', (_name, when, verdict) => {
  expect(never(unusual(when))).toBe(verdict);
});

test('a set of at least two holds two different members wherever it is known', () => {
  const declared = { 'subject.badges': { type: 'set', min: 2, max: 3, source: 'session' } } as const;
  const badges = (test: object) => ({ 'subject.badges': test }) as Condition;
  const ever = (...all: Condition[]) => never(unusual({ all }, declared));
  expect(ever(badges({ sameAs: 'subject.id' }))).toBe('proved');
  expect(ever(badges({ includes: 'a' }), badges({ not: { includes: 'b' } }))).toBe('broken');
  expect(ever(badges({ not: { overlaps: ['a', 'b', 'c'] } }))).toBe('broken');
  expect(ever(...['a', 'b', 'c'].map((name) => badges({ includes: name })))).toBe('broken');
  expect(ever(...['a', 'b', 'c', 'd'].map((name) => badges({ includes: name })))).toBe('proved');
});

test('an address that is known to be none lies nowhere, and is not one that is not known', () => {
  const attributes = { 'context.address': { type: 'address', none: true, source: 'session' } } as const;
  const askedNever = (...all: Condition[]) => never(unusual({ all }, attributes));
  const none = { 'context.address': 'none' };
  expect(askedNever(none)).toBe('broken');
  expect(askedNever(none, { 'context.address': { not: { within: ['0.0.0.0/0', '::/0'] } } })).toBe('broken');
  expect(askedNever(none, { 'context.address': { within: ['0.0.0.0/0', '::/0'] } })).toBe('proved');
  expect(askedNever({ not: none }, { 'context.address': { not: { within: ['0.0.0.0/0', '::/0'] } } })).toBe('proved');
});

test('addresses above the mapped ones, where every IPv6 address below them is left out', () => {
  // ::/81, ::8000:0:0/82, ::c000:0:0/83 ... together all below ::ffff:0:0.
  const below = Array.from({ length: 16 }, (_, i) => `::${((0xffff << (16 - i)) & 0xffff).toString(16)}:0:0/${81 + i}`);
  const address = (test: object) => ({ 'context.address': test }) as Condition;
  const above = { all: [address({ within: ['::/0'] }), address({ not: { within: below } })] };
  expect(never(unusual(above))).toBe('broken');
});

test('what cannot be decided is said, never called equal', () => {
  const reads = (name: string) =>
    unusual({ [name]: { includes: 'watermark' } }, { [name]: { type: 'set', source: 'request' } });
  expect(never(reads('context.supportedObligations'))).toBe('not-decided');
  expect(never(unusual({ 'subject.joined': { olderThan: { days: 400_000 } } }))).toBe('not-decided');
  const badge = (max: number) =>
    loadPolicy(
      unusual({ 'subject.badges': { includes: 'a' } }, { 'subject.badges': { type: 'set', max, source: 'session' } }),
    );
  const { verdict, reason, differences } = analyse(badge(1)).diff(badge(2));
  expect({ verdict, reason, differences }).toEqual({
    verdict: 'not-decided',
    reason: '`subject.badges` is not of the same kind in both documents',
    differences: [],
  });
});

test('the order of members, which canonical JSON and stores change, makes no difference', () => {
  const reversed = (value: unknown): unknown => {
    if (typeof value !== 'object' || value === null) return value;
    if (Array.isArray(value)) return value.map(reversed);
    const members = Object.entries(value).reverse();
    return Object.fromEntries(members.map(([name, part]) => [name, reversed(part)]));
  };
  const [before, after] = [loadPolicy(nhs), loadPolicy(reversed(nhs))];
  expect(after.digest).toBe(before.digest);
  expect(analyse(before).diff(after)).toMatchObject({ verdict: 'equal', differences: [] });
});

test('a value that only one of two documents knows is a difference', () => {
  const before = sample(permit('P-1', { 'subject.role': { not: 'nurse' } }));
  const role = { ...before.attributes['subject.role']!, values: ['nurse', 'consultant', 'porter'] };
  const after = { ...before, attributes: { ...before.attributes, 'subject.role': role } };
  const { differences } = analyse(loadPolicy(before)).diff(loadPolicy(after));
  expect(differences.map(({ sentence }) => sentence)).toEqual(['Newly allowed: view when subject.role is porter.']);
  expect(differences[0]!.witness.request.subject).toEqual({ role: 'porter' });
});

test('ages are told as intervals', () => {
  const signedIn = (hours: number) =>
    loadPolicy(sample(permit('P-1', { 'subject.authenticatedAt': { notOlderThan: { hours } } })));
  const { differences } = analyse(signedIn(12)).diff(signedIn(14));
  expect(differences.map(({ sentence }) => sentence)).toEqual([
    'Newly allowed: view when subject.authenticatedAt is at least 12 hours old and less than 14 hours old.',
  ]);
});

test('a document made to be costly is refused', () => {
  // Which of 24 pairs of sets meet, asked in the order that keeps the pairs apart.
  const names = Array.from({ length: 24 }, (_, i) => `subject.set${String.fromCharCode(97 + i)}`);
  const attributes = Object.fromEntries(
    names.map((name) => [name, { type: 'set' as const, source: 'session' as const }]),
  );
  const values = Array.from({ length: 12 }, (_, i) => `v${i}`);
  const when = {
    any: names.slice(0, 12).flatMap((name, i) =>
      values.map((value) => ({
        all: [
          { [name]: { includes: value } },
          { [names[12 + ((i * 5) % 12)]!]: { includes: value } },
          { [names[(i * 7 + 3) % 24]!]: { not: { includes: value } } },
        ],
      })),
    ),
  } as unknown as Condition;
  expect(() => never(unusual(when, attributes))).toThrow(expect.objectContaining({ code: 'ANALYSIS_TOO_LARGE' }));
});

test('an invariant that is broken refuses the policy, with a request that breaks it', () => {
  const invariants: Invariant[] = [
    {
      id: 'INV-1',
      title: 'Every view is marked',
      carries: { actions: ['view'], when: { all: [] }, obligations: [{ type: 'watermark' }] },
    },
  ];
  const document = { ...sample(permit('P-1', { 'subject.role': 'nurse' })), invariants };
  const pack = loadPolicy(document);
  const request = { subject: { role: 'nurse' }, action: { name: 'view' }, resource: {}, context: {} };
  expect(() => proveInvariants(pack)).toThrow(
    expect.objectContaining({
      code: 'INVARIANT_BROKEN',
      path: '/invariants/0',
      invariant: 'INV-1',
      witness: { request, now: '2026-01-05T12:00:00.000Z' },
    }),
  );
  const given = pdpOf(document).evaluate(request).context.obligations;
  expect(given.some(({ type }) => type === 'watermark')).toBe(false);
  const obligations = [{ type: 'watermark', properties: { mode: 'tile' } }];
  const marked = { ...sample(permit('P-1', { 'subject.role': 'nurse' }, { obligations })), invariants };
  expect(proveInvariants(loadPolicy(marked))).toEqual([
    { invariant: 'INV-1', title: 'Every view is marked', verdict: 'proved' },
  ]);
  const elsewhere = invariants.map((each) => ({ ...each, requires: ['rota'] }));
  expect(proveInvariants(loadPolicy({ ...document, invariants: elsewhere }))[0]!.verdict).toBe('not-claimed');
});

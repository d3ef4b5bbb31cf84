import { expect, test } from 'vitest';
import { createPdp, loadPolicy, type PolicyDocument, PolicyError, type Request, type Rule } from '../src/index.js';
import { permit, sample } from './support/sample.js';

const clock = { now: () => Date.parse('2026-03-01T09:00:00Z') };
const withPlaces = (...rules: Rule[]): PolicyDocument => {
  const document = sample(...rules);
  return {
    ...document,
    attributes: {
      ...document.attributes,
      'context.address': { type: 'address', none: true, source: 'server' },
      'context.place.fences': { type: 'fences', values: ['site', 'ward-7'], none: true, source: 'server' },
    },
  };
};
const decide = (when: Rule['when'], context: object) =>
  createPdp(loadPolicy(withPlaces(permit('P-01', when))), { clock, reveal: 'actual' }).evaluate({
    subject: {},
    action: { name: 'view' },
    resource: {},
    context: { purpose: 'direct-care', ...context },
  } as Request).context;

const blocks = ['10.20.0.0/16', '2001:db8::/32', '192.0.2.7'];
test.each([
  ['10.20.255.255', 'permitted'],
  ['::ffff:10.20.0.0', 'permitted'],
  ['2001:db8:ffff::', 'permitted'],
  ['192.0.2.7', 'permitted'],
  ['10.21.0.0', 'not-permitted'],
  ['192.0.2.8', 'not-permitted'],
  ['2001:db9::', 'not-permitted'],
  ['none', 'not-permitted'],
  ['10.20.0.0/16', 'missing-information'],
  ['010.20.0.1', 'missing-information'],
  [167_837_697, 'missing-information'],
  [['10.20.0.1'], 'missing-information'],
])('within: %j is %s', (address, outcome) => {
  expect(decide({ 'context.address': { within: blocks } }, { address }).outcome).toBe(outcome);
  const otherwise = { permitted: 'not-permitted', 'not-permitted': 'permitted' }[outcome] ?? outcome;
  expect(decide({ 'context.address': { not: { within: blocks } } }, { address }).outcome).toBe(otherwise);
});

test('an address that is missing or no address is named', () => {
  const when = { 'context.address': { within: blocks } };
  expect(decide(when, {})).toMatchObject({ missing: ['context.address'], illTyped: [] });
  expect(decide(when, { address: 'ward' })).toMatchObject({
    missing: ['context.address'],
    illTyped: ['context.address'],
  });
  expect(decide(when, { address: '8.8.8.8' }).reasons[0]?.failed).toEqual([
    { attribute: 'context.address', op: 'within', expected: blocks, actual: '8.8.8.8' },
  ]);
});

test.each([
  [{ site: 'inside' }, 'permitted', []],
  [{ site: 'outside' }, 'not-permitted', []],
  [{ site: 'uncertain' }, 'missing-information', []],
  [{ 'ward-7': 'inside' }, 'missing-information', []],
  [{}, 'missing-information', []],
  ['none', 'not-permitted', []],
  [{ site: true }, 'missing-information', ['context.place.fences.site']],
  [{ site: 'INSIDE' }, 'missing-information', ['context.place.fences.site']],
  [Object.create({ site: 'inside' }), 'missing-information', []],
  [['inside'], 'missing-information', []],
])('insideFence: %j is %s', (fences, outcome, illTyped) => {
  const context = decide({ 'context.place.fences': { insideFence: 'site' } }, { place: { fences } });
  expect(context).toMatchObject({ outcome, illTyped });
  expect(context.missing).toEqual(outcome === 'missing-information' ? ['context.place.fences.site'] : []);
});

test('a fence that is not known neither permits nor, in its opposite, permits', () => {
  const outside = { 'context.place.fences': { not: { insideFence: 'ward-7' } } } as const;
  const at = (state: string) => decide(outside, { place: { fences: { 'ward-7': state } } });
  expect(at('outside').outcome).toBe('permitted');
  expect(at('uncertain').outcome).toBe('missing-information');
  expect(at('inside').reasons[0]?.failed).toEqual([
    { attribute: 'context.place.fences', op: 'not insideFence', expected: 'ward-7', actual: true },
  ]);
});

test('a clock tells a time and nothing else', () => {
  const document = { ...withPlaces(), attributes: { 'context.shared': { type: 'boolean', source: 'clock' } } };
  expect(() => loadPolicy(document)).toThrow(PolicyError);
});

test('a document that nobody checked is no policy: what it does not declare is not left out', () => {
  const document = (when: unknown) => ({
    ...withPlaces(permit('P-01', when as Rule['when'])),
    rules: [permit('P-01', when as Rule['when'])],
  });
  for (const when of [
    { 'subject.colour': 'red' },
    { 'subject.role': { like: 'nurse' } },
    { 'subject.role': 'nurse', 'context.shared': true },
    { 'subject.role': {} },
    { 'context.place.fences': { insideFence: 'ward-8' } },
    { 'subject.assurance': { atLeast: { parameter: 'level' } } },
  ])
    expect(() => createPdp({ document: document(when) as PolicyDocument, digest: '' }, { clock })).toThrow(TypeError);
});

test('more rules for one action than fit in one group come out alike, in order', () => {
  const many = Array.from({ length: 95 }, (_, i) =>
    permit(`P-${100 + i}`, { all: [{ 'subject.assurance': (i % 3) + 1 }, { 'subject.id': { in: [`p-${i % 2}`] } }] }),
  );
  const pdp = createPdp(loadPolicy(withPlaces(...[...many].reverse())), { clock });
  const { context } = pdp.evaluate({
    subject: { assurance: 2, id: 'p-1' },
    action: { name: 'view' },
    resource: {},
    context: { purpose: 'direct-care' },
  });
  const expected = many.filter((_, i) => i % 3 === 1 && i % 2 === 1).map(({ id }) => id);
  expect(context.reasons.map(({ rule }) => rule)).toEqual(expected);
  expect(expected.length).toBeGreaterThan(10);
});

test('a getter that asks for another decision disturbs neither', () => {
  const pdp = createPdp(loadPolicy(withPlaces(permit('P-01', { 'subject.role': 'nurse' }))), { clock });
  const plain = {
    subject: { role: 'consultant' },
    action: { name: 'view' },
    resource: {},
    context: { purpose: 'direct-care' },
  };
  let inner: unknown;
  const asking = {
    ...plain,
    subject: {
      get role(): string {
        inner = pdp.evaluate(plain).decision;
        return 'nurse';
      },
    },
  };
  expect(pdp.evaluate(asking).decision).toBe(true);
  expect(inner).toBe(false);
  expect(pdp.evaluate({ ...plain, subject: {} }).context.outcome).toBe('missing-information');
});

test('more permits than combinations are kept for still bring every duty', () => {
  const names = Array.from({ length: 12 }, (_, i) => `n-${i}`);
  const rules = names.map((name, i) =>
    permit(`P-${10 + i}`, { 'subject.teams': { includes: name } }, {
      obligations: [{ type: 'notify', properties: { whom: [name] } }],
    } as Partial<Rule>),
  );
  const pdp = createPdp(loadPolicy(withPlaces(...rules)), { clock });
  for (let mask = 1; mask < 4_096; mask += 3) {
    const teams = names.filter((_, i) => (mask >> i) % 2 === 1);
    const { context } = pdp.evaluate({
      subject: { teams },
      action: { name: 'view' },
      resource: {},
      context: { purpose: 'direct-care' },
    });
    expect(context.obligations[0]?.properties).toEqual({ whom: [...teams].sort() });
  }
});

test('the strongest claim is named: standing, then on duty, then referral', () => {
  const bases = ['referral', 'on-duty', 'standing'] as const;
  const claims = bases.map((basis, i) =>
    permit(`P-${10 + i}`, { 'subject.assurance': { atLeast: i + 1 } }, { basis } as Partial<Rule>),
  );
  const pdp = createPdp(loadPolicy(withPlaces(...claims)), { clock });
  const ask = (assurance: number) =>
    pdp.evaluate({
      subject: { assurance },
      action: { name: 'view' },
      resource: {},
      context: { purpose: 'direct-care' },
    });
  expect([1, 2, 3].map((level) => ask(level).context.basis)).toEqual(bases);
});

test('a duty that cannot be carried out here is a reason of its own; an invalid request is all that it is', () => {
  const rule = permit('P-01', { all: [] }, { obligations: [{ type: 'redact' }] } as Partial<Rule>);
  const document = { ...withPlaces(rule), reviewBy: '2027-01-01T00:00:00Z' };
  const pdp = createPdp(loadPolicy(document), { clock });
  const asked = {
    subject: {},
    action: { name: 'view' },
    resource: {},
    context: { purpose: 'direct-care', supportedObligations: [] },
  };
  expect(pdp.evaluate(asked).context.reasons).toEqual([
    {
      rule: 'supported-obligations',
      effect: 'forbid',
      title: 'The duty that comes with this cannot be carried out here',
      matched: [{ attribute: 'context.supportedObligations', op: 'not includes', expected: 'redact' }],
    },
  ]);
  for (const request of [
    { ...asked, action: { name: 'erase' } },
    { ...asked, resource: null },
    { ...asked, subject: [] },
  ])
    expect(pdp.evaluate(request as never)).toEqual({
      decision: false,
      context: {
        basis: 'none',
        outcome: 'invalid-request',
        reasons: [],
        obligations: [],
        advice: [],
        missing: [],
        illTyped: [],
        policy: { id: 'sample', version: 1, digest: loadPolicy(document).digest },
        evaluated_at: '2026-03-01T09:00:00.000Z',
      },
    });
});

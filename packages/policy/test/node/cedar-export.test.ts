import { isAuthorized, validate } from '@cedar-policy/cedar-wasm/nodejs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { cedarRequests, toCedar } from '../../src/cedar/index.js';
import { createPdp, loadPolicy, type PolicyDocument, type Request } from '../../src/index.js';
import { cedarOf } from '../support/cedar.js';
import { compareWithCedar, withEverySource } from '../support/cedar-nhs.js';
import { clock, document as nhsDocument } from '../support/nhs.js';
import { NOW, partialFacts, policy, request } from '../support/random.js';
import { forbid, permit, sample } from '../support/sample.js';

function validated(document: PolicyDocument): unknown {
  const { policies, schema } = toCedar(loadPolicy(document));
  const answer = validate({ schema, policies: { staticPolicies: policies } });
  if (answer.type !== 'success') throw new Error(JSON.stringify(answer.errors));
  return answer.validationErrors;
}

const whole = withEverySource(nhsDocument);

test.each([
  ['as it comes', nhsDocument],
  ['with every evidence source', whole],
])('the schema validates the NHS pack %s, and leaves out what is not enforced', (_name, document) => {
  expect(validated(document)).toEqual([]);
  const { policies } = toCedar(loadPolicy(document));
  for (const { id, requires = [] } of document.rules)
    expect(policies.includes(`@id("${id}")`)).toBe(requires.every((source) => document.sources[source]!.configured));
});

test('the schema validates any policy', () => {
  fc.assert(
    fc.property(policy, (document) => {
      expect(validated(document)).toEqual([]);
    }),
    { numRuns: 60, seed: 34 },
  );
});

// The long suite makes every change of every fact.
test('the NHS pack decides the same in Cedar, each fact of each example hidden or put out of its domain, in turn', () => {
  const { asked, permitted } = compareWithCedar(whole, (changes, n) => [changes[n % changes.length]!]);
  expect(asked).toBeGreaterThan(1_000);
  expect(permitted).toBeGreaterThan(200);
});

const placed: PolicyDocument = {
  ...sample(
    permit('P-01', {
      any: [
        { 'context.address': { within: ['10.20.0.0/16', '2001:db8::/32'] } },
        { 'context.fences': { insideFence: 'site' } },
      ],
    }),
    permit('P-02', { 'subject.clearedAt': { sameAs: 'resource.sentAt' } }, { actions: ['send'] }),
    forbid('X-01', { 'context.address': { within: ['10.20.30.0/24'] } }),
    forbid('X-02', { not: { 'context.fences': { not: { insideFence: 'lab' } } } }, { actions: ['view', 'send'] }),
    forbid('X-03', { 'subject.clearedAt': { olderThan: { hours: 1 } } }, { strength: 'emergency-waivable' }),
    forbid('X-04', { 'context.recipients.verified': { sameAs: 'resource.team' } }, { actions: ['send'] }),
  ),
  attributes: {
    ...sample().attributes,
    'subject.clearedAt': { type: 'time', none: true, source: 'session' },
    'resource.sentAt': { type: 'time', none: true, source: 'server' },
    'context.address': { type: 'address', none: true, source: 'server' },
    'context.fences': { type: 'fences', values: ['site', 'lab'], none: true, source: 'session' },
    'context.present': { type: 'time', source: 'clock' },
  },
};
const states = fc.constantFrom('inside', 'outside', 'uncertain', 'none', undefined);
const times = fc.constantFrom(
  'none',
  undefined,
  ...[0, 3_599_999, 3_600_000].map((ms) => new Date(NOW - ms).toISOString()),
);

test('addresses, fences, times and "none" come out the same in Cedar', () => {
  expect(validated(placed)).toEqual([]);
  const pack = loadPolicy(placed);
  const ask = cedarOf(placed);
  const seen = { true: 0, false: 0 };
  fc.assert(
    fc.property(
      partialFacts,
      fc.constantFrom('10.20.1.1', '10.20.30.1', '::ffff:10.20.1.1', '2001:db8::1', '10.020.1.1', 'none', undefined),
      fc.oneof(fc.record({ site: states, lab: states }), fc.constantFrom('none', undefined)),
      fc.tuple(times, times),
      fc.tuple(fc.constantFrom('view', 'send'), fc.constantFrom(NOW, NOW + 0.5, Number.NaN)),
      (facts, address, fences, [clearedAt, sentAt], [action, now]) => {
        const more = { 'context.address': address, 'context.fences': fences, 'subject.clearedAt': clearedAt };
        const asked = request({ ...facts, ...more, 'resource.sentAt': sentAt }, action);
        const { decision } = createPdp(pack, { clock: { now: () => now } }).evaluate(asked);
        const { context } = cedarRequests(pack, { clock: { now: () => now } })(asked);
        seen[`${decision}`] += 1;
        expect(ask({ action, context })).toBe(decision);
      },
    ),
    { numRuns: 1_500, seed: 5 },
  );
  expect(Math.min(seen.true, seen.false)).toBeGreaterThan(80);
});

test('requests keep the schema', () => {
  const pack = loadPolicy(whole);
  const { policies, schema } = toCedar(pack);
  const toRequest = cedarRequests(pack, { clock });
  for (const { request: example } of whole.tests) {
    if (!whole.actions.includes((example as unknown as Request).action.name)) continue;
    const { principal, action, resource, context } = toRequest(example as unknown as Request);
    const answer = isAuthorized({
      ...{ principal, action, resource, schema, validateRequest: true, entities: [] },
      ...{ context: context as never, policies: { staticPolicies: policies } },
    });
    expect(answer.type).toBe('success');
  }
});

test('text of a policy cannot leave its place', () => {
  const title = '"); permit(principal, action, resource); //\u2028\n\u0000\\';
  const document = sample(permit('P-01', { 'subject.id': 'x" || true || "' }, { title }));
  expect(validated(document)).toEqual([]);
  const ask = cedarOf(document);
  expect(ask({ action: 'view', context: { 'subject.id': 'y' } })).toBe(false);
  expect(ask({ action: 'view', context: { 'subject.id': 'x" || true || "' } })).toBe(true);
  expect(ask({ action: 'send', context: {} })).toBe(false);
});

test('what is no request is thrown, a failing clock is no moment', () => {
  const pack = loadPolicy(sample());
  expect(() => cedarRequests(pack, { clock: { now: Date.now } })({ subject: {} } as never)).toThrow(TypeError);
  expect(() => cedarRequests(pack, {} as never)).toThrow(TypeError);
  const failing = {
    now: () => {
      throw new Error('no time');
    },
  };
  expect(cedarRequests(pack, { clock: failing })(request({}, 'view')).context).toEqual({});
});

test('half a character is no fact for Cedar', () => {
  const pack = loadPolicy(sample());
  const asked = request(
    { 'subject.id': '\ud800', 'subject.teams': ['a', '\udc00'], 'resource.team': '\u{1f600}' },
    'view',
  );
  expect(cedarRequests(pack, { clock: { now: () => NOW } })(asked).context).toEqual({
    now: NOW,
    'resource.team': '\u{1f600}',
  });
});

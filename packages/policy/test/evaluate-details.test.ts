import { expect, test } from 'vitest';
import { covers } from '../src/engine/obligations.js';
import {
  type Condition,
  createPdp,
  type Decision,
  loadPolicy,
  type PolicyDocument,
  type Request,
  type Rule,
} from '../src/index.js';
import { forbid, permit, sample } from './support/sample.js';

const NOW = Date.parse('2026-03-01T09:00:00Z');
const clock = { now: () => NOW };
const pdpOf = (document: PolicyDocument) => createPdp(loadPolicy(document), { clock });
type Sections = Partial<Record<'subject' | 'resource' | 'context' | 'action', object>>;
const ask = (facts: Sections = {}, name = 'view'): Request =>
  ({
    subject: {},
    resource: {},
    ...facts,
    context: { purpose: 'direct-care', ...facts.context },
    action: { name, ...facts.action },
  }) as Request;
const decide = (rules: readonly Rule[], facts: Sections = {}): Decision => pdpOf(sample(...rules)).evaluate(ask(facts));
const outcome = (when: Condition, facts: Sections, attributes: PolicyDocument['attributes'] = {}): string => {
  const document = sample(permit('P-1', when));
  const pdp = pdpOf({ ...document, attributes: { ...document.attributes, ...attributes } });
  return pdp.evaluate(ask(facts)).context.outcome;
};
const trap = (name: string): object =>
  Object.defineProperty({}, name, {
    enumerable: true,
    get: () => {
      throw new Error('read');
    },
  });

test('the last of many rules counts as the first does', () => {
  for (const count of [29, 30, 31, 61]) {
    const rules = Array.from({ length: count }, (_, i) => forbid(`F-${100 + i}`, { 'subject.role': 'nurse' }));
    rules[count - 1] = forbid(`F-${99 + count}`, { 'context.shared': true });
    const { outcome, reasons } = decide([permit('P-1', { all: [] }), ...rules], {
      subject: { role: 'consultant' },
      context: { shared: true },
    }).context;
    expect({ count, outcome, rules: reasons.map(({ rule }) => rule) }).toEqual({
      count,
      outcome: 'forbidden',
      rules: [`F-${99 + count}`],
    });
    const all = decide([permit('P-1', { all: [] }), ...rules], {
      subject: { role: 'nurse' },
      context: { shared: false },
    });
    expect(all.context.reasons.map(({ rule }) => rule)).toEqual(rules.slice(0, -1).map(({ id }) => id));
    const open = decide([permit('P-1', { all: [] }), ...rules], { subject: { role: 'consultant' } });
    expect(open.context.reasons.map(({ rule }) => rule)).toEqual([`F-${99 + count}`]);
    expect(open.context.missing).toEqual(['context.shared']);
  }
});

test('a condition on several listed facts asks all of them', () => {
  const either: Condition = { any: [{ 'subject.role': 'nurse' }, { 'resource.hold': 'legal' }] };
  expect(outcome(either, { subject: { role: 'nurse' }, resource: { hold: 'none' } })).toBe('permitted');
  expect(outcome(either, { subject: { role: 'consultant' }, resource: { hold: 'legal' } })).toBe('permitted');
  expect(outcome(either, { subject: { role: 'consultant' }, resource: { hold: 'none' } })).toBe('not-permitted');
  expect(outcome(either, { subject: { role: 'consultant' } })).toBe('missing-information');
});

test('a fact is read only while it can matter, and what compares two facts comes after what asks one', () => {
  const when: Condition = { all: [{ 'subject.id': { sameAs: 'resource.team' } }, { 'resource.hold': 'legal' }] };
  const subject = trap('id');
  const rules = [permit('P-1', { all: [] }), forbid('F-1', when)];
  expect(decide(rules, { subject, resource: { hold: 'none', team: 'a' } }).decision).toBe(true);
  expect(decide(rules, { subject, resource: { hold: 'legal', team: 'a' } }).context.outcome).toBe('invalid-request');
  // Prohibitions that apply are enough: permits are not asked.
  const asked = [permit('P-1', { 'subject.id': { in: ['a'] } }), forbid('F-1', { 'resource.hold': 'legal' })];
  expect(decide(asked, { subject, resource: { hold: 'legal' } }).context.outcome).toBe('forbidden');
});

test('a request that asks for another decision while it is read gets its own', () => {
  const pdp = pdpOf(sample(permit('P-1', { all: [{ 'subject.role': 'nurse' }, { 'context.shared': false }] })));
  let inner: Decision | undefined;
  const subject = Object.defineProperty({}, 'role', {
    enumerable: true,
    get: () => {
      inner = pdp.evaluate(ask({ subject: { role: 'consultant' }, context: { shared: true } }));
      return 'nurse';
    },
  });
  expect(pdp.evaluate(ask({ subject, context: { shared: false } })).decision).toBe(true);
  expect(inner!.context.outcome).toBe('not-permitted');
  expect(inner!.context.reasons[0]!.failed).toHaveLength(2);
});

test('no fact is carried over from one request to the next, whatever became of the first', () => {
  const pdp = pdpOf(sample(permit('P-1', { 'subject.role': 'nurse' }), forbid('F-1', { 'context.shared': true })));
  for (const first of [
    { subject: { role: 'nurse' }, context: { shared: false } },
    { subject: { role: 'nurse' }, context: trap('shared') },
  ]) {
    pdp.evaluate({ ...ask(), ...first } as Request);
    expect(pdp.evaluate(ask()).context).toMatchObject({
      outcome: 'missing-information',
      missing: ['context.shared', 'subject.role'],
    });
  }
});

test('what decisions share cannot be changed by who gets one', () => {
  const document = {
    ...sample(
      permit('P-1', { 'subject.role': 'nurse' }, { obligations: [{ type: 'notify', properties: { whom: ['siro'] } }] }),
      forbid('F-1', { all: [] }, { requires: ['rota'] }),
    ),
    reviewBy: '2026-01-01T00:00:00Z',
  };
  const pdp = pdpOf(document);
  const { context } = pdp.evaluate(ask({ subject: { role: 'nurse' } }));
  const refused = pdp.evaluate(ask({ subject: { role: 'consultant' } })).context;
  for (const shared of [
    pdp,
    context.policy,
    context.advice,
    ...context.advice,
    context.reasons[0],
    context.obligations,
    context.obligations[0],
    context.obligations[0]!.properties,
    context.missing,
    context.illTyped,
    refused.reasons[0],
    refused.reasons[0]!.failed,
    refused.reasons[0]!.failed![0],
    refused.obligations,
  ])
    expect(Object.isFrozen(shared)).toBe(true);
  expect(context.advice).toEqual([
    { code: 'rule-not-enforced', rule: 'F-1', requires: ['rota'] },
    { code: 'policy-review-overdue' },
  ]);
});

test('a review is overdue from its very moment on, and never without a clock', () => {
  const advice = (reviewBy: string, now: number, policyOverdue: unknown = false) =>
    createPdp(loadPolicy({ ...sample(permit('P-1', { all: [] })), reviewBy }), { clock: { now: () => now } }).evaluate(
      ask({ context: { policyOverdue } }),
    ).context.advice;
  const due = [{ code: 'policy-review-overdue' }];
  expect(advice('2026-03-01T09:00:00Z', NOW)).toEqual(due);
  expect(advice('2026-03-01T09:00:00.001Z', NOW)).toEqual([]);
  expect(advice('2026-01-01T00:00:00Z', Number.NaN)).toEqual([]);
  expect(advice('1970-01-01T00:00:00Z', Number.NaN)).toEqual([]);
  expect(advice('2027-01-01T00:00:00Z', NOW, true)).toEqual(due);
  expect(advice('2027-01-01T00:00:00Z', NOW, 'true')).toEqual([]);
});

test('the moment is the clock\u2019s, each time, where it has a date', () => {
  let now: unknown = NOW;
  const pdp = createPdp(loadPolicy(sample(permit('P-1', { all: [] }))), { clock: { now: () => now as number } });
  const at = (next: unknown): string | null => {
    now = next;
    return pdp.evaluate(ask()).context.evaluated_at;
  };
  expect(at(NOW)).toBe('2026-03-01T09:00:00.000Z');
  expect(at(NOW)).toBe('2026-03-01T09:00:00.000Z');
  expect(at(NOW + 1)).toBe('2026-03-01T09:00:00.001Z');
  expect(at(0)).toBe('1970-01-01T00:00:00.000Z');
  expect(at(8.64e15)).toBe('+275760-09-13T00:00:00.000Z');
  expect(at(-8.64e15)).toBe('-271821-04-20T00:00:00.000Z');
  for (const none of [8.64e15 + 1, -8.64e15 - 1, Number.NaN, String(NOW), BigInt(NOW), null, undefined, new Date(NOW)])
    expect(at(none)).toBe(null);
});

test('what is no request is refused and says nothing else', () => {
  const pdp = pdpOf(sample(permit('P-1', { all: [] })));
  const whole = ask();
  const nothing = {
    decision: false,
    context: {
      basis: 'none',
      outcome: 'invalid-request',
      reasons: [],
      obligations: [],
      advice: [],
      missing: [],
      illTyped: [],
      policy: { id: 'sample', version: 1, digest: expect.any(String) },
      evaluated_at: '2026-03-01T09:00:00.000Z',
    },
  };
  const broken: unknown[] = [null, undefined, 7, 'view', []];
  for (const section of ['subject', 'action', 'resource', 'context'])
    for (const value of [undefined, null, [], 'x', false]) broken.push({ ...whole, [section]: value });
  for (const section of ['subject', 'action', 'resource', 'context']) {
    const { [section]: taken, ...rest } = whole as unknown as Record<string, object>;
    broken.push(rest, Object.assign(Object.create({ [section]: taken }), rest));
  }
  for (const name of [undefined, null, 7, '', 'fly', ['view']]) broken.push({ ...whole, action: { name } });
  for (const request of broken) expect(pdp.evaluate(request as Request)).toEqual(nothing);
});

test('options that are wrong are named', () => {
  const pack = loadPolicy(sample());
  for (const options of [{}, { clock: {} }, { clock: null }, { clock: { now: NOW } }])
    expect(() => createPdp(pack, options as never)).toThrow(new TypeError('`clock.now` must be a function'));
  expect(() => createPdp(pack, { clock, reveal: 'all' as never })).toThrow(
    new TypeError('`reveal` must be `nothing` or `actual`'),
  );
  expect(createPdp(pack, { clock, reveal: 'nothing' }).evaluate(ask()).context.outcome).toBe('not-permitted');
});

test('a document that nobody checked is a TypeError where it names what it does not declare', () => {
  const unchecked = (when: unknown) => () =>
    createPdp({ document: sample(permit('P-1', when as Condition)), digest: 'x' }, { clock });
  expect(unchecked({ 'subject.role': 'nurse' })).not.toThrow();
  expect(unchecked({ 'subject.role': 'nurse', 'resource.hold': 'legal' })).toThrow(
    new TypeError('expected exactly one key'),
  );
  expect(unchecked({})).toThrow(TypeError);
  expect(unchecked({ 'subject.role': { is: 'nurse' } })).toThrow(TypeError);
  const shoe = new TypeError('no attribute `subject.shoe`');
  for (const test of [
    'x',
    { in: ['x'] },
    { atLeast: 1 },
    { olderThan: { hours: 1 } },
    { sameAs: 'subject.id' },
    { includes: 'x' },
  ])
    expect(unchecked({ 'subject.shoe': test })).toThrow(shoe);
  expect(unchecked({ 'subject.id': { sameAs: 'subject.shoe' } })).toThrow(shoe);
  expect(unchecked({ 'subject.teams': { overlaps: { attribute: 'subject.shoe' } } })).toThrow(shoe);
  expect(unchecked({ 'context.fences': { insideFence: 'roof' } })).toThrow(
    new TypeError('no attribute `context.fences.roof`'),
  );
});

test('the claim of a permission is the strongest of its permits', () => {
  const of = (...bases: string[]): string =>
    decide(bases.map((basis, i) => permit(`P-${i}`, { all: [] }, { basis } as Partial<Rule>))).context.basis;
  expect(of('referral')).toBe('referral');
  expect(of('referral', 'on-duty')).toBe('on-duty');
  expect(of('referral', 'on-duty', 'standing')).toBe('standing');
  expect(of('on-duty', 'referral')).toBe('on-duty');
});

test('where it is not known whether the glass is broken, its duties come and its claim does not', () => {
  const { decision, context } = decide([permit('P-1', { all: [] })], { context: { purpose: undefined } });
  expect(decision).toBe(true);
  expect(context.basis).toBe('standing');
  expect(context.obligations.map(({ type }) => type)).toEqual(['notify', 'review']);
});

test('each rule that may apply says what it lacks; ill-typed facts are told only where they matter', () => {
  const rules = [
    permit('P-2', { all: [{ 'subject.role': 'nurse' }, { 'subject.id': { sameAs: 'resource.team' } }] }),
    permit('P-1', { 'subject.assurance': { atLeast: 2 } }),
    forbid('F-1', { 'context.shared': true }),
    forbid('F-2', { all: [{ 'resource.hold': 'legal' }, { 'context.secondApprover': 'none' }] }),
  ];
  const facts = {
    subject: { role: 'porter', assurance: 'two' },
    resource: { hold: 'none' },
    context: { shared: 7, secondApprover: 9 },
  };
  const { context } = decide(rules, facts);
  expect(context).toMatchObject({
    outcome: 'missing-information',
    basis: 'none',
    obligations: [],
    missing: ['context.shared', 'resource.team', 'subject.assurance', 'subject.id', 'subject.role'],
    illTyped: ['context.shared', 'subject.assurance', 'subject.role'],
    reasons: [
      { rule: 'F-1', effect: 'forbid', title: 'Title', missing: ['context.shared'] },
      { rule: 'P-1', effect: 'permit', title: 'Title', missing: ['subject.assurance'] },
      { rule: 'P-2', effect: 'permit', title: 'Title', missing: ['resource.team', 'subject.id', 'subject.role'] },
    ],
  });
  // With a permit that holds, only the prohibition is in the way.
  const { context: other } = decide([...rules, permit('P-3', { all: [] })], facts);
  expect(other.reasons.map(({ rule }) => rule)).toEqual(['F-1']);
  expect(other.missing).toEqual(['context.shared']);
});

test('a duty that cannot be carried out is a reason of its own', () => {
  const rules = [
    permit('P-1', { all: [] }, { obligations: [{ type: 'redact' }, { type: 'justify' }] } as Partial<Rule>),
  ];
  const { context } = decide(rules, { context: { supportedObligations: ['justify'] } });
  expect(context.basis).toBe('none');
  expect(context.reasons).toEqual([
    {
      rule: 'supported-obligations',
      effect: 'forbid',
      title: 'The duty that comes with this cannot be carried out here',
      matched: [{ attribute: 'context.supportedObligations', op: 'not includes', expected: 'redact' }],
    },
  ]);
});

test('a refusal tells each test that failed, and of a prohibition each that matched', () => {
  const nested: Condition = {
    all: [
      { any: [{ 'subject.role': 'nurse' }, { 'subject.assurance': { atLeast: 3 } }] },
      { not: { all: [{ 'resource.hold': 'legal' }, { 'context.shared': true }] } },
      { 'context.secondApprover': { not: 'none' } },
    ],
  };
  const test = (attribute: string, op: string, expected: unknown) => ({ attribute, op, expected });
  const failing = {
    subject: { role: 'consultant', assurance: 1 },
    resource: { hold: 'legal' },
    context: { shared: true, secondApprover: 'none' },
  };
  const asPermit = (facts: Sections) => decide([permit('P-1', nested)], facts).context.reasons[0]!.failed;
  expect(asPermit(failing)).toEqual([
    test('subject.role', 'equals', 'nurse'),
    test('subject.assurance', 'atLeast', 3),
    test('resource.hold', 'equals', 'legal'),
    test('context.shared', 'equals', true),
    test('context.secondApprover', 'not equals', 'none'),
  ]);
  expect(asPermit({ ...failing, subject: { role: 'nurse', assurance: 1 } })).toHaveLength(3);
  const holding = {
    subject: { role: 'nurse', assurance: 1 },
    resource: { hold: 'legal' },
    context: { shared: false, secondApprover: 'a' },
  };
  const asForbid = decide([forbid('F-1', nested)], holding).context.reasons[0]!.matched;
  expect(asForbid).toEqual([
    test('subject.role', 'equals', 'nurse'),
    test('context.shared', 'equals', true),
    test('context.secondApprover', 'not equals', 'none'),
  ]);
});

test('reasons that were told before are told again only where the same tests failed', () => {
  const wide: Condition = {
    all: Array.from({ length: 10 }, (_, i) => ({ 'resource.team': { in: [`t-${i}`, 'all'] } })),
  };
  const few: Condition = {
    all: [{ 'subject.role': 'nurse' }, { 'resource.hold': 'legal' }, { 'context.shared': true }],
  };
  const pdp = pdpOf(sample(permit('P-1', few), permit('P-2', wide)));
  const failed = (role: string, hold: string, shared: boolean, team: string) => {
    const { reasons } = pdp.evaluate(ask({ subject: { role }, resource: { hold, team }, context: { shared } })).context;
    return reasons.map((reason) => reason.failed?.map(({ attribute }) => attribute));
  };
  for (let again = 0; again < 2; again += 1) {
    expect(failed('consultant', 'legal', true, 't-1')).toEqual([['subject.role'], Array(9).fill('resource.team')]);
    expect(failed('nurse', 'none', true, 't-2')[0]).toEqual(['resource.hold']);
    expect(failed('nurse', 'legal', false, 't-3')[0]).toEqual(['context.shared']);
    expect(failed('consultant', 'none', false, 'other')).toEqual([
      ['subject.role', 'resource.hold', 'context.shared'],
      Array(10).fill('resource.team'),
    ]);
  }
});

test('revealed values: none as a word, what is not known not at all, and of a fence whether inside', () => {
  const rules = [
    permit('P-1', { all: [{ 'context.secondApprover': 'a' }, { 'context.fences': { insideFence: 'ward' } }] }),
    permit('P-2', { all: [{ 'subject.role': 'nurse' }, { 'subject.assurance': { atLeast: 3 } }] }),
  ];
  const pdp = createPdp(loadPolicy(sample(...rules)), { clock, reveal: 'actual' });
  const { reasons } = pdp.evaluate(
    ask({ subject: { assurance: 1 }, context: { secondApprover: 'none', fences: { ward: 'outside' } } }),
  ).context;
  expect(reasons.map(({ failed }) => failed)).toEqual([
    [
      { attribute: 'context.secondApprover', op: 'equals', expected: 'a', actual: 'none' },
      { attribute: 'context.fences', op: 'insideFence', expected: 'ward', actual: false },
    ],
    [
      { attribute: 'subject.role', op: 'equals', expected: 'nurse' },
      { attribute: 'subject.assurance', op: 'atLeast', expected: 3, actual: 1 },
    ],
  ]);
  const forbids = createPdp(loadPolicy(sample(forbid('F-1', { 'subject.assurance': { not: { atLeast: 2 } } }))), {
    clock,
    reveal: 'actual',
  });
  expect(forbids.evaluate(ask({ subject: { assurance: 1 } })).context.reasons).toEqual([
    {
      rule: 'F-1',
      effect: 'forbid',
      title: 'Title',
      matched: [{ attribute: 'subject.assurance', op: 'not atLeast', expected: 2, actual: 1 }],
    },
  ]);
});

test('numbers at their bounds, and none beside every number', () => {
  const level = (test: object, assurance: number): boolean =>
    outcome({ 'subject.assurance': test } as Condition, { subject: { assurance } }) === 'permitted';
  const table: [object, boolean, boolean, boolean][] = [
    [{ atLeast: 2 }, false, true, true],
    [{ atMost: 2 }, true, true, false],
    [{ lessThan: 2 }, true, false, false],
    [{ moreThan: 2 }, false, false, true],
    [{ equals: { parameter: 'two' } }, false, true, false],
    [{ in: [1, { parameter: 'two' }] }, true, true, false],
  ];
  const parameters = { two: { value: 2, min: 1, max: 3, title: 'Two' } };
  for (const [test, ...expected] of table) {
    const document = { ...sample(permit('P-1', { 'subject.assurance': test } as Condition)), parameters };
    const { breakGlass: _none, ...plain } = document;
    const pdp = pdpOf(plain);
    expect([1, 2, 3].map((assurance) => pdp.evaluate(ask({ subject: { assurance } })).decision)).toEqual(expected);
  }
  expect(level({ moreThan: 2 }, 3)).toBe(true);
});

test('a duration is what its unit says, to the millisecond, and none has no age', () => {
  const units = { seconds: 1_000, minutes: 60_000, hours: 3_600_000, days: 86_400_000 };
  const joined = { 'subject.joined': { type: 'time', none: true, source: 'directory' } } as const;
  const iso = (ms: number): string => new Date(ms).toISOString();
  for (const [unit, ms] of Object.entries(units)) {
    const aged = (op: string, at: string): string =>
      outcome({ 'subject.joined': { [op]: { [unit]: 2 } } } as Condition, { subject: { joined: at } }, joined);
    expect(aged('olderThan', iso(NOW - 2 * ms))).toBe('permitted');
    expect(aged('olderThan', iso(NOW - 2 * ms + 1))).toBe('not-permitted');
    expect(aged('notOlderThan', iso(NOW - 2 * ms))).toBe('not-permitted');
    expect(aged('notOlderThan', iso(NOW - 2 * ms + 1))).toBe('permitted');
    expect(aged('olderThan', 'none')).toBe('not-permitted');
    expect(aged('notOlderThan', 'none')).toBe('not-permitted');
  }
});

test('moments are alike however many digits they are written with', () => {
  const when: Condition = { 'subject.authenticatedAt': '2026-03-01T08:00:00.900Z' };
  for (const [at, expected] of [
    ['2026-03-01T08:00:00.9Z', 'permitted'],
    ['2026-03-01T08:00:00.90Z', 'permitted'],
    ['2026-03-01T08:00:00.09Z', 'not-permitted'],
    ['2026-03-01T08:00:00Z', 'not-permitted'],
  ])
    expect(outcome(when, { subject: { authenticatedAt: at } })).toBe(expected);
  const whole: Condition = { 'subject.authenticatedAt': { in: ['2026-03-01T08:00:00Z'] } };
  expect(outcome(whole, { subject: { authenticatedAt: '2026-03-01T08:00:00.0Z' } })).toBe('permitted');
});

test('the present is the clock\u2019s, also where a rule asks for it', () => {
  const attributes = { 'context.now': { type: 'time', source: 'clock' } } as const;
  const past = { context: { now: '2001-01-01T00:00:00Z' } };
  expect(outcome({ 'context.now': '2026-03-01T09:00:00Z' }, past, attributes)).toBe('permitted');
  expect(outcome({ 'context.now': '2001-01-01T00:00:00Z' }, past, attributes)).toBe('not-permitted');
  const document = sample(permit('P-1', { 'context.now': { not: '2001-01-01T00:00:00Z' } }));
  const pack = loadPolicy({ ...document, attributes: { ...document.attributes, ...attributes } });
  const stopped = createPdp(pack, { clock: { now: () => Number.NaN } }).evaluate(ask(past));
  expect(stopped.context).toMatchObject({ outcome: 'missing-information', missing: ['context.now'] });
});

test('a clock that fails is named only where nothing else is missing', () => {
  const when: Condition = {
    all: [{ 'subject.role': 'nurse' }, { 'subject.authenticatedAt': { notOlderThan: { hours: 1 } } }],
  };
  const pdp = createPdp(loadPolicy(sample(permit('P-1', when))), { clock: { now: () => Number.NaN } });
  const authenticatedAt = '2026-03-01T08:30:00Z';
  expect(pdp.evaluate(ask({ subject: { authenticatedAt } })).context.missing).toEqual(['subject.role']);
  expect(pdp.evaluate(ask({ subject: { authenticatedAt, role: 'nurse' } })).context.missing).toEqual(['context.now']);
});

test('a fact of an action is looked up in the action', () => {
  const attributes = { 'action.maxViews': { type: 'integer', source: 'request' } } as const;
  const when: Condition = { 'action.maxViews': { atMost: 3 } };
  expect(outcome(when, { action: { maxViews: 3 }, context: { maxViews: 9 } }, attributes)).toBe('permitted');
  expect(outcome(when, { action: { maxViews: 4 }, context: { maxViews: 1 } }, attributes)).toBe('not-permitted');
  expect(outcome(when, { context: { maxViews: 1 } }, attributes)).toBe('missing-information');
});

test('an empty set is like nothing, and what is none overlaps nothing', () => {
  const attributes = {
    'subject.badges': { type: 'set', none: true, source: 'session' },
    'resource.hold': { type: 'enum', values: ['none', 'legal'], source: 'server' },
  } as const;
  const of = (when: Condition, facts: Sections) => outcome(when, facts, attributes);
  const same: Condition = { 'subject.teams': { sameAs: 'subject.id' } };
  expect(of(same, { subject: { teams: [], id: 'a' } })).toBe('not-permitted');
  expect(of(same, { subject: { teams: ['a', 'a'], id: 'a' } })).toBe('permitted');
  expect(of(same, { subject: { teams: ['a', 'b'], id: 'a' } })).toBe('not-permitted');
  const overlap: Condition = { 'subject.teams': { overlaps: { attribute: 'subject.badges' } } };
  expect(of(overlap, { subject: { teams: ['a'], badges: 'none' } })).toBe('not-permitted');
  expect(of(overlap, { subject: { teams: ['a'], badges: ['b', 'a'] } })).toBe('permitted');
  expect(of({ 'resource.hold': 'none' }, { resource: { hold: 'none' } })).toBe('permitted');
  expect(of({ 'resource.hold': 'none' }, { resource: { hold: 'legal' } })).toBe('not-permitted');
});

test('without a glass nothing is waived', () => {
  const rules = [
    permit('P-1', { all: [] }),
    forbid('F-1', { 'subject.role': 'nurse' }, { strength: 'emergency-waivable' }),
  ];
  const { breakGlass: _none, ...document } = sample(...(rules as Rule[]));
  const facts = { context: { purpose: 'emergency', justification: 'Airway swelling, theatre in one minute' } };
  const decided = (role: string) =>
    pdpOf(document).evaluate(ask({ ...facts, subject: { role, assurance: 3 } })).context;
  expect(decided('nurse').outcome).toBe('forbidden');
  expect(decided('consultant')).toMatchObject({ outcome: 'permitted', basis: 'standing', obligations: [] });
});

test('a duty covers another when doing it also does the other', () => {
  const duty = (type: string, properties: object = {}) => ({ id: type, type, properties }) as never;
  const mark = (mode: string, strength: string) => duty('watermark', { mode, strength });
  expect(covers(mark('tile', 'strong'), mark('border', 'strong'))).toBe(true);
  expect(covers(mark('tile', 'standard'), mark('border', 'strong'))).toBe(false);
  expect(covers(duty('notify', { whom: ['a', 'b'] }), duty('notify', { whom: ['b'] }))).toBe(true);
  expect(covers(duty('notify', { whom: ['a'] }), duty('notify', { whom: ['b'] }))).toBe(false);
  expect(covers(duty('max-lifetime', { seconds: 60 }), duty('max-lifetime', { seconds: 90 }))).toBe(true);
  expect(covers(duty('max-lifetime', { seconds: 90 }), duty('max-lifetime', { seconds: 60 }))).toBe(false);
  expect(covers(duty('redact'), duty('redact'))).toBe(true);
  expect(covers(duty('redact'), duty('justify'))).toBe(false);
});

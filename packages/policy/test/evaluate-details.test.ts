import { expect, test } from 'vitest';
import { covers } from '../src/engine/obligations.js';
import { type Condition, createPdp, type Decision, loadPolicy, type Request, type Rule } from '../src/index.js';
import { ask, clock, decide, NOW, outcome, pdpOf } from './support/ask.js';
import { forbid, permit, sample } from './support/sample.js';

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

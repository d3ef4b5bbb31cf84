import { expect, test } from 'vitest';
import { createPdp, loadPolicy, type PolicyDocument, type Request, type Rule } from '../src/index.js';
import { forbid, permit, sample } from './support/sample.js';

const NOW = '2026-03-01T09:00:00Z';
const clock = { now: () => Date.parse(NOW) };
const pdpOf = (document: PolicyDocument) => createPdp(loadPolicy(document), { clock });
const ask = (facts: Partial<Record<keyof Request, object>> = {}, name = 'view'): Request =>
  ({
    subject: {},
    resource: {},
    ...facts,
    // A declared purpose other than an emergency: the glass is known to be whole.
    context: { purpose: 'direct-care', ...facts.context },
    action: { name, ...facts.action },
  }) as Request;
const decide = (rules: Rule[], facts: Parameters<typeof ask>[0] = {}, name = 'view') =>
  pdpOf(sample(...rules)).evaluate(ask(facts, name));

test('nothing is allowed unless a rule permits it', () => {
  const { decision, context } = decide([]);
  expect(decision).toBe(false);
  expect(context.outcome).toBe('not-permitted');
  expect(context.basis).toBe('none');
});

test('a permit allows, with the policy it came from', () => {
  const { decision, context } = decide([permit('P-01', { 'subject.role': 'nurse' })], { subject: { role: 'nurse' } });
  expect(decision).toBe(true);
  expect(context).toMatchObject({
    basis: 'standing',
    outcome: 'permitted',
    reasons: [{ rule: 'P-01', effect: 'permit', title: 'Title' }],
    policy: { id: 'sample', version: 1 },
    evaluated_at: '2026-03-01T09:00:00.000Z',
  });
  expect(context.policy.digest).toMatch(/^sha256-[A-Za-z0-9_-]{43}$/);
});

test('a prohibition wins over every permit', () => {
  const { decision, context } = decide([permit('P-01', { all: [] }), forbid('F-01', { 'subject.role': 'nurse' })], {
    subject: { role: 'nurse' },
  });
  expect(decision).toBe(false);
  expect(context.outcome).toBe('forbidden');
  expect(context.reasons).toEqual([
    {
      rule: 'F-01',
      effect: 'forbid',
      title: 'Title',
      matched: [{ attribute: 'subject.role', op: 'equals', expected: 'nurse' }],
    },
  ]);
});

test('a prohibition that cannot be ruled out counts, and names the fact', () => {
  const { decision, context } = decide([permit('P-01', { all: [] }), forbid('F-01', { 'subject.role': 'nurse' })]);
  expect(decision).toBe(false);
  expect(context.outcome).toBe('missing-information');
  expect(context.missing).toEqual(['subject.role']);
  expect(context.illTyped).toEqual([]);
});

test('a fact that does not matter may be missing', () => {
  const when = { all: [{ 'subject.role': 'nurse' }, { 'context.shared': true }] };
  expect(decide([permit('P-01', { all: [] }), forbid('F-01', when)], { context: { shared: false } }).decision).toBe(
    true,
  );
});

test('a permit counts only when all it needs is known, and the missing fact is named', () => {
  const { context } = decide([permit('P-01', { 'subject.role': 'nurse' })]);
  expect(context.outcome).toBe('missing-information');
  expect(context.missing).toEqual(['subject.role']);
});

test('none is a value: known, equal to none only, and neither more, less, older nor the same', () => {
  const none = { context: { justification: 'none', secondApprover: 'none' }, subject: { id: 'a' } };
  const permits = (when: Rule['when']): string => decide([permit('P-01', when)], none).context.outcome;
  expect(permits({ 'context.secondApprover': 'none' })).toBe('permitted');
  expect(permits({ 'context.secondApprover': 'a' })).toBe('not-permitted');
  expect(permits({ 'context.secondApprover': { not: 'none' } })).toBe('not-permitted');
  expect(permits({ 'context.secondApprover': { sameAs: 'subject.id' } })).toBe('not-permitted');
  expect(permits({ 'context.secondApprover': { sameAs: 'context.secondApprover' } })).toBe('not-permitted');
  expect(permits({ 'context.justification': { atLeast: 0 } })).toBe('not-permitted');
  expect(permits({ 'context.justification': { lessThan: 5 } })).toBe('not-permitted');
});

test('none of a fact that cannot be none is a fact of the wrong type', () => {
  const { context } = decide([permit('P-01', { 'subject.id': { in: ['a'] } })], { subject: { id: 'none' } });
  expect(context).toMatchObject({ outcome: 'missing-information', missing: ['subject.id'], illTyped: ['subject.id'] });
});

test.each([
  ['subject.assurance', { atLeast: 1 }, [0, 4, '3', 1.5, null, true, [3], { valueOf: (): number => 3 }]],
  ['subject.role', { not: 'consultant' }, ['porter', 7, null, '', ['nurse'], { toString: (): string => 'nurse' }]],
  ['context.shared', { not: true }, [0, 'false', null, '']],
  ['subject.teams', { not: { includes: 'x' } }, ['a', {}, [''], ['none'], [1], [['a']], [undefined], { length: 0 }]],
  [
    'subject.authenticatedAt',
    { olderThan: { hours: -99_999 } },
    [
      0,
      'yesterday',
      '2026-03-01',
      '2026-03-01T09:00:00',
      '2026-03-01T09:00:00+00:00',
      '2026-02-30T09:00:00Z',
      '2026-03-01T24:00:00Z',
      '0026-03-01T09:00:00Z ',
    ],
  ],
  ['context.justification', { atLeast: 0 }, [20, null, ['x'], 'x'.repeat(4_001)]],
  [
    'context.recipients.verified',
    { not: { includes: false } },
    [[], {}, [null], [{}], [{ verified: 'true' }], [{ verified: true }, {}], [Object.create({ verified: true })]],
  ],
])('a fact of the wrong type is never a value: %s', (attribute, asked, values) => {
  const pdp = pdpOf(sample(permit('P-01', { [attribute]: asked } as Rule['when'])));
  const [section, key] = attribute.split('.') as ['subject', string];
  for (const value of values) {
    const { decision, context } = pdp.evaluate(ask({ [section]: { [key]: value } }));
    expect({ value, decision, outcome: context.outcome }).toEqual({
      value,
      decision: false,
      outcome: 'missing-information',
    });
    expect(context.illTyped).toEqual([attribute]);
  }
});

test('only own properties are facts', () => {
  const pdp = pdpOf(sample(permit('P-01', { 'subject.role': 'nurse' })));
  const inherited = ask({ subject: Object.create({ role: 'nurse' }) });
  expect(pdp.evaluate(inherited).decision).toBe(false);
  const polluted = JSON.parse(
    '{"subject":{"__proto__":{"role":"nurse"}},"action":{"name":"view"},"resource":{},"context":{}}',
  );
  expect(pdp.evaluate(polluted).decision).toBe(false);
  for (const name of ['__proto__', 'constructor', 'toString', 'hasOwnProperty'])
    expect(pdp.evaluate(ask({}, name)).context.outcome).toBe('invalid-request');
  expect(pdp.evaluate(ask({ subject: Object.assign(Object.create(null), { role: 'nurse' }) })).decision).toBe(true);
});

test('a request with traps is refused, and each fact is read once', () => {
  const pdp = pdpOf(
    sample(permit('P-01', { 'subject.role': 'nurse' }), forbid('F-01', { 'subject.role': 'consultant' })),
  );
  const throwing = {
    get role(): string {
      throw new Error('trap');
    },
  }; // prettier-ignore
  expect(pdp.evaluate(ask({ subject: throwing })).context.outcome).toBe('invalid-request');
  let reads = 0;
  const changing = {
    get role(): string {
      reads += 1;
      return reads === 1 ? 'consultant' : 'nurse';
    },
  }; // prettier-ignore
  expect(pdp.evaluate(ask({ subject: changing })).context.outcome).toBe('forbidden');
  expect(reads).toBe(1);
});

test('a request cannot bring its own time, and a broken clock permits nothing that depends on it', () => {
  const document = sample(permit('P-01', { 'subject.authenticatedAt': { notOlderThan: { hours: 1 } } }));
  const fresh = ask({ subject: { authenticatedAt: '2026-03-01T08:30:00Z' }, context: { now: '2026-03-01T08:31:00Z' } });
  const at = (now: () => number) => createPdp(loadPolicy(document), { clock: { now } }).evaluate(fresh);
  expect(at(() => Date.parse(NOW)).decision).toBe(true);
  expect(at(() => Date.parse('2026-03-01T09:30:00Z')).decision).toBe(false);
  const stopped = () => {
    throw new Error('no clock');
  }; // prettier-ignore
  for (const broken of [() => Number.NaN, () => Number.POSITIVE_INFINITY, stopped]) {
    const { decision, context } = at(broken);
    expect(decision).toBe(false);
    expect(context).toMatchObject({ outcome: 'missing-information', missing: ['context.now'], evaluated_at: null });
  }
});

test('an age is reached at the very moment: intervals are closed at the start and open at the end', () => {
  const older = (hours: number, at: string): boolean =>
    decide([permit('P-01', { 'subject.authenticatedAt': { olderThan: { hours } } })], {
      subject: { authenticatedAt: at },
    }).decision;
  expect(older(1, '2026-03-01T08:00:00.000Z')).toBe(true);
  expect(older(1, '2026-03-01T08:00:00.001Z')).toBe(false);
  expect(older(0, NOW)).toBe(true);
});

const GLASS = {
  subject: { assurance: 2, role: 'nurse' },
  context: { purpose: 'emergency', justification: 'Airway swelling, theatre in one minute' },
};
const glassRules = [
  permit('B-01', { 'subject.role': 'nurse' }, {
    basis: 'break-glass',
    obligations: [{ type: 'watermark' }],
  } as Partial<Rule>),
  forbid('F-01', { 'subject.role': 'nurse' }, { strength: 'emergency-waivable' } as Partial<Rule>),
];

test('breaking the glass waives what may be waived, is told and reviewed, and is not a standing grant', () => {
  const { decision, context } = decide(glassRules, GLASS);
  expect(decision).toBe(true);
  expect(context.basis).toBe('break-glass');
  expect(context.obligations.map(({ type }) => type)).toEqual(['notify', 'review', 'watermark']);
  expect(context.obligations.find(({ type }) => type === 'review')?.properties).toEqual({ within: 86_400 });
});

test('an absolute prohibition stands in an emergency', () => {
  expect(decide([...glassRules, forbid('F-02', { 'subject.role': 'nurse' })], GLASS).context.outcome).toBe('forbidden');
});

test.each([
  ['another purpose', { context: { ...GLASS.context, purpose: 'direct-care' } }],
  ['one factor', { subject: { ...GLASS.subject, assurance: 1 } }],
  ['no reason', { context: { ...GLASS.context, justification: 'none' } }],
  ['nineteen characters', { context: { ...GLASS.context, justification: 'abcdefghijklmnopqrs' } }],
  ['one letter often', { context: { ...GLASS.context, justification: 'a'.repeat(200) } }],
  ['one word often', { context: { ...GLASS.context, justification: 'emergency '.repeat(20) } }],
  ['blanks', { context: { ...GLASS.context, justification: ` a ${' '.repeat(99)}\n\t\u200b\u3000 ` } }],
  ['invisible characters', { context: { ...GLASS.context, justification: 'ok\u200b'.repeat(20) } }],
  [
    'forty different characters that show nothing',
    {
      context: {
        ...GLASS.context,
        justification: String.fromCodePoint(...Array.from({ length: 40 }, (_, i) => 0xe0100 + i)),
      },
    },
  ],
  [
    'letters that are blank',
    { context: { ...GLASS.context, justification: 'ok \u2800\u3164\u115f\u1160\u2800\uffa0'.repeat(9) } },
  ],
])('the glass does not break with %s', (_name, change) => {
  expect(decide(glassRules, { ...GLASS, ...change }).decision).toBe(false);
});

test('whoever breaks the glass is told on and reviewed even where another rule would have allowed it', () => {
  const { context } = decide([permit('P-01', { all: [] })], GLASS);
  expect(context.obligations.map(({ type }) => type)).toEqual(['notify', 'review']);
});

test('duties combine to the strictest, whatever the order', () => {
  const duty = (...obligations: object[]) => ({ obligations }) as Partial<Rule>;
  const { context } = decide([
    permit(
      'P-01',
      { all: [] },
      duty(
        { type: 'watermark', properties: { mode: 'tile' } },
        { type: 'max-lifetime', properties: { seconds: { hours: 1 } } },
        { type: 'notify', properties: { whom: ['siro', 'author'] } },
        { type: 'step-up', properties: { level: 2 } },
      ),
    ),
    permit(
      'P-02',
      { all: [] },
      duty(
        { type: 'watermark', properties: { strength: 'strong' } },
        { type: 'max-lifetime', properties: { seconds: 60 } },
        { type: 'notify', properties: { whom: ['author', 'gp'] } },
        { type: 'step-up', properties: { level: 3 } },
        { type: 'redact' },
      ),
    ),
  ]);
  expect(context.obligations).toEqual([
    { id: 'max-lifetime', type: 'max-lifetime', properties: { seconds: 60 } },
    { id: 'notify', type: 'notify', properties: { whom: ['author', 'gp', 'siro'] } },
    { id: 'redact', type: 'redact', properties: {} },
    { id: 'step-up', type: 'step-up', properties: { level: 3 } },
    { id: 'watermark', type: 'watermark', properties: { mode: 'tile', strength: 'strong' } },
  ]);
});

test('a permit that may apply still brings its duties', () => {
  const strict = permit('P-02', { 'subject.role': 'nurse' }, { obligations: [{ type: 'redact' }] } as Partial<Rule>);
  const types = (facts: object): string[] =>
    decide([permit('P-01', { all: [] }), strict], facts).context.obligations.map(({ type }) => type);
  expect(types({ subject: { role: 'consultant' } })).toEqual([]);
  expect(types({ subject: { role: 'nurse' } })).toEqual(['redact']);
  expect(types({})).toEqual(['redact']);
});

test('a duty that the enforcer says it cannot do is a refusal', () => {
  const rules = [permit('P-01', { all: [] }, { obligations: [{ type: 'redact' }] } as Partial<Rule>)];
  expect(decide(rules, { context: { supportedObligations: ['redact', 'x'] } }).decision).toBe(true);
  for (const supportedObligations of [[], ['watermark'], 'redact', null, {}]) {
    const { context } = decide(rules, { context: { supportedObligations } });
    expect(context.outcome).toBe('not-permitted');
    expect(context.reasons[0]?.rule).toBe('supported-obligations');
    expect(context.obligations).toEqual([]);
  }
});

test('a rule without its evidence source is absent and every decision says so', () => {
  const rules = [permit('P-01', { all: [] }), forbid('F-01', { all: [] }, { requires: ['rota'] } as Partial<Rule>)];
  const { decision, context } = decide(rules);
  expect(decision).toBe(true);
  expect(context.advice).toEqual([{ code: 'rule-not-enforced', rule: 'F-01', requires: ['rota'] }]);
  const configured = { ...sample(...rules), sources: { rota: { title: 'Rota', configured: true } } };
  expect(pdpOf(configured).evaluate(ask()).context).toMatchObject({ outcome: 'forbidden', advice: [] });
});

test('an overdue review warns and stops nothing', () => {
  const document = { ...sample(permit('P-01', { all: [] })), reviewBy: NOW };
  const { decision, context } = pdpOf(document).evaluate(ask());
  expect(decision).toBe(true);
  expect(context.advice).toEqual([{ code: 'policy-review-overdue' }]);
  expect(decide([permit('P-01', { all: [] })], { context: { policyOverdue: true } }).context.advice).toHaveLength(1);
});

test('values of facts appear only where the decision point was told to reveal them', () => {
  const rules = sample(permit('P-01', { 'subject.role': 'nurse' }));
  const asked = ask({ subject: { role: 'consultant' } });
  expect(JSON.stringify(pdpOf(rules).evaluate(asked))).not.toContain('consultant');
  const revealed = createPdp(loadPolicy(rules), { clock, reveal: 'actual' }).evaluate(asked);
  expect(revealed.context.reasons[0]?.failed).toEqual([
    { attribute: 'subject.role', op: 'equals', expected: 'nurse', actual: 'consultant' },
  ]);
});

test('a decision point needs a clock', () => {
  const pack = loadPolicy(sample());
  expect(() => createPdp(pack, {} as never)).toThrow(TypeError);
  expect(() => createPdp(pack, { clock, reveal: 'all' as never })).toThrow(TypeError);
});

test('two long lists are compared in one pass', { timeout: 20_000 }, () => {
  // Member by member, 20 rules over lists of 10,000 take two thousand million comparisons of long texts.
  const long = (end: string) => Array.from({ length: 10_000 }, (_, i) => `${'x'.repeat(480)}${end}${i}`);
  const when = { 'context.recipients.teams': { overlaps: { attribute: 'subject.teams' } } };
  const rules = Array.from({ length: 20 }, (_, i) => forbid(`F-${i}`, when));
  const facts = { subject: { teams: long('a') }, context: { recipients: [{ teams: long('b') }] } };
  expect(decide(rules, facts).context.outcome).toBe('not-permitted');
  facts.subject.teams.push(facts.context.recipients[0]!.teams[9_999]!);
  facts.subject.teams.shift();
  expect(decide(rules, facts).context.outcome).toBe('forbidden');
});

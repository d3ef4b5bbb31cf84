import fc from 'fast-check';
import { expect, test } from 'vitest';
import { covers } from '../src/engine/obligations.js';
import { createPdp, decideAll, loadPolicy, type PolicyDocument, type Request } from '../src/index.js';
import { NOW as NHS_NOW, document as nhs, permitted } from './support/nhs.js';
import { completeFacts, NOW, partialFacts, policy, request } from './support/random.js';
import { forbid, permit, sample } from './support/sample.js';

const pdpOf = (document: PolicyDocument, now: number | null = NOW) =>
  createPdp(loadPolicy(document), { clock: { now: () => now as number } });
const ask: Request = {
  subject: { role: 'nurse' },
  action: { name: 'view' },
  resource: {},
  context: { purpose: 'direct-care' },
};
const duties = (...obligations: object[]) => ({ obligations }) as never;
const ours = pdpOf(
  sample(
    permit(
      'P-01',
      { 'subject.role': 'nurse' },
      duties({ type: 'max-lifetime', properties: { seconds: 60 } }, { type: 'notify', properties: { whom: ['siro'] } }),
    ),
  ),
);
const theirs = pdpOf(
  sample(
    permit(
      'P-02',
      { 'resource.team': 'a' },
      duties(
        { type: 'max-lifetime', properties: { seconds: 30 } },
        { type: 'notify', properties: { whom: ['author'] } },
        { type: 'watermark' },
      ),
    ),
  ),
);

test('permits when all permit, with every duty at its strictest and every digest', () => {
  const { decision, context } = decideAll(
    [
      { organisation: 'RZZ01', pdp: ours },
      { organisation: 'Y99901', pdp: theirs, facts: { resource: { team: 'a' } } },
    ],
    ask,
  );
  expect(decision).toBe(true);
  expect(context.outcome).toBe('permitted');
  expect(context.obligations.map(({ type, properties }) => [type, properties])).toEqual([
    ['max-lifetime', { seconds: 30 }],
    ['notify', { whom: ['author', 'siro'] }],
    ['watermark', { mode: 'border', strength: 'standard' }],
  ]);
  expect(context.reasons.map(({ organisation, rule }) => [organisation, rule])).toEqual([
    ['RZZ01', 'P-01'],
    ['Y99901', 'P-02'],
  ]);
  expect(context.policies.map(({ organisation, outcome, policy }) => [organisation, outcome, policy?.digest])).toEqual([
    ['RZZ01', 'permitted', ours.evaluate(ask).context.policy.digest],
    ['Y99901', 'permitted', theirs.evaluate(ask).context.policy.digest],
  ]);
  expect(context.policy).toMatchObject({ id: 'decide-all', version: 2 });
  expect(context.evaluated_at).toBe(new Date(NOW).toISOString());
});

test('one refusal refuses, says who, and carries no duty', () => {
  const { decision, context } = decideAll(
    [
      { organisation: 'RZZ01', pdp: ours },
      { organisation: 'Y99901', pdp: theirs },
    ],
    ask,
  );
  expect(decision).toBe(false);
  expect(context).toMatchObject({
    basis: 'none',
    outcome: 'missing-information',
    obligations: [],
    missing: ['resource.team'],
  });
  expect(context.reasons.map(({ organisation }) => organisation)).toEqual(['Y99901']);
});

test.each([null, undefined])('an organisation without a policy (%s) refuses', (none) => {
  const { decision, context } = decideAll(
    [
      { organisation: 'RZZ01', pdp: ours },
      { organisation: 'Y99901', pdp: none as null },
    ],
    ask,
  );
  expect(decision).toBe(false);
  expect(context.outcome).toBe('not-permitted');
  expect(context.reasons).toEqual([
    {
      rule: 'no-policy',
      effect: 'forbid',
      title: 'This organisation has no policy in force here',
      organisation: 'Y99901',
    },
  ]);
  expect(context.policies[1]).toEqual({ organisation: 'Y99901', outcome: 'no-policy', policy: null });
  expect(decideAll([{ organisation: 'Y99901', pdp: null }], ask).context.evaluated_at).toBeNull();
});

test('an organisation’s facts are its own: not the other’s, not another action', () => {
  const facts = { subject: { role: 'consultant' }, action: { name: 'send' } };
  const { context } = decideAll(
    [
      { organisation: 'RZZ01', pdp: ours, facts },
      { organisation: 'Y99901', pdp: pdpOf(sample(permit('P-01', { 'subject.role': 'nurse' }))) },
    ],
    ask,
  );
  expect(context.policies.map(({ outcome }) => outcome)).toEqual(['not-permitted', 'permitted']);
  // Asked of `view`, where the permit speaks, and not of `send`, of which nothing is said.
  expect(context.reasons).toMatchObject([{ rule: 'P-01', organisation: 'RZZ01' }]);
});

test('the refusal is named as one decision point would, the basis is the weakest claim', () => {
  const named = (...rules: Parameters<typeof sample>[]) =>
    decideAll(
      rules.map((each, i) => ({ organisation: `O${i}`, pdp: pdpOf(sample(...each)) })),
      ask,
    ).context;
  const all = { all: [] };
  expect(named([], [forbid('F-01', all)]).outcome).toBe('forbidden');
  expect(named([permit('P-01', { 'subject.id': 'a' })], []).outcome).toBe('not-permitted');
  expect(named([permit('P-01', all)], [permit('P-01', all, { basis: 'referral' })]).basis).toBe('referral');
  expect(named([permit('P-01', all, { basis: 'on-duty' })], [permit('P-01', all)]).basis).toBe('on-duty');
});

test('no clock anywhere, no moment; a mistake of the caller is thrown; anything else is a refusal', () => {
  const stopped = pdpOf(sample(permit('P-01', { all: [] })), Number.NaN);
  const parties = [
    { organisation: 'A', pdp: stopped },
    { organisation: 'B', pdp: ours },
  ];
  expect(decideAll(parties, ask).context.evaluated_at).toBeNull();
  expect(() => decideAll([], ask)).toThrow(RangeError);
  expect(() => decideAll([parties[0]!, parties[0]!], ask)).toThrow(RangeError);
  for (const bad of [null, 7, 'x', [], { subject: 'x', action: [], resource: 1, context: null }])
    for (const facts of [{}, { subject: {}, action: { name: 'view' }, resource: {}, context: {} }, null])
      expect(decideAll([{ organisation: 'B', pdp: ours, facts: facts as never }], bad as never)).toMatchObject({
        decision: false,
        context: { outcome: 'invalid-request' },
      });
});

test('together never more than alone, duties never looser, and the order of the parties never matters', () => {
  let permits = 0;
  fc.assert(
    fc.property(
      policy,
      policy,
      fc.array(fc.tuple(completeFacts, partialFacts), { minLength: 20, maxLength: 20 }),
      (a, b, asked) => {
        const [one, two] = [pdpOf(a), pdpOf(b)];
        for (const [mine, yours] of asked) {
          const facts = request(yours, 'view');
          const parties = [
            { organisation: 'A', pdp: one },
            { organisation: 'B', pdp: two, facts },
          ];
          const base = request(mine, 'view');
          const joint = decideAll(parties, base);
          const alone = [one.evaluate(base), two.evaluate(request({ ...mine, ...yours }, 'view'))];
          expect(joint.decision).toBe(alone.every(({ decision }) => decision));
          if (joint.decision) permits += 1;
          for (const { context } of joint.decision ? alone : [])
            for (const duty of context.obligations)
              expect(joint.context.obligations.some((other) => covers(other, duty))).toBe(true);
          const turned = decideAll([...parties].reverse(), base);
          expect(turned.context.obligations).toEqual(joint.context.obligations);
          expect([turned.decision, turned.context.outcome]).toEqual([joint.decision, joint.context.outcome]);
        }
      },
    ),
    { numRuns: 150, seed: 41 },
  );
  expect(permits).toBeGreaterThan(50);
});

test('the first NHS pack with itself decides as it does alone', () => {
  const pdp = pdpOf(nhs, NHS_NOW);
  for (const each of permitted) {
    const joint = decideAll(
      [
        { organisation: 'RZZ01', pdp },
        { organisation: 'Y99901', pdp },
      ],
      each,
    );
    const { obligations, basis } = pdp.evaluate(each).context;
    expect(joint.context).toMatchObject({ obligations, basis, outcome: 'permitted' });
  }
});

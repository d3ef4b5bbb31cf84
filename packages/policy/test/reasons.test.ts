import { expect, test } from 'vitest';
import { type Condition, createPdp, loadPolicy } from '../src/index.js';
import { ask, clock, decide, pdpOf, type Sections } from './support/ask.js';
import { forbid, permit, sample } from './support/sample.js';

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

import { expect, test } from 'vitest';
import { createPdp, loadPolicy, type PolicyDocument, type Request, type Rule } from '../src/index.js';
import { forbid, permit, sample } from './support/sample.js';

const NOW = '2026-03-01T09:00:00Z';
const clock = { now: () => Date.parse(NOW) };
const pdpOf = (document: PolicyDocument) => createPdp(loadPolicy(document), { clock });
const ask = (facts: Partial<Record<keyof Request, object>> = {}, name = 'view'): Request =>
  ({ subject: {}, resource: {}, context: {}, ...facts, action: { name, ...facts.action } }) as Request;
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

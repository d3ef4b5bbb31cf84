import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createPdp, evaluateMany, loadPolicy, MAX_EVALUATIONS, type Request } from '../src/index.js';
import { NOW, partialFacts, policy, request } from './support/random.js';
import { permit, sample } from './support/sample.js';

const clock = { now: () => NOW };
const pdp = createPdp(loadPolicy(sample(permit('P-01', { 'subject.role': 'nurse' }))), { clock });
const shared: Request = {
  subject: { role: 'nurse' },
  action: { name: 'view' },
  resource: {},
  context: { purpose: 'direct-care' },
};
const no = { subject: { role: 'consultant' } };
const answers = (...args: Parameters<typeof evaluateMany>) => evaluateMany(...args).map(({ decision }) => decision);

test.each([
  [undefined, [true, false, true, false]],
  ['execute_all', [true, false, true, false]],
  ['deny_on_first_deny', [true, false]],
  ['permit_on_first_permit', [true]],
] as const)('semantics %s', (semantics, expected) => {
  const batch = { ...shared, evaluations: [{}, no, {}, no] };
  expect(answers(pdp, semantics === undefined ? batch : { ...batch, semantics })).toEqual(expected);
});

test('an end that never comes is the end of the batch', () => {
  expect(answers(pdp, { ...shared, evaluations: [{}, {}], semantics: 'deny_on_first_deny' })).toEqual([true, true]);
  expect(answers(pdp, { ...shared, evaluations: [no, no], semantics: 'permit_on_first_permit' })).toEqual([
    false,
    false,
  ]);
  expect(answers(pdp, { ...shared, evaluations: [] })).toEqual([]);
});

test('a section of an item takes the place of the shared one whole', () => {
  const [decision] = evaluateMany(pdp, { ...shared, evaluations: [{ subject: { id: 'a' } }] });
  expect(decision!.context).toMatchObject({ outcome: 'missing-information', missing: ['subject.role'] });
});

test('one bad item is a refusal of that item', () => {
  const trap = Object.defineProperty({}, 'subject', {
    enumerable: true,
    get: () => {
      throw new Error('trap');
    },
  });
  const bad: unknown[] = [null, 7, 'view', [], trap, { subject: null }, { action: { name: 'fly' } }, { resource: [] }];
  const decisions = evaluateMany(pdp, { ...shared, evaluations: [...bad, {}] as never });
  expect(decisions.map(({ context }) => context.outcome)).toEqual([...bad.map(() => 'invalid-request'), 'permitted']);
});

test('what the batch inherits is no section of it', () => {
  const { subject: _subject, ...rest } = shared;
  const batch = Object.assign(Object.create({ subject: shared.subject }), rest, { evaluations: [{}] });
  expect(evaluateMany(pdp, batch)[0]!.context.outcome).toBe('invalid-request');
});

test('a mistake of the caller is thrown', () => {
  expect(() => evaluateMany(pdp, { ...shared } as never)).toThrow(TypeError);
  expect(() => evaluateMany(pdp, { ...shared, evaluations: [], semantics: 'toString' as never })).toThrow(RangeError);
  const many = Array.from({ length: MAX_EVALUATIONS + 1 }, () => ({}));
  expect(() => evaluateMany(pdp, { ...shared, evaluations: many })).toThrow(RangeError);
});

test('a batch decides as its items do one by one, whatever the semantics', () => {
  fc.assert(
    fc.property(
      policy,
      fc.array(partialFacts, { minLength: 1, maxLength: 12 }),
      fc.constantFrom('execute_all' as const, 'deny_on_first_deny' as const, 'permit_on_first_permit' as const),
      (document, facts, semantics) => {
        const one = createPdp(loadPolicy(document), { clock });
        const evaluations = facts.map((each) => request(each, 'view'));
        const all = evaluations.map(one.evaluate);
        const end = all.findIndex(({ decision }) => decision === (semantics === 'permit_on_first_permit'));
        const expected = semantics === 'execute_all' || end < 0 ? all : all.slice(0, end + 1);
        expect(evaluateMany(one, { evaluations, semantics })).toEqual(expected);
      },
    ),
    { numRuns: 100, seed: 12 },
  );
});

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Condition, createPdp, loadPolicy, type PolicyDocument, partial, type Request } from '../src/index.js';
import { classes, factsOf, document as nhs, clock as nhsClock, permitted, requestOf } from './support/nhs.js';
import { completeFacts, NOW, partialFacts, policy, request } from './support/random.js';
import { forbid, permit, sample } from './support/sample.js';

const clock = { now: () => NOW };
const packOf = (...rules: Parameters<typeof sample>) => loadPolicy(sample(...rules));
const view = { action: { name: 'view' } };
const care = { ...view, context: { purpose: 'direct-care' } };

test('what is settled is decided, as the policy would', () => {
  const pack = packOf(permit('P-01', { 'subject.role': 'nurse' }), forbid('F-01', { 'resource.hold': 'legal' }));
  const whole = createPdp(pack, { clock });
  const known = { ...care, subject: { role: 'nurse' }, resource: { hold: 'none' } };
  const allowed = partial(pack, known, { clock });
  expect(allowed.decided).toEqual(whole.evaluate(known));
  expect(allowed).toMatchObject({ condition: { all: [] }, rules: [], attributes: [], lines: [] });
  expect(allowed.permits(known)).toBe(true);
  const held = partial(pack, { ...care, resource: { hold: 'legal' } }, { clock });
  expect(held.decided).toMatchObject({ decision: false, context: { outcome: 'forbidden' } });
  expect(held).toMatchObject({ condition: { not: { all: [] } }, rules: [], lines: [] });
  expect(partial(pack, { ...care, subject: { role: 'consultant' } }, { clock }).decided?.context.outcome).toBe(
    'not-permitted',
  );
});

test('what still matters is said, in rules, facts and plain English', () => {
  const pack = packOf(
    permit(
      'P-01',
      { all: [{ 'subject.role': 'nurse' }, { 'resource.team': { in: ['a', 'b'] } }] },
      { title: 'The team sees' },
    ),
    permit('P-02', { 'subject.role': 'consultant' }),
    forbid(
      'F-01',
      { all: [{ 'resource.hold': 'legal' }, { 'subject.assurance': { lessThan: 3 } }] },
      { title: 'Held' },
    ),
    forbid('F-02', { 'subject.assurance': { lessThan: 2 } }),
  );
  const { decided, condition, rules, attributes, lines } = partial(
    pack,
    { ...care, subject: { role: 'nurse', assurance: 2 } },
    { clock },
  );
  expect(decided).toBeNull();
  expect(condition).toEqual({ all: [{ 'resource.team': { in: ['a', 'b'] } }, { not: { 'resource.hold': 'legal' } }] });
  expect(rules.map(({ rule, effect, condition: left }) => [rule, effect, left])).toEqual([
    ['P-01', 'permit', { 'resource.team': { in: ['a', 'b'] } }],
    ['F-01', 'forbid', { 'resource.hold': 'legal' }],
  ]);
  expect(attributes).toEqual(['resource.hold', 'resource.team']);
  expect(lines).toEqual([
    'Allowed if the item’s team is a or b (The team sees)',
    'Refused if the hold on the item is legal (Held)',
  ]);
});

test('a filter over a list', () => {
  const known = { ...care, subject: { id: 'a', role: 'nurse' } };
  const pack = packOf(
    permit('P-01', { 'resource.team': { sameAs: 'subject.id' } }),
    forbid('F-01', { 'resource.hold': 'legal' }),
  );
  const { permits } = partial(pack, known, { clock });
  const items = [
    { team: 'a', hold: 'none' },
    { team: 'b', hold: 'none' },
    { team: 'a', hold: 'legal' },
    { team: 'a' },
    {},
    null,
  ];
  expect(items.map((resource) => permits({ ...known, resource } as Request))).toEqual([
    true,
    false,
    false,
    false,
    false,
    false,
  ]);
});

test('a fact of the wrong type is one that nobody will ever supply', () => {
  const pack = packOf(
    permit('P-01', { 'resource.team': 'a' }),
    forbid('F-01', { 'subject.id': { sameAs: 'context.secondApprover' } }),
  );
  expect(partial(pack, { ...care, resource: { team: null } }, { clock }).decided?.context).toMatchObject({
    outcome: 'missing-information',
    illTyped: ['resource.team'],
  });
  expect(partial(pack, { ...care, resource: { team: 'a' }, subject: { id: null } }, { clock }).decided?.decision).toBe(
    false,
  );
});

test('duties that cannot be carried out here refuse', () => {
  const pack = packOf(
    permit('P-01', { 'subject.role': 'nurse' }),
    permit('P-02', { 'resource.team': 'a' }, { obligations: [{ type: 'watermark' }] } as never),
  );
  const known = { ...view, subject: { role: 'nurse' }, context: { purpose: 'direct-care', supportedObligations: [] } };
  const { decided, condition, rules, permits } = partial(pack, known, { clock });
  expect(decided).toBeNull();
  expect(condition).toEqual({ not: { 'resource.team': 'a' } });
  expect(rules.map(({ rule }) => rule)).toContain('supported-obligations');
  expect([permits({ ...known, resource: { team: 'b' } }), permits({ ...known, resource: { team: 'a' } })]).toEqual([
    true,
    false,
  ]);
  const able = { ...known, context: { ...known.context, supportedObligations: ['watermark'] } };
  expect(partial(pack, able, { clock }).decided?.decision).toBe(true);
});

test('no question, no clock, and requests that throw', () => {
  const pack = packOf(permit('P-01', { 'subject.authenticatedAt': { olderThan: { hours: 1 } } }));
  const none = partial(pack, { action: { name: 'fly' } }, { clock });
  expect(none.decided?.context.outcome).toBe('invalid-request');
  expect(none.permits({ ...care, action: { name: 'fly' }, subject: {}, resource: {} })).toBe(false);
  expect(() => partial(pack, view, {} as never)).toThrow(TypeError);
  const broken = {
    now: (): number => {
      throw new Error('no clock');
    },
  };
  const at = { ...care, subject: { authenticatedAt: '2020-01-01T00:00:00Z' } };
  expect(partial(pack, at, { clock: broken }).decided?.decision).toBe(false);
  expect(partial(pack, at, { clock }).decided?.decision).toBe(true);
  const { permits } = partial(packOf(permit('P-01', { 'subject.id': 'a' })), care, { clock });
  const trap = new Proxy(
    {},
    {
      get: () => {
        throw new Error('trap');
      },
      ownKeys: () => {
        throw new Error('trap');
      },
    },
  );
  for (const bad of [
    null,
    7,
    trap,
    { ...care, subject: { id: 'a' }, resource: {}, context: null },
    { ...care, subject: { id: 'a' }, resource: {}, action: { name: 'send' } },
  ])
    expect(permits(bad as never)).toBe(false);
});

test('the condition is one a document may hold', () => {
  fc.assert(
    fc.property(policy, partialFacts, (document, facts) => {
      const { condition } = partial(loadPolicy(document), request(facts, 'view'), { clock });
      const { breakGlass: _none, ...rest } = document;
      expect(() => loadPolicy({ ...rest, rules: [permit('P-01', condition)] })).not.toThrow();
    }),
    { numRuns: 100, seed: 8 },
  );
});

/** Everything that three of the unknown facts could be. */
const DOMAINS: Readonly<Record<string, readonly unknown[]>> = {
  'subject.role': ['nurse', 'consultant', undefined],
  'subject.assurance': [1, 2, 3, undefined],
  'subject.id': ['a', 'b', 'c', undefined],
  'resource.team': ['a', 'b', 'c', undefined],
  'resource.hold': ['none', 'legal', undefined, null],
  'context.purpose': ['direct-care', 'emergency', undefined],
  'context.secondApprover': ['none', 'a', 'b', undefined],
  'context.shared': [true, false, undefined],
};

test('for every completion of the unknown facts the residual answers as the whole policy: brute force', () => {
  let decided = 0;
  let open = 0;
  let completions = 0;
  const unknown = fc.uniqueArray(fc.constantFrom(...Object.keys(DOMAINS)), { minLength: 3, maxLength: 3 });
  const facts = fc.oneof(completeFacts, partialFacts);
  const supported = fc.option(
    fc.subarray(['watermark', 'no-download', 'max-lifetime', 'max-views', 'step-up', 'notify', 'review']),
    { nil: undefined },
  );
  fc.assert(
    fc.property(
      policy,
      fc.array(fc.tuple(facts, unknown, supported), { minLength: 4, maxLength: 4 }),
      (document, cases) => {
        const pack = loadPolicy(document);
        const pdp = createPdp(pack, { clock });
        for (const [all, hidden, duties] of cases) {
          const limit = duties === undefined ? {} : { 'context.supportedObligations': duties };
          const known = {
            ...Object.fromEntries(Object.entries(all).filter(([name]) => !hidden.includes(name))),
            ...limit,
          };
          const residual = partial(pack, request(known, 'view'), { clock });
          if (residual.decided === null) open += 1;
          else decided += 1;
          expect(residual.attributes.length === 0).toBe(residual.decided !== null);
          let whole: Record<string, unknown>[] = [known];
          for (const name of hidden)
            whole = whole.flatMap((each) =>
              DOMAINS[name]!.map((value) => (value === undefined ? each : { ...each, [name]: value })),
            );
          for (const each of whole) {
            const asked = request(each, 'view');
            const full = pdp.evaluate(asked).decision;
            completions += 1;
            if (residual.decided !== null) expect(residual.decided.decision).toBe(full);
            expect(residual.permits(asked)).toBe(full);
          }
        }
      },
    ),
    { numRuns: 120, seed: 20261122 },
  );
  expect(Math.min(decided, open)).toBeGreaterThan(60);
  expect(completions).toBeGreaterThan(10_000);
});

test('over the first NHS pack: any three facts hidden, every class of each', () => {
  const policyOf = (document: PolicyDocument) => loadPolicy(document);
  const pack = policyOf(nhs);
  const pdp = createPdp(pack, { clock: nhsClock });
  const names = Object.keys(nhs.attributes).filter(
    (name) => name !== 'context.now' && name !== 'context.supportedObligations',
  );
  fc.assert(
    fc.property(
      fc.constantFrom(...permitted),
      fc.uniqueArray(fc.constantFrom(...names), { minLength: 1, maxLength: 3 }),
      (base, hidden) => {
        const facts = new Map([...factsOf(base)].filter(([name]) => !hidden.includes(name)));
        const { decided, permits } = partial(pack, requestOf(facts, base.action.name), { clock: nhsClock });
        let whole: (readonly (readonly [string, unknown])[])[] = [[]];
        for (const name of hidden)
          whole = whole.flatMap((each) =>
            classes(name)
              .slice(0, 6)
              .map((value) => [...each, [name, value] as const]),
          );
        for (const each of whole) {
          const asked = requestOf(
            new Map([...facts, ...each].filter(([, value]) => value !== undefined)),
            base.action.name,
          );
          const full = pdp.evaluate(asked).decision;
          if (decided !== null) expect(decided.decision).toBe(full);
          expect(permits(asked)).toBe(full);
        }
      },
    ),
    { numRuns: 60, seed: 4 },
  );
});

test('constants are what nothing can change', () => {
  const always: Condition = { all: [] };
  const { condition } = partial(packOf(permit('P-01', always), forbid('F-01', { 'resource.hold': 'legal' })), care, {
    clock,
  });
  expect(condition).toEqual({ not: { 'resource.hold': 'legal' } });
});

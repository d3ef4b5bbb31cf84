import fc from 'fast-check';
import { expect, test } from 'vitest';
import { covers } from '../src/engine/obligations.js';
import { createPdp, loadPolicy, type PolicyDocument, type Rule } from '../src/index.js';
import { meaning, NOW, policy, request } from './support/random.js';
import { forbid, permit } from './support/sample.js';

// The random policies of the other properties, with more rules about places added: those need no oracle here.
const STATES = ['inside', 'outside', 'uncertain', 'elsewhere', undefined];
const facts = fc.record(
  {
    'subject.role': fc.constantFrom('nurse', 'consultant'),
    'subject.assurance': fc.constantFrom(1, 2, 3),
    'context.purpose': fc.constantFrom('direct-care', 'emergency'),
    'context.address': fc.constantFrom('10.20.0.1', '::ffff:10.20.9.9', '2001:db8::7', '8.8.8.8', 'none', '010.20.0.1'),
    'context.fences': fc.record({ site: fc.constantFrom(...STATES), ward: fc.constantFrom(...STATES) }),
  },
  { requiredKeys: [] },
);
const atom = fc.oneof(
  fc
    .constantFrom(['10.20.0.0/16'], ['10.20.0.0/21', '2001:db8::/32'], ['::/0'])
    .map((within) => ({ 'context.address': { within } })),
  fc.constantFrom('site', 'ward').map((insideFence) => ({ 'context.fences': { insideFence } })),
  fc.constant({ 'subject.role': 'nurse' }),
);
const some = fc.oneof(
  atom,
  atom.map((not) => ({ not })),
) as fc.Arbitrary<Rule['when']>;
const when: fc.Arbitrary<Rule['when']> = fc.oneof(
  some,
  fc.array(some, { minLength: 2, maxLength: 3 }).map((all) => ({ all })),
  fc.array(some, { minLength: 2, maxLength: 3 }).map((any) => ({ any })),
);
const duty = { obligations: [{ type: 'max-lifetime', properties: { seconds: 60 } }] } as Partial<Rule>;
const document: fc.Arbitrary<PolicyDocument> = fc
  .tuple(policy, fc.array(when, { minLength: 2, maxLength: 4 }), when)
  .map(([base, permits, no]) => ({
    ...base,
    rules: [...base.rules, ...permits.map((each, i) => permit(`Y-${i}`, each, i === 0 ? duty : {})), forbid('Y-9', no)],
  }));
const pdpOf = (each: PolicyDocument) => createPdp(loadPolicy(each), { clock: { now: () => NOW } });

test('places: order never matters, hiding a fact never permits nor sheds a duty, and the fact is named', () => {
  const seen = { permitted: 0, hidden: 0, refused: 0 };
  fc.assert(
    fc.property(document, fc.array(facts, { minLength: 60, maxLength: 60 }), (each, requests) => {
      const pdp = pdpOf(each);
      const turned = pdpOf({ ...each, rules: [...each.rules].reverse() });
      for (const all of requests) {
        const full = pdp.evaluate(request(all, 'view'));
        expect(meaning(turned.evaluate(request(all, 'view')))).toEqual(meaning(full));
        if (full.decision) seen.permitted += 1;
        for (const name of Object.keys(all)) {
          const less = pdp.evaluate(request({ ...all, [name]: undefined }, 'view'));
          seen.hidden += 1;
          if (less.decision) {
            expect(full.decision).toBe(true);
            for (const wanted of full.context.obligations)
              expect(less.context.obligations.some((other) => covers(other, wanted))).toBe(true);
          } else if (full.decision) {
            seen.refused += 1;
            expect(less.context.missing.some((missing) => missing === name || missing.startsWith(`${name}.`))).toBe(
              true,
            );
          }
        }
      }
    }),
    { numRuns: 100, seed: 5 },
  );
  for (const count of Object.values(seen)) expect(count).toBeGreaterThan(300);
});

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { covers } from '../src/engine/obligations.js';
import { createPdp, loadPolicy, type PolicyDocument } from '../src/index.js';
import { completeFacts, meaning, NOW, partialFacts, policy, randomForbid, request } from './support/random.js';

const POLICIES = { numRuns: 200, seed: 20261122 };
const REQUESTS = 100;
const pdpOf = (document: PolicyDocument) => createPdp(loadPolicy(document), { clock: { now: () => NOW } });
const many = (facts: typeof partialFacts) => fc.array(facts, { minLength: REQUESTS, maxLength: REQUESTS });
const action = (i: number): string => (i % 3 === 0 ? 'send' : 'view');

test('the order of rules never matters, the same request gets the same answer, and nothing throws', () => {
  let permits = 0;
  fc.assert(
    fc.property(policy, many(partialFacts), fc.integer(), (document, requests, turn) => {
      const pdp = pdpOf(document);
      const at = Math.abs(turn) % document.rules.length;
      const rules = [...document.rules.slice(at), ...document.rules.slice(0, at)].reverse();
      const turned = pdpOf({ ...document, rules });
      requests.forEach((facts, i) => {
        const first = pdp.evaluate(request(facts, action(i)));
        if (first.decision) permits += 1;
        expect(pdp.evaluate(request(facts, action(i)))).toEqual(first);
        expect(meaning(turned.evaluate(request(facts, action(i))))).toEqual(meaning(first));
      });
    }),
    POLICIES,
  );
  expect(permits).toBeGreaterThan(1_000);
});

test('one more prohibition never permits', () => {
  let flipped = 0;
  fc.assert(
    fc.property(policy, randomForbid, many(partialFacts), (document, forbid, requests) => {
      const before = pdpOf(document);
      const after = pdpOf({ ...document, rules: [...document.rules, { ...forbid, id: 'ZZ-1' }] });
      requests.forEach((facts, i) => {
        const was = before.evaluate(request(facts, action(i))).decision;
        const is = after.evaluate(request(facts, action(i))).decision;
        if (was && !is) flipped += 1;
        if (is) expect(was).toBe(true);
      });
    }),
    POLICIES,
  );
  expect(flipped).toBeGreaterThan(100);
});

test('hiding a fact never permits and never removes or loosens a duty', () => {
  let hidden = 0;
  let gained = 0;
  let shed = 0;
  fc.assert(
    fc.property(policy, many(fc.oneof(completeFacts, partialFacts)), (document, requests) => {
      const pdp = pdpOf(document);
      requests.forEach((facts, i) => {
        const all = pdp.evaluate(request(facts, action(i)));
        // One fact at a time, a different one each time: over the run every pair of rule and fact comes up.
        const names = Object.keys(facts);
        for (const name of names.filter((_, at) => at % 6 === i % 6)) {
          const { [name]: _gone, ...rest } = facts;
          const less = pdp.evaluate(request(rest, action(i)));
          hidden += 1;
          if (less.decision && !all.decision) gained += 1;
          if (!less.decision) continue;
          for (const duty of all.context.obligations)
            if (!less.context.obligations.some((other) => covers(other, duty))) shed += 1;
        }
      });
    }),
    POLICIES,
  );
  expect({ gained, shed }).toEqual({ gained: 0, shed: 0 });
  expect(hidden).toBeGreaterThan(200 * REQUESTS);
});

test('a fact that was hidden and changed the answer is named', () => {
  let changed = 0;
  fc.assert(
    fc.property(policy, many(completeFacts), (document, requests) => {
      const pdp = pdpOf(document);
      requests.forEach((facts, i) => {
        if (!pdp.evaluate(request(facts, action(i))).decision) return;
        for (const name of Object.keys(facts)) {
          const { [name]: _gone, ...rest } = facts;
          const { decision, context } = pdp.evaluate(request(rest, action(i)));
          if (decision) continue;
          changed += 1;
          expect(context.outcome).toBe('missing-information');
          expect(context.missing.some((missing) => missing === name || missing.startsWith(`${name}.`))).toBe(true);
        }
      });
    }),
    { ...POLICIES, numRuns: 60 },
  );
  expect(changed).toBeGreaterThan(500);
});

test('whatever the request is, there is an answer and it is a refusal', () => {
  const pdp = pdpOf({
    ...fc.sample(policy, { numRuns: 1, seed: 7 })[0]!,
  });
  fc.assert(
    fc.property(fc.anything({ withBigInt: true, withNullPrototype: true, withObjectString: true }), (anything) => {
      expect(pdp.evaluate(anything as never)).toMatchObject({
        decision: false,
        context: { outcome: 'invalid-request' },
      });
    }),
    { numRuns: 1_000, seed: 1 },
  );
});

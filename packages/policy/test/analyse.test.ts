import fc from 'fast-check';
import { expect, test } from 'vitest';
import { analyse } from '../src/analyse.js';
import {
  type Condition,
  createPdp,
  type Decision,
  type Invariant,
  loadPolicy,
  type PolicyDocument,
} from '../src/index.js';
import { completeFacts, condition, type Facts, NOW, partialFacts, policy, request } from './support/random.js';
import { permit } from './support/sample.js';

const POLICIES = { numRuns: 200, seed: 20261123 };
const many = (facts: typeof partialFacts) => fc.array(facts, { minLength: 100, maxLength: 100 });
const mixed = many(fc.oneof(completeFacts, partialFacts));
const pdpOf = (document: PolicyDocument) => createPdp(loadPolicy(document), { clock: { now: () => NOW } });
const duties = ({ decision, context }: Decision): string | null =>
  decision ? JSON.stringify(context.obligations) : null;
const changeOf = (before: Decision, after: Decision): string | null => {
  if (before.decision !== after.decision) return after.decision ? 'newly-allowed' : 'newly-refused';
  return duties(before) === duties(after) ? null : 'duties-changed';
};

/** A policy and the same with one rule's condition, effect or duties replaced by those of another policy. */
const pair = fc
  .tuple(policy, policy, fc.nat(), fc.constantFrom('replace', 'remove', 'reverse', 'repeat'))
  .map(([before, other, n, how]) => {
    const at = n % before.rules.length;
    const rules = [...before.rules];
    const from = other.rules[n % other.rules.length]!;
    if (how === 'replace') rules[at] = { ...from, id: `R-${at}` };
    if (how === 'remove') rules.splice(at, 1);
    if (how === 'reverse') rules.reverse();
    if (how === 'repeat') rules.push({ ...rules[at]!, id: 'R-99' });
    return [before, { ...before, rules }] as const;
  });

test('diff: every difference that requests show is told, and every difference told is shown by its witness', () => {
  const verdicts = { equal: 0, different: 0, 'not-decided': 0 };
  let shown = 0;
  const missed: unknown[] = [];
  fc.assert(
    fc.property(pair, mixed, ([before, after], requests) => {
      const { verdict, differences } = analyse(loadPolicy(before)).diff(loadPolicy(after));
      verdicts[verdict] += 1;
      const told = new Set(differences.map(({ action, change }) => `${action} ${change}`));
      for (const each of differences) {
        expect(changeOf(each.before, each.after)).toBe(each.change);
        expect(each.sentence).toContain(each.action);
      }
      const [was, is] = [pdpOf(before), pdpOf(after)];
      for (const facts of requests)
        for (const action of before.actions) {
          const change = changeOf(was.evaluate(request(facts, action)), is.evaluate(request(facts, action)));
          if (change === null) continue;
          shown += 1;
          if (!told.has(`${action} ${change}`)) missed.push({ before, after, facts, action, change });
        }
    }),
    POLICIES,
  );
  expect(missed).toEqual([]);
  expect(verdicts['not-decided']).toBe(0);
  expect(verdicts.equal).toBeGreaterThan(30);
  expect(verdicts.different).toBeGreaterThan(60);
  expect(shown).toBeGreaterThan(500);
});

test('a policy does not differ from itself, in whatever order its rules stand', () => {
  fc.assert(
    fc.property(policy, (document) => {
      const turned = { ...document, rules: [...document.rules].reverse() };
      expect(analyse(loadPolicy(document)).diff(loadPolicy(turned))).toEqual({
        verdict: 'equal',
        differences: [],
        more: false,
      });
    }),
    { ...POLICIES, numRuns: 60 },
  );
});

/** Whether a condition is known to hold. */
function holds(document: PolicyDocument, when: Condition, action: string): (facts: Facts) => boolean {
  const { breakGlass: _none, ...rest } = document;
  const pdp = pdpOf({ ...rest, rules: [permit('Q-1', when, { actions: [action] })] });
  return (facts) => pdp.evaluate(request(facts, action)).decision;
}

test('prove: what requests break is broken, and a breach is shown by its witness', () => {
  const verdicts = { proved: 0, broken: 0 };
  fc.assert(
    fc.property(policy, condition, mixed, (document, when, requests) => {
      const title = 'Never';
      const invariant: Invariant = { id: 'I-1', title, never: { actions: ['view'], when } };
      const [proof] = analyse(loadPolicy(document)).prove(invariant);
      const { verdict } = proof!;
      expect(verdict).toMatch(/^(proved|broken)$/);
      verdicts[verdict as 'proved'] += 1;
      const pdp = pdpOf(document);
      const isAsked = holds(document, when, 'view');
      const isBroken = requests.some((facts) => isAsked(facts) && pdp.evaluate(request(facts, 'view')).decision);
      if (isBroken) expect(verdict).toBe('broken');
      if (verdict === 'proved') return;
      const { request: asked, now } = proof!.witness!;
      const clock = { now: () => (now === null ? Number.NaN : Date.parse(now)) };
      expect(createPdp(loadPolicy(document), { clock }).evaluate(asked).decision).toBe(true);
    }),
    POLICIES,
  );
  expect(verdicts.proved).toBeGreaterThan(30);
  expect(verdicts.broken).toBeGreaterThan(30);
});

test('redundant: a rule that is said to be removable changes no answer, and any other changes one', () => {
  const kinds = new Set<string>();
  let kept = 0;
  fc.assert(
    fc.property(policy, mixed, (document, requests) => {
      const pack = loadPolicy(document);
      const { verdict, rules } = analyse(pack).redundant();
      expect(verdict).toBe('decided');
      const pdp = pdpOf(document);
      for (const { id } of document.rules) {
        const found = rules.find(({ rule }) => rule === id);
        const less = { ...document, rules: document.rules.filter((rule) => rule.id !== id) };
        const without = loadPolicy(less);
        if (found !== undefined) kinds.add(`${found.kind} ${found.removable}`);
        else kept += 1;
        expect(analyse(pack).diff(without).verdict).toBe(found?.removable === true ? 'equal' : 'different');
        if (found?.removable !== true) continue;
        const other = pdpOf(less);
        for (const facts of requests.slice(0, 50))
          for (const action of document.actions)
            expect(duties(other.evaluate(request(facts, action)))).toBe(duties(pdp.evaluate(request(facts, action))));
      }
    }),
    { ...POLICIES, numRuns: 60 },
  );
  expect([...kinds]).toEqual(
    expect.arrayContaining(['never-true true', 'always-forbidden true', 'changes-nothing true']),
  );
  expect(kept).toBeGreaterThan(50);
});

test('whoCan: whoever requests show to be able is among the combinations, and each combination is shown', () => {
  const verdicts = { somebody: 0, nobody: 0 };
  let able = 0;
  fc.assert(
    fc.property(policy, condition, mixed, (document, when, requests) => {
      const by = ['subject.role', 'subject.assurance'];
      const { verdict, who, more } = analyse(loadPolicy(document)).whoCan({ action: 'view', when, by });
      verdicts[verdict as 'nobody'] += 1;
      expect(more).toBe(false);
      for (const { decision, sentence } of who) {
        expect(decision.decision).toBe(true);
        expect(sentence).toContain('Can view');
      }
      const pdp = pdpOf(document);
      const isAsked = holds(document, when, 'view');
      for (const facts of requests) {
        if (!isAsked(facts) || !pdp.evaluate(request(facts, 'view')).decision) continue;
        able += 1;
        const isTold = who.some(({ facts: told }) =>
          by.every((name) => {
            const values = told[name];
            const known =
              document.attributes[name]!.values?.includes(facts[name] as string) ??
              [1, 2, 3].includes(facts[name] as number);
            return values === undefined || values.includes(known ? facts[name] : null);
          }),
        );
        expect(isTold).toBe(true);
      }
    }),
    POLICIES,
  );
  expect(verdicts.nobody).toBeGreaterThan(30);
  expect(verdicts.somebody).toBeGreaterThan(60);
  expect(able).toBeGreaterThan(150);
});

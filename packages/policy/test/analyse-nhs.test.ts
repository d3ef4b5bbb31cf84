import fc from 'fast-check';
import { expect, test } from 'vitest';
import { analyse, proveInvariants, type Witness } from '../src/analyse.js';
import { covers } from '../src/engine/obligations.js';
import { type Condition, createPdp, type Decision, loadPolicy, type PolicyDocument, type Rule } from '../src/index.js';
import { classes, type Facts, factsOf, document as nhs, pdpOf, permitted, requestOf } from './support/nhs.js';

const REQUESTS = 10_000;
const attributes = Object.keys(nhs.attributes).filter((attribute) => attribute !== 'context.now');

/** A permitted example with up to four facts changed: near enough to be permitted now and then. */
const near = fc
  .tuple(
    fc.constantFrom(...permitted),
    fc.array(fc.tuple(fc.constantFrom(...attributes), fc.nat()), { minLength: 1, maxLength: 4 }),
  )
  .map(([base, changes]) => {
    const facts = new Map(factsOf(base));
    for (const [attribute, n] of changes) {
      const values = classes(attribute);
      const value = values[n % values.length];
      if (value === undefined) facts.delete(attribute);
      else facts.set(attribute, value);
    }
    return { facts: facts as Facts, action: base.action.name };
  });
const requests = fc.sample(near, { numRuns: REQUESTS, seed: 20261122 });

const edit = (id: string, change: (rule: Rule) => Rule): PolicyDocument => ({
  ...nhs,
  rules: nhs.rules.map((rule) => (rule.id === id ? change(rule) : rule)),
});
const without = (id: string): PolicyDocument => ({ ...nhs, rules: nhs.rules.filter((rule) => rule.id !== id) });
const VERSIONS: readonly PolicyDocument[] = [
  ...['NO-01', 'NO-05', 'NO-10', 'NO-13', 'NO-14', 'VW-02', 'LK-01'].map(without),
  edit('VW-04', (rule) => ({ ...rule, obligations: [{ type: 'watermark' }] }) as Rule),
  edit('NO-11', (rule) => ({ ...rule, strength: 'absolute' }) as Rule),
  edit('VW-01', (rule) => ({ ...rule, when: { any: [rule.when, { 'subject.role': 'student' }] as Condition[] } })),
];

/** The decision on a witness, at its own moment. */
function at(document: PolicyDocument, { request, now }: Witness): Decision {
  return createPdp(loadPolicy(document), { clock: { now: () => Date.parse(now!) } }).evaluate(request);
}

const changeOf = (before: Decision, after: Decision): string | null => {
  if (before.decision !== after.decision) return after.decision ? 'newly-allowed' : 'newly-refused';
  const duties = ({ decision, context }: Decision) => decision && JSON.stringify(context.obligations);
  return duties(before) === duties(after) ? null : 'duties-changed';
};

test(`diff of ten versions of the NHS pack tells whatever ${REQUESTS} requests show`, () => {
  const before = pdpOf(nhs);
  const was = requests.map(({ facts, action }) => before.evaluate(requestOf(facts, action)));
  expect(was.filter(({ decision }) => decision).length).toBeGreaterThan(3_000);
  let shown = 0;
  const missed: unknown[] = [];
  for (const document of VERSIONS) {
    const { verdict, differences } = analyse(loadPolicy(nhs)).diff(loadPolicy(document));
    expect(verdict).toBe('different');
    const told = new Set(differences.map(({ change, action }) => `${action} ${change}`));
    const after = pdpOf(document);
    requests.forEach(({ facts, action }, i) => {
      const change = changeOf(was[i]!, after.evaluate(requestOf(facts, action)));
      if (change === null) return;
      shown += 1;
      if (!told.has(`${action} ${change}`)) missed.push({ facts, action, change });
    });
  }
  expect(missed).toEqual([]);
  expect(shown).toBeGreaterThan(1_000);
});

test('whoever a request shows to be able is among those told, and no proof is broken by a request', () => {
  const pack = loadPolicy(nhs);
  const by = ['subject.role', 'context.relationship.kind', 'resource.state'];
  const told = new Map(nhs.actions.map((action) => [action, analyse(pack).whoCan({ action, by })]));
  for (const { more, verdict } of told.values()) expect([more, verdict === 'not-decided']).toEqual([false, false]);
  const pdp = pdpOf(nhs);
  for (const { facts, action } of requests) {
    if (!pdp.evaluate(requestOf(facts, action)).decision) continue;
    const isTold = told
      .get(action)!
      .who.some(({ facts: values }) =>
        by.every((name) => values[name] === undefined || values[name].includes(facts.get(name) ?? null)),
      );
    expect(isTold).toBe(true);
  }
});

test('every invariant is proved with all evidence and with none; each break is found, in a request that shows it', () => {
  const sources = Object.fromEntries(
    Object.entries(nhs.sources).map(([name, source]) => [name, { ...source, configured: true }]),
  );
  const verdicts = (document: PolicyDocument) => proveInvariants(loadPolicy(document)).map(({ verdict }) => verdict);
  expect(new Set(verdicts({ ...nhs, sources }))).toEqual(new Set(['proved']));
  expect(verdicts(nhs).filter((verdict) => verdict !== 'proved')).toEqual(['not-claimed']);
  const breaks: Record<string, readonly string[]> = {};
  for (const { id } of nhs.rules.filter(({ effect }) => effect === 'forbid')) {
    const document = without(id);
    const broken = analyse(loadPolicy(document))
      .prove()
      .filter(({ verdict }) => verdict === 'broken');
    if (broken.length > 0) breaks[id] = broken.map(({ invariant }) => invariant);
    for (const { witness } of broken) expect(at(document, witness!).decision).toBe(true);
    if (broken.length > 0) expect(() => proveInvariants(loadPolicy(document))).toThrow(/INV-/);
  }
  expect(breaks).toMatchObject({ 'NO-01': ['INV-03'], 'NO-14': ['INV-02'], 'NO-18': ['INV-09'], 'NO-19': ['INV-08'] });
  const soft = edit('LK-03', (rule) => ({ ...rule, obligations: [{ type: 'watermark' }] }) as Rule);
  const [, ...proofs] = analyse(loadPolicy(soft)).prove();
  const proof = proofs.find(({ invariant }) => invariant === 'INV-14')!;
  expect(proof.verdict).toBe('broken');
  const { obligations } = at(soft, proof.witness!).context;
  const bound = { id: 'max-lifetime', type: 'max-lifetime', properties: { seconds: 604_800 } };
  expect(obligations.map(({ type }) => type)).toContain('watermark');
  expect(obligations.some((duty) => covers(duty, bound))).toBe(false);
});

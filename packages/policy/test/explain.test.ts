import { expect, test } from 'vitest';
import {
  createPdp,
  decideAll,
  evaluateWithRemedies,
  explain,
  loadPolicy,
  type Request,
  testPolicy,
} from '../src/index.js';
import { clock, factsOf, document as nhs, permitted, requestOf } from './support/nhs.js';
import { permit, sample } from './support/sample.js';

const pack = loadPolicy(nhs);
const pdp = createPdp(pack, { clock });
const revealing = createPdp(pack, { clock, reveal: 'actual' });
const view = permitted.find(({ action }) => action.name === 'view')!;
const but = (change: Readonly<Record<string, unknown>>, base = view): Request =>
  requestOf(
    new Map([...factsOf(base), ...Object.entries(change)].filter(([, value]) => value !== undefined)),
    base.action.name,
  );

test('a clinician reads why, and what to do', () => {
  const stale = but({ 'subject.authenticatedAt': '2026-03-01T09:00:00Z' });
  const { headline, lines, next } = explain(pack, evaluateWithRemedies(pdp, pack, stale), 'clinician');
  expect(headline).toBe('Refused: a rule forbids it');
  expect(lines).toEqual(['The sign-in is too old']);
  expect(next[0]).toBe('Sign in again');
  expect(next[1]).toContain('In an emergency only: break the glass');
});

test('duties are said in words, and a permission has nothing to do next', () => {
  const { headline, lines, next } = explain(pack, pdp.evaluate(view), 'clinician');
  expect(headline).toBe('Allowed');
  expect(lines).toContain('Comes with: It cannot be downloaded');
  expect(lines).toContain('Comes with: A watermark around the picture');
  expect(next).toEqual([]);
  const broken = but({ 'context.purpose': 'emergency', 'context.justification': 'Airway swelling, theatre now' });
  expect(explain(pack, pdp.evaluate(broken), 'clinician').headline).toBe(
    'Allowed, by breaking the glass; it will be reviewed',
  );
});

test('whoever can do nothing is told whom to ask', () => {
  const left = but({ 'subject.status': 'left' });
  expect(explain(pack, pdp.evaluate(left), 'clinician').next).toEqual(['Ask the Caldicott Guardian']);
  expect(explain(pack, evaluateWithRemedies(pdp, pack, left), 'clinician').next).toEqual([
    'Nothing you can change yourself would allow it; ask the Caldicott Guardian',
  ]);
  const nobody = loadPolicy(sample());
  expect(explain(nobody, createPdp(nobody, { clock }).evaluate(view), 'clinician').next).toEqual([]);
});

test('what is not known has a name a clinician knows; what was no value is for others', () => {
  const decision = pdp.evaluate(but({ 'subject.status': 'retired' }));
  expect(explain(pack, decision, 'clinician').lines).toContain('Not known: the person’s employment');
  expect(explain(pack, decision, 'ig').lines).toContain('Given, but no value it can have: the person’s employment');
  expect(explain(pack, decision, 'engineer').lines).toContain('Not known: subject.status');
});

test('information governance reads rationale, source, examples, what was read and what was found', () => {
  const decision = revealing.evaluate(but({ 'subject.status': 'left' }));
  const { lines } = explain(pack, decision, 'ig');
  expect(lines.slice(0, 3)).toEqual([
    'NO-01 Nobody who has left or is suspended',
    '  Why: Removal of a role takes effect at once. (OWASP ASVS 5.0 8.3.2)',
    '  Reads: person’s employment',
  ]);
  expect(lines[3]).toMatch(/^ {2}Examples: ./);
  expect(lines[4]).toBe('  Applies: the person is suspended or no longer employed; found left');
  expect(lines).toContain('Not enforced here: NO-22, which needs country');
  expect(lines.join()).not.toContain('sha256');
});

test('an engineer reads everything', () => {
  const decision = evaluateWithRemedies(revealing, pack, but({ 'subject.assurance': 1 }));
  const { lines } = explain(pack, decision, 'engineer');
  const text = lines.join('\n');
  expect(text).toContain('(subject.assurance atLeast 2)');
  expect(text).toContain('  Rule: permit, standing, if ');
  expect(text).toContain('  When: {"all":');
  expect(text).toContain(
    'Remedy: {"route":"ordinary","steps":[{"attribute":"subject.assurance","kind":"step-up","to":2',
  );
  expect(text).toContain('Outcome not-permitted, basis none, at 2026-');
  expect(lines.at(-1)).toBe(`Policy default-nhs 1 ${pack.digest}`);
  const allowed = explain(pack, pdp.evaluate(view), 'engineer').lines.join('\n');
  expect(allowed).toContain('(watermark {"mode":"border","strength":"standard"})');
});

test('a clinician never reads a value, though the decision holds it', () => {
  const changes = [
    { 'subject.org': 'Y99901' },
    { 'context.relationship.kind': 'none' },
    { 'resource.sensitivity': 'vip' },
    { 'subject.id': 'p-secret' },
  ];
  for (const change of changes) {
    const decision = revealing.evaluate(but(change));
    const text = JSON.stringify(explain(pack, decision, 'clinician'));
    for (const value of [...Object.values(change), ...factsOf(view).values()].flat())
      if (typeof value === 'string' && /^(p-|RZZ|Y99|plastics)/.test(value)) expect(text).not.toContain(value);
  }
});

test('every decision of the pack’s own tests can be explained to everybody', () => {
  expect(testPolicy(pack).every(({ passed }) => passed)).toBe(true);
  for (const { request } of nhs.tests)
    for (const audience of ['clinician', 'ig', 'engineer'] as const) {
      const ask = request as unknown as Request;
      const { headline, lines, next } = explain(pack, evaluateWithRemedies(revealing, pack, ask), audience);
      expect([headline, ...lines, ...next].join('\n')).not.toMatch(/undefined|NaN|\[object/);
    }
});

test('a joint decision says whose reason it is, and needs every pack', () => {
  const theirs = loadPolicy(sample(permit('P-01', { 'resource.team': 'x' }, { title: 'The team sees' })));
  const parties = [
    { organisation: 'RZZ01', pdp },
    { organisation: 'Y99901', pdp: createPdp(theirs, { clock }) },
    { organisation: 'Z00001', pdp: null },
  ];
  const joint = decideAll(parties, view);
  expect(explain([pack, theirs], joint, 'clinician')).toEqual({
    headline: 'Refused: none of the rules that allow it applies',
    lines: ['Y99901: The team sees', 'Z00001: This organisation has no policy in force here'],
    next: ['Ask the Caldicott Guardian of RZZ01'],
  });
  const lines = explain([pack, theirs], joint, 'engineer').lines;
  expect(lines).toContain(`Y99901: not-permitted, policy sample 1 ${theirs.digest}`);
  expect(lines).toContain('Z00001: no-policy');
  expect(lines).toContain('RZZ01: Not enforced here: NO-22, which needs country');
  expect(explain([pack, theirs], joint, 'ig').lines).toContain('  Not met: the item’s team is x');
  expect(() => explain(pack, joint, 'ig')).toThrow(RangeError);
});

test('a decision is explained by the policy that made it', () => {
  const other = loadPolicy({ ...nhs, version: 2 });
  expect(() => explain(other, pdp.evaluate(view), 'ig')).toThrow(RangeError);
  expect(() => explain(pack, pdp.evaluate(view), 'anybody' as never)).toThrow(RangeError);
});

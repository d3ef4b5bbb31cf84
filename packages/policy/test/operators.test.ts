import { expect, test } from 'vitest';
import { type Condition, createPdp, loadPolicy } from '../src/index.js';
import { ask, NOW, outcome, pdpOf, type Sections } from './support/ask.js';
import { permit, sample } from './support/sample.js';

test('numbers at their bounds, and none beside every number', () => {
  const level = (test: object, assurance: number): boolean =>
    outcome({ 'subject.assurance': test } as Condition, { subject: { assurance } }) === 'permitted';
  const table: [object, boolean, boolean, boolean][] = [
    [{ atLeast: 2 }, false, true, true],
    [{ atMost: 2 }, true, true, false],
    [{ lessThan: 2 }, true, false, false],
    [{ moreThan: 2 }, false, false, true],
    [{ equals: { parameter: 'two' } }, false, true, false],
    [{ in: [1, { parameter: 'two' }] }, true, true, false],
  ];
  const parameters = { two: { value: 2, min: 1, max: 3, title: 'Two' } };
  for (const [test, ...expected] of table) {
    const document = { ...sample(permit('P-1', { 'subject.assurance': test } as Condition)), parameters };
    const { breakGlass: _none, ...plain } = document;
    const pdp = pdpOf(plain);
    expect([1, 2, 3].map((assurance) => pdp.evaluate(ask({ subject: { assurance } })).decision)).toEqual(expected);
  }
  expect(level({ moreThan: 2 }, 3)).toBe(true);
});

test('a duration is what its unit says, to the millisecond, and none has no age', () => {
  const units = { seconds: 1_000, minutes: 60_000, hours: 3_600_000, days: 86_400_000 };
  const joined = { 'subject.joined': { type: 'time', none: true, source: 'directory' } } as const;
  const iso = (ms: number): string => new Date(ms).toISOString();
  for (const [unit, ms] of Object.entries(units)) {
    const aged = (op: string, at: string): string =>
      outcome(
        { 'subject.joined': { [op]: { [unit]: 2 } } } as unknown as Condition,
        { subject: { joined: at } },
        joined,
      );
    expect(aged('olderThan', iso(NOW - 2 * ms))).toBe('permitted');
    expect(aged('olderThan', iso(NOW - 2 * ms + 1))).toBe('not-permitted');
    expect(aged('notOlderThan', iso(NOW - 2 * ms))).toBe('not-permitted');
    expect(aged('notOlderThan', iso(NOW - 2 * ms + 1))).toBe('permitted');
    expect(aged('olderThan', 'none')).toBe('not-permitted');
    expect(aged('notOlderThan', 'none')).toBe('not-permitted');
  }
});

test('moments are alike however many digits they are written with', () => {
  const when: Condition = { 'subject.authenticatedAt': '2026-03-01T08:00:00.900Z' };
  for (const [at, expected] of [
    ['2026-03-01T08:00:00.9Z', 'permitted'],
    ['2026-03-01T08:00:00.90Z', 'permitted'],
    ['2026-03-01T08:00:00.09Z', 'not-permitted'],
    ['2026-03-01T08:00:00Z', 'not-permitted'],
  ])
    expect(outcome(when, { subject: { authenticatedAt: at } })).toBe(expected);
  const whole: Condition = { 'subject.authenticatedAt': { in: ['2026-03-01T08:00:00Z'] } };
  expect(outcome(whole, { subject: { authenticatedAt: '2026-03-01T08:00:00.0Z' } })).toBe('permitted');
});

test('the present is the clock\u2019s, also where a rule asks for it', () => {
  const attributes = { 'context.now': { type: 'time', source: 'clock' } } as const;
  const past = { context: { now: '2001-01-01T00:00:00Z' } };
  expect(outcome({ 'context.now': '2026-03-01T09:00:00Z' }, past, attributes)).toBe('permitted');
  expect(outcome({ 'context.now': '2001-01-01T00:00:00Z' }, past, attributes)).toBe('not-permitted');
  const document = sample(permit('P-1', { 'context.now': { not: '2001-01-01T00:00:00Z' } }));
  const pack = loadPolicy({ ...document, attributes: { ...document.attributes, ...attributes } });
  const stopped = createPdp(pack, { clock: { now: () => Number.NaN } }).evaluate(ask(past));
  expect(stopped.context).toMatchObject({ outcome: 'missing-information', missing: ['context.now'] });
});

test('a clock that fails is named only where nothing else is missing', () => {
  const when: Condition = {
    all: [{ 'subject.role': 'nurse' }, { 'subject.authenticatedAt': { notOlderThan: { hours: 1 } } }],
  };
  const pdp = createPdp(loadPolicy(sample(permit('P-1', when))), { clock: { now: () => Number.NaN } });
  const authenticatedAt = '2026-03-01T08:30:00Z';
  expect(pdp.evaluate(ask({ subject: { authenticatedAt } })).context.missing).toEqual(['subject.role']);
  expect(pdp.evaluate(ask({ subject: { authenticatedAt, role: 'nurse' } })).context.missing).toEqual(['context.now']);
});

test('a fact of an action is looked up in the action', () => {
  const attributes = { 'action.maxViews': { type: 'integer', source: 'request' } } as const;
  const when: Condition = { 'action.maxViews': { atMost: 3 } };
  expect(outcome(when, { action: { maxViews: 3 }, context: { maxViews: 9 } }, attributes)).toBe('permitted');
  expect(outcome(when, { action: { maxViews: 4 }, context: { maxViews: 1 } }, attributes)).toBe('not-permitted');
  expect(outcome(when, { context: { maxViews: 1 } }, attributes)).toBe('missing-information');
});

test('an empty set is like nothing, and what is none overlaps nothing', () => {
  const attributes = {
    'subject.badges': { type: 'set', none: true, source: 'session' },
    'resource.hold': { type: 'enum', values: ['none', 'legal'], source: 'server' },
  } as const;
  const of = (when: Condition, facts: Sections) => outcome(when, facts, attributes);
  const same: Condition = { 'subject.teams': { sameAs: 'subject.id' } };
  expect(of(same, { subject: { teams: [], id: 'a' } })).toBe('not-permitted');
  expect(of(same, { subject: { teams: ['a', 'a'], id: 'a' } })).toBe('permitted');
  expect(of(same, { subject: { teams: ['a', 'b'], id: 'a' } })).toBe('not-permitted');
  const overlap: Condition = { 'subject.teams': { overlaps: { attribute: 'subject.badges' } } };
  expect(of(overlap, { subject: { teams: ['a'], badges: 'none' } })).toBe('not-permitted');
  expect(of(overlap, { subject: { teams: ['a'], badges: ['b', 'a'] } })).toBe('permitted');
  expect(of({ 'resource.hold': 'none' }, { resource: { hold: 'none' } })).toBe('permitted');
  expect(of({ 'resource.hold': 'none' }, { resource: { hold: 'legal' } })).toBe('not-permitted');
});

import { expect, test } from 'vitest';
import { type Condition, createPdp, loadPolicy, type PolicyDocument } from '../src/index.js';
import { permit, sample } from './support/sample.js';

type Attributes = PolicyDocument['attributes'];
const source = 'session';
const clock = { now: () => Date.parse('2026-03-01T09:00:00Z') };

/** What becomes of a request with this one fact, under a rule that holds of every value the fact can have. */
function known(declaration: Attributes[string], always: object, value: unknown, name = 'context.fact'): boolean {
  const field = name.split('.')[2];
  const attributes = { ...sample().attributes, 'context.fact': declaration } as Attributes;
  const pdp = createPdp(loadPolicy({ ...sample(permit('P-1', { [name]: always } as Condition)), attributes }), {
    clock,
  });
  const fact = field !== undefined && declaration.type !== 'list' ? { [field]: value } : value;
  const { outcome } = pdp.evaluate({
    subject: {},
    action: { name: 'view' },
    resource: {},
    context: { purpose: 'direct-care', fact },
  } as never).context;
  expect(outcome).toMatch(/^(permitted|missing-information)$/);
  return outcome === 'permitted';
}

const LONG = 'x'.repeat(512);

test.each<[string, Attributes[string], object, readonly unknown[], readonly unknown[]]>([
  [
    'a string',
    { type: 'string', source },
    { not: 'other' },
    ['a', LONG, 'uncertain', 'inside'],
    ['', 'none', `${LONG}x`, 7, ['a']],
  ],
  ['a string that may be none', { type: 'string', none: true, source }, { not: 'other' }, ['a', 'none'], ['']],
  [
    'an integer',
    { type: 'integer', source },
    { not: -1 },
    [0, -2, 2 ** 53 - 1, -(2 ** 53) + 1],
    [2 ** 53, 0.5, '0', Infinity],
  ],
  ['an integer from 3', { type: 'integer', min: 3, source }, { not: 4 }, [3, 2 ** 53 - 1], [2, -3]],
  ['an integer to 3', { type: 'integer', max: 3, source }, { not: 2 }, [3, -3], [4]],
  ['an integer of three', { type: 'integer', min: -1, max: 1, source }, { not: 1 }, [-1, 0, -0], [-2, 2, 'none']],
  ['an integer of 64', { type: 'integer', min: 1, max: 64, source }, { not: 5 }, [1, 64], [0, 65]],
  ['an integer of 65', { type: 'integer', min: 0, max: 64, source }, { not: 5 }, [0, 64], [-1, 65]],
  ['a boolean', { type: 'boolean', source }, { not: { equals: false } }, [true], ['true', 1, null]],
  [
    'a time',
    { type: 'time', source },
    { not: '2001-01-01T00:00:00Z' },
    [
      '2026-03-01T09:00:00Z',
      '2026-03-01T23:59:59.9Z',
      '2024-02-29T00:00:00.001Z',
      '0100-01-01T00:00:00Z',
      '9999-12-31T23:59:59.999Z',
    ],
    [
      '2026-03-01T24:00:00Z',
      '2026-03-01T23:60:00Z',
      '2026-03-01T09:60:00Z',
      '2026-03-01T09:00:60Z',
      ['2026-03-01T09:00:00Z'],
      '2026-03-01T23:59:60Z',
      '2025-02-29T00:00:00Z',
      '2026-00-01T00:00:00Z',
      '2026-13-01T00:00:00Z',
      '2026-01-00T00:00:00Z',
      '2026-01-32T00:00:00Z',
      '2026-03-01T09:00:00.1234Z',
      '2026-03-01T09:00:00.Z',
      '2026-03-01 09:00:00Z',
      '2026-03-01T09:00:00z',
      ' 2026-03-01T09:00:00Z',
      '2026-03-01T09:00:00Z\n',
      '+002026-03-01T09:00:00Z',
      '0000-01-01T00:00:00Z',
      '0099-12-31T00:00:00Z',
      1,
    ],
  ],
  ['a text', { type: 'text', source }, { atLeast: 0 }, ['', 'x'.repeat(4_000)], ['x'.repeat(4_001), 'none', 7, null]],
  [
    'a set',
    { type: 'set', source },
    { not: { includes: 'x' } },
    [[], ['a', 'a'], Array(10_000).fill('a')],
    [Array(10_001).fill('a'), [''], ['none'], [`${LONG}x`], 'a', {}, { length: 0 }],
  ],
  [
    'a set of two or three',
    { type: 'set', min: 2, max: 3, source },
    { not: { includes: 'x' } },
    [
      ['a', 'b'],
      ['a', 'b', 'a'],
    ],
    [['a'], ['a', 'a'], ['a', 'a', 'a'], ['a', 'b', 'c', 'd'], []],
  ],
  [
    'a set of listed names',
    { type: 'set', values: ['a', 'b'], source },
    { not: { includes: 'b' } },
    [['a'], []],
    [['c'], ['a', 'c']],
  ],
  [
    'an address',
    { type: 'address', source },
    { not: { within: ['192.0.2.0/24'] } },
    ['10.0.0.1', '::1'],
    ['10.0.0.1/8', '10.1', 'none', '', 7],
  ],
])('%s: what is a value of it and what is not', (_name, declaration, always, values, others) => {
  for (const value of values)
    expect({ value, known: known(declaration, always, value) }).toEqual({ value, known: true });
  for (const value of others)
    expect({ value, known: known(declaration, always, value) }).toEqual({ value, known: false });
});

test('a set of at least one is not empty', () => {
  const set: Attributes[string] = { type: 'set', min: 1, source };
  expect(known(set, { not: { includes: 'x' } }, ['a'])).toBe(true);
  expect(known(set, { not: { includes: 'x' } }, [])).toBe(false);
});

test('of a list each object must say what is asked, in a number that may be', () => {
  const list: Attributes[string] = {
    type: 'list',
    min: 1,
    max: 2,
    fields: { org: { type: 'enum', values: ['a', 'b', 'none'] }, teams: { type: 'set' }, checked: { type: 'boolean' } },
    source,
  };
  const org = (value: unknown) => known(list, { not: { includes: 'b' } }, value, 'context.fact.org');
  for (const value of [[{ org: 'a' }], [{ org: 'a' }, { org: 'none' }], [{ org: 'a', more: 1 }]])
    expect(org(value)).toBe(true);
  for (const value of [
    [],
    [{}],
    [{ org: 'c' }],
    [{ org: 'a' }, {}],
    [{ org: ['a'] }],
    Array(3).fill({ org: 'a' }),
    [null],
    ['a'],
    [['a']],
    {},
    'a',
    null,
  ])
    expect(org(value)).toBe(false);
  const checked = (value: unknown) => known(list, { not: { includes: false } }, value, 'context.fact.checked');
  expect(checked([{ checked: true }, { checked: true }])).toBe(true);
  expect(checked([{ checked: true }, { checked: 'true' }])).toBe(false);
  const teams = (value: unknown) => known(list, { not: { includes: 'x' } }, value, 'context.fact.teams');
  expect(teams([{ teams: [] }])).toBe(true);
  expect(teams([{ teams: ['x', 'a'] }, { teams: ['a'] }])).toBe(true);
  expect(teams([{ teams: ['a'] }, { teams: ['none'] }])).toBe(false);
});

test('a list without bounds may be empty, and none of it is none of each field', () => {
  const list: Attributes[string] = { type: 'list', none: true, fields: { org: { type: 'string' } }, source };
  const org = (value: unknown) => known(list, { not: { includes: 'b' } }, value, 'context.fact.org');
  expect(org([])).toBe(true);
  expect(org('none')).toBe(true);
  expect(org(Array(10_000).fill({ org: 'a' }))).toBe(true);
  expect(org(Array(10_001).fill({ org: 'a' }))).toBe(false);
});

test('of a fact with parts each part is looked up in an object of the request\u2019s own', () => {
  const attributes = {
    ...sample().attributes,
    'context.place.kind': { type: 'enum', values: ['ward', 'home'], none: true, source },
  } as Attributes;
  const pdp = createPdp(
    loadPolicy({ ...sample(permit('P-1', { 'context.place.kind': { not: 'home' } })), attributes }),
    { clock },
  );
  const outcome = (place: unknown): string =>
    pdp.evaluate({
      subject: {},
      action: { name: 'view' },
      resource: {},
      context: { purpose: 'direct-care', place },
    } as never).context.outcome;
  for (const place of [
    { kind: 'ward' },
    { kind: 'none' },
    'none',
    Object.assign(Object.create(null), { kind: 'ward' }),
  ])
    expect({ place, outcome: outcome(place) }).toEqual({ place, outcome: 'permitted' });
  for (const place of [
    {},
    [],
    ['none'],
    'ward',
    null,
    undefined,
    7,
    { kind: null },
    Object.create({ kind: 'ward' }),
    { kind: ['ward'] },
  ])
    expect({ place, outcome: outcome(place) }).toEqual({ place, outcome: 'missing-information' });
  expect(outcome({ kind: 'home' })).toBe('not-permitted');
});

test('how much a text says', () => {
  const says = (text: string): number => {
    const pdp = (n: number) =>
      createPdp(
        loadPolicy({
          ...sample(permit('P-1', { 'context.fact': { atLeast: n } })),
          attributes: { ...sample().attributes, 'context.fact': { type: 'text', source } } as Attributes,
        }),
        { clock },
      ).evaluate({
        subject: {},
        action: { name: 'view' },
        resource: {},
        context: { purpose: 'direct-care', fact: text },
      } as never);
    let most = 0;
    while (pdp(most + 1).decision) most += 1;
    return most;
  };
  expect(says('')).toBe(0);
  expect(says('   \t\n ')).toBe(0);
  expect(says('abc')).toBe(3);
  expect(says('  abc  ')).toBe(3);
  expect(says('a  b')).toBe(3);
  expect(says('a\u200bb')).toBe(3);
  expect(says('aaaa')).toBe(1);
  expect(says('abababab')).toBe(2);
  expect(says('AbaBAB')).toBe(2);
  expect(says('n/a n/a n/a')).toBe(7);
  expect(says('\uff21\uff22\uff23')).toBe(3);
  expect(says('\u{1f600}\u{1f601}')).toBe(2);
  const sentence = 'a text of thirty-two characters!';
  expect(sentence).toHaveLength(32);
  expect(says(sentence + sentence)).toBe(32);
  expect(says(`${sentence}?${sentence}?`)).toBe(60 + 6);
});

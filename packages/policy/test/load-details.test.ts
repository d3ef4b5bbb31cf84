import { expect, test } from 'vitest';
import { loadPolicy, MAX_DOCUMENT_CHARS } from '../src/index.js';
import { full, refusal, refusalAt } from './support/refusal.js';
import { permit } from './support/sample.js';

test('a document may use everything that the format has', () => {
  expect(refusal(full)).toBe(null);
});

test.each<[string, readonly unknown[]]>([
  ['/status', ['draft', 'approved', 'in-force', 'superseded', 'withdrawn']],
  [
    '/attributes/subject.version/source',
    ['session', 'directory', 'label', 'request', 'server', 'configuration', 'custodian'],
  ],
  [
    '/attributes/context.copies/fields/org',
    [{ type: 'string' }, { type: 'enum', values: ['a'] }, { type: 'boolean' }, { type: 'set' }],
  ],
  ['/rules/1/strength', ['absolute', 'emergency-waivable']],
  ['/rules/0/basis', ['standing', 'on-duty', 'referral', 'break-glass']],
  [
    '/tests/0/expect/outcome',
    ['permitted', 'forbidden', 'not-permitted', 'missing-information', 'invalid-request', null],
  ],
  ['/parameters/signInHours/value', [1, 13, 24]],
  ['/attributes/context.version/max', [2, 3]],
  ['/attributes/context.most/min', [2, -3]],
  ['/sources/rota/configured', [true, false]],
  ['/attributes/context.now/changeableBy', ['user', null]],
  ['/breakGlass', [null]],
  [
    '/rules/0/obligations',
    [
      [{ type: 'watermark', properties: { mode: 'tile', strength: 'strong' } }],
      [{ type: 'notify', properties: { whom: ['siro'] } }],
      [{ type: 'max-lifetime', properties: { seconds: { parameter: 'signInHours' } } }],
    ],
  ],
])('%s may be any of %j', (pointer, values) => {
  for (const value of values) expect({ value, refusal: refusalAt(pointer, value) }).toEqual({ value, refusal: null });
});

const source = 'session';
const missing = 'it is missing';
test.each<[string, unknown, string, string?, string?]>([
  // [where, what, code, message, the path if another]
  ['/owner', { role: 'guardian', name: 'x' }, 'UNKNOWN_FIELD', 'unknown field', '/owner/name'],
  ['/owner', {}, 'DOCUMENT_INVALID', missing, '/owner/role'],
  ['/supersedes', {}, 'DOCUMENT_INVALID', missing, '/supersedes/version'],
  ['/supersedes/digest', `x${full.supersedes.digest}`, 'DOCUMENT_INVALID'],
  ['/supersedes/digest', `${full.supersedes.digest}x`, 'DOCUMENT_INVALID'],
  ['/approvals/0/by', 7, 'DOCUMENT_INVALID'],
  [
    '/parameters/signInHours/value',
    0,
    'DOCUMENT_INVALID',
    '`value` is outside `min` to `max`',
    '/parameters/signInHours',
  ],
  [
    '/parameters/signInHours/value',
    25,
    'DOCUMENT_INVALID',
    '`value` is outside `min` to `max`',
    '/parameters/signInHours',
  ],
  ['/parameters/signInHours/title', null, 'DOCUMENT_INVALID', missing, '/parameters/signInHours/title'],
  ['/parameters/signInHours/value', '13', 'DOCUMENT_INVALID'],
  ['/attributes/xsubject.id', { type: 'string', source }, 'DOCUMENT_INVALID'],
  ['/attributes/subject.id.a.b', { type: 'string', source }, 'DOCUMENT_INVALID'],
  [
    '/attributes/subject.version/source',
    'clock',
    'DOCUMENT_INVALID',
    'a clock tells a time',
    '/attributes/subject.version/type',
  ],
  ['/attributes/context.version/max', 1, 'DOCUMENT_INVALID', '`max` is below `min`'],
  [
    '/attributes/subject.version/values',
    ['a'],
    'DOCUMENT_INVALID',
    'an enum or fences, and beside them only a set, list their values',
  ],
  [
    '/attributes/context.place.kind/values',
    null,
    'DOCUMENT_INVALID',
    'an enum or fences, and beside them only a set, list their values',
  ],
  [
    '/attributes/subject.version/fields',
    { a: { type: 'string' } },
    'DOCUMENT_INVALID',
    'a list, and only a list, names its fields',
  ],
  [
    '/attributes/context.place',
    { type: 'string', source },
    'DOCUMENT_INVALID',
    '`context.place` is a fact itself and can have no parts',
    '/attributes/context.place.kind',
  ],
  ['/invariants/1/carries', {}, 'DOCUMENT_INVALID', missing, '/invariants/1/carries/actions'],
  ['/invariants/1/carries/actions', ['fly'], 'UNKNOWN_ACTION', 'no action `fly`', '/invariants/1/carries/actions/0'],
  [
    '/invariants/1/carries/when',
    { 'subject.shoe': 1 },
    'UNKNOWN_ATTRIBUTE',
    'no attribute `subject.shoe`',
    '/invariants/1/carries/when',
  ],
  [
    '/invariants/1/carries/obligations',
    [{ type: 'sing' }],
    'UNKNOWN_OBLIGATION',
    'no obligation `sing`',
    '/invariants/1/carries/obligations/0/type',
  ],
  ['/invariants/1/carries/colour', 'x', 'UNKNOWN_FIELD', 'unknown field'],
  [
    '/invariants/0/carries',
    full.invariants[1]!.carries,
    'DOCUMENT_INVALID',
    'expected `never` or `carries`',
    '/invariants/0',
  ],
  ['/invariants/0/never', null, 'DOCUMENT_INVALID', 'expected `never` or `carries`', '/invariants/0'],
  ['/invariants/0', 7, 'DOCUMENT_INVALID', 'expected `never` or `carries`'],
  ['/invariants/0/requires', ['moon'], 'UNKNOWN_SOURCE', 'no evidence source `moon`', '/invariants/0/requires/0'],
  ['/rules/0', 7, 'DOCUMENT_INVALID', 'expected `permit` or `forbid`', '/rules/0/effect'],
  ['/rules', [null], 'DOCUMENT_INVALID', 'expected `permit` or `forbid`', '/rules/0/effect'],
  ['/invariants', [null], 'DOCUMENT_INVALID', 'expected `never` or `carries`', '/invariants/0'],
  ['/rules/1/obligations', [], 'UNKNOWN_FIELD', 'unknown field'],
  ['/rules/0/id', 'F-1', 'DUPLICATE_ID', '`F-1` is there twice', '/rules/1/id'],
  ['/breakGlass/actions', ['fly'], 'UNKNOWN_ACTION', 'no action `fly`', '/breakGlass/actions/0'],
  ['/breakGlass/when', { 'subject.shoe': 1 }, 'UNKNOWN_ATTRIBUTE', 'no attribute `subject.shoe`'],
  ['/breakGlass/obligations/0/type', 'sing', 'UNKNOWN_OBLIGATION', 'no obligation `sing`'],
  [
    '/breakGlass/obligations/1',
    { type: 'redact' },
    'BREAK_GLASS_UNSAFE',
    'breaking the glass must carry `review`',
    '/breakGlass/obligations',
  ],
  [
    '/rules/0/obligations',
    [{ type: 'watermark', properties: { mode: 'dots' } }],
    'VALUE_INVALID',
    'expected one of border, tile',
    '/rules/0/obligations/0/properties/mode',
  ],
  [
    '/rules/0/obligations',
    [{ type: 'notify', properties: { whom: [7] } }],
    'VALUE_INVALID',
    'expected at least one name',
    '/rules/0/obligations/0/properties/whom',
  ],
  [
    '/rules/0/obligations',
    [{ type: 'max-views', properties: { n: { hours: 1 } } }],
    'VALUE_INVALID',
    'expected a whole number or a parameter',
    '/rules/0/obligations/0/properties/n',
  ],
])('%s as %j is %s', (pointer, value, code, message, path = pointer) => {
  const found = refusalAt(pointer, value);
  expect(found).toEqual({ code, path, message: message ?? found?.message });
});

test('breaking the glass covers the actions of its permits, where there is a glass', () => {
  const { breakGlass, ...without } = {
    ...full,
    rules: [permit('P-1', { all: [] }, { basis: 'break-glass' } as never)],
  };
  expect(refusal({ ...without, breakGlass })).toBe(null);
  const refused = {
    code: 'BREAK_GLASS_UNSAFE',
    path: '/rules/0/basis',
    message: '`view` is no action for which the glass can be broken',
  };
  expect(refusal(without)).toEqual(refused);
  expect(refusal({ ...without, breakGlass: { ...breakGlass, actions: ['send'] } })).toEqual(refused);
});

test('what is no JSON is refused with the place and the cause', () => {
  const nested = { a: [{ 'b/c': undefined }, 0] };
  const place = (value: unknown) => refusal({ a: [{ 'b/c': value }] });
  for (const value of [() => 1, Symbol('x'), 1n])
    expect(place(value)).toEqual({ code: 'DOCUMENT_NOT_JSON', path: '/a/0/b~1c', message: 'not a JSON value' });
  for (const value of [new Map(), new Date(0), Object.create({ a: 1 })])
    expect(place(value)).toEqual({ code: 'DOCUMENT_NOT_JSON', path: '/a/0/b~1c', message: 'not a plain object' });
  expect(refusal(JSON.parse('{"a":[0,{"__proto__":1}]}'))).toEqual({
    code: 'UNKNOWN_FIELD',
    path: '/a/1/__proto__',
    message: 'unknown field',
  });
  // A member that is undefined is one that is not there, and nothing of what came before is in a path.
  expect(refusal(nested)).toMatchObject({ code: 'UNKNOWN_FIELD', path: '/a' });
  expect(refusal({ ...full, owner: undefined, rules: [...full.rules] })).toBe(null);
  expect(refusal(Object.assign(Object.create(null), full))).toBe(null);
  try {
    loadPolicy('{');
  } catch (error) {
    expect(error).toMatchObject({ code: 'DOCUMENT_NOT_JSON', path: '', message: 'document is not JSON at `/`' });
    expect((error as Error).cause).toBeInstanceOf(SyntaxError);
  }
});

test('the limits of a document are met exactly', () => {
  const text = (length: number): string => JSON.stringify(full).padEnd(length);
  expect(refusal(text(MAX_DOCUMENT_CHARS))).toBe(null);
  expect(refusal(text(MAX_DOCUMENT_CHARS + 1))).toEqual({
    code: 'DOCUMENT_TOO_LARGE',
    path: '',
    message: 'document is too long',
  });
  // The outer list and its 99,999 zeros; a document that is no object is refused for that only when it is not too large.
  expect(refusal(Array(99_999).fill(0))).toMatchObject({ code: 'DOCUMENT_INVALID' });
  expect(refusal(Array(100_000).fill(0))).toEqual({
    code: 'DOCUMENT_TOO_LARGE',
    path: '',
    message: 'document holds too many values',
  });
  expect(refusal(`${'['.repeat(49)}${']'.repeat(49)}`)).toMatchObject({ code: 'DOCUMENT_INVALID' });
  expect(refusal(`${'['.repeat(50)}${']'.repeat(50)}`)).toMatchObject({
    code: 'TOO_DEEP',
    message: 'document is nested too deep',
  });
});

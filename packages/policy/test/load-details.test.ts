import { expect, test } from 'vitest';
import { loadPolicy, MAX_DOCUMENT_CHARS, PolicyError } from '../src/index.js';
import { changed } from './support/change.js';
import { forbid, permit, sample } from './support/sample.js';

const source = 'session';
const base = sample();
/** Every kind of fact, every field that may be there. */
const full = {
  ...base,
  status: 'in-force',
  effectiveFrom: '2026-01-01T00:00:00Z',
  reviewBy: '2027-01-01T00:00:00Z',
  owner: { role: 'caldicott-guardian' },
  approvals: [{ by: 'p-1', at: '' }],
  supersedes: { version: 6, digest: `sha256-${'A-_z0'.repeat(9).slice(0, 43)}` },
  attributes: {
    ...base.attributes,
    'context.now': { type: 'time', source: 'clock' },
    'subject.joined': { type: 'time', none: true, source },
    'subject.left': { type: 'time', source },
    'subject.version': { type: 'integer', source },
    'context.version': { type: 'integer', min: 2, source: 'configuration' },
    'context.most': { type: 'integer', max: 2, source: 'custodian' },
    'context.agreed': { type: 'boolean', source },
    'subject.badges': { type: 'set', values: ['red', 'blue'], source },
    'context.place.kind': { type: 'enum', values: ['ward'], source },
    'context.copies': {
      type: 'list',
      fields: {
        org: { type: 'enum', values: ['a', 'b'] },
        checked: { type: 'boolean' },
        teams: { type: 'set', values: ['x'] },
      },
      source,
    },
  },
  rules: [permit('P-1', { all: [] }), forbid('F-1', { all: [] }, { requires: ['rota'] })],
  invariants: [
    { id: 'I-1', title: 'T', requires: ['rota'], never: { actions: ['view'], when: { all: [] } } },
    { id: 'I-2', title: 'T', carries: { actions: ['view'], when: { all: [] }, obligations: [{ type: 'redact' }] } },
  ],
  tests: [
    {
      name: 'T',
      now: '2026-01-01T00:00:00Z',
      request: { '': 1 },
      expect: {
        decision: true,
        outcome: 'permitted',
        basis: 'break-glass',
        rules: ['P-1'],
        missing: [''],
        obligations: ['redact'],
      },
    },
  ],
};

interface Refusal {
  readonly code: string;
  readonly path: string;
  readonly message: string;
}
function refusal(document: unknown): Refusal | null {
  try {
    loadPolicy(document);
    return null;
  } catch (error) {
    expect(error).toBeInstanceOf(PolicyError);
    const { code, path, message } = error as PolicyError;
    return { code, path, message: message.replace(/ at `[^`]*`$/, '') };
  }
}
const at = (pointer: string, value: unknown): Refusal | null => refusal(changed(full, pointer, value));
const when = (condition: unknown): Refusal | null => at('/rules/0/when', condition);

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
  for (const value of values) expect({ value, refusal: at(pointer, value) }).toEqual({ value, refusal: null });
});

const shape = 'not what is expected here';
test.each<[string, unknown, string, string?, string?]>([
  // [where, what, code, message, the path if another]
  ['/owner', { role: 'guardian', name: 'x' }, 'UNKNOWN_FIELD', 'unknown field', '/owner/name'],
  ['/owner', {}, 'DOCUMENT_INVALID', shape, '/owner/role'],
  ['/supersedes', {}, 'DOCUMENT_INVALID', shape, '/supersedes/version'],
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
  ['/parameters/signInHours/title', null, 'DOCUMENT_INVALID', shape, '/parameters/signInHours/title'],
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
  ['/invariants/1/carries', {}, 'DOCUMENT_INVALID', shape, '/invariants/1/carries/actions'],
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
  ['/rules/0', 7, 'DOCUMENT_INVALID', shape, '/rules/0/effect'],
  ['/rules', [null], 'DOCUMENT_INVALID', shape, '/rules/0/effect'],
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
  const found = at(pointer, value);
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

test.each<[unknown]>([
  [{ any: [{ 'subject.role': 'nurse' }] }],
  [{ all: [] }],
  [{ 'context.agreed': true }],
  [{ 'context.agreed': { not: false } }],
  [{ 'context.agreed': { in: [true, false] } }],
  [{ 'context.secondApprover': 'none' }],
  [{ 'context.secondApprover': { in: ['none', 'a'] } }],
  [{ 'subject.joined': 'none' }],
  [{ 'context.justification': 'none' }],
  [{ 'subject.badges': { includes: 'red' } }],
  [{ 'subject.badges': { overlaps: ['red', 'blue'] } }],
  [{ 'context.copies.checked': { includes: true } }],
  [{ 'context.copies.org': { includes: 'a' } }],
  [{ 'context.copies.teams': { includes: 'x' } }],
  [{ 'subject.version': { sameAs: 'context.version' } }],
  [{ 'context.agreed': { sameAs: 'context.shared' } }],
  [{ 'subject.joined': { sameAs: 'context.now' } }],
  [{ 'subject.version': { equals: { parameter: 'signInHours' } } }],
  [{ 'context.justification': { atLeast: 3 } }],
  [{ 'subject.version': { atLeast: { hours: 1 } } }],
])('%j is a condition', (condition) => {
  expect(when(condition)).toBe(null);
});

const deep = (levels: number, wrap: (inner: unknown) => unknown): unknown => {
  let condition: unknown = { all: [] };
  for (let i = 0; i < levels; i += 1) condition = wrap(condition);
  return condition;
};
test.each<[string, (inner: unknown) => unknown]>([
  ['all', (inner) => ({ all: [inner] })],
  ['any', (inner) => ({ any: [inner] })],
  ['not', (inner) => ({ not: inner })],
])('conditions nest sixteen deep by `%s`, and no deeper', (_name, wrap) => {
  expect(when(deep(16, wrap))).toBe(null);
  expect(when(deep(17, wrap))).toMatchObject({ code: 'TOO_DEEP', message: 'conditions nested deeper than 16' });
});

const one = 'expected an object with exactly one key';
test.each<[unknown, string, string, string]>([
  ['view', 'DOCUMENT_INVALID', '', one],
  [[{ all: [] }], 'DOCUMENT_INVALID', '', one],
  [{}, 'DOCUMENT_INVALID', '', one],
  [{ all: [null] }, 'DOCUMENT_INVALID', '/all/0', one],
  [{ all: [7] }, 'DOCUMENT_INVALID', '/all/0', one],
  [{ not: 'x' }, 'DOCUMENT_INVALID', '/not', one],
  [{ all: ['x'] }, 'DOCUMENT_INVALID', '/all/0', one],
  [{ any: [] }, 'DOCUMENT_INVALID', '/any', 'expected a list of conditions'],
  [{ any: {} }, 'DOCUMENT_INVALID', '/any', 'expected a list of conditions'],
  [{ 'subject.role': null }, 'VALUE_INVALID', '/subject.role', 'not a value of `subject.role`'],
  [{ 'subject.role': ['nurse'] }, 'DOCUMENT_INVALID', '/subject.role', one],
  [{ 'subject.role': { not: 'cook' } }, 'VALUE_INVALID', '/subject.role/not', 'not a value of `subject.role`'],
  [{ 'subject.role': { not: { is: 'cook' } } }, 'UNKNOWN_OPERATOR', '/subject.role/not/is', 'no operator `is`'],
  [{ 'subject.id': ['a'] }, 'DOCUMENT_INVALID', '/subject.id', one],
  [{ 'subject.id': { in: [['a']] } }, 'VALUE_INVALID', '/subject.id/in/0', 'not a value of `subject.id`'],
  [{ 'subject.role': { in: [['nurse']] } }, 'VALUE_INVALID', '/subject.role/in/0', 'not a value of `subject.role`'],
  [{ 'subject.left': { in: [7] } }, 'VALUE_INVALID', '/subject.left/in/0', 'not a value of `subject.left`'],
  [{ 'subject.left': 'none' }, 'VALUE_INVALID', '/subject.left', 'not a value of `subject.left`'],
  [{ 'context.agreed': 'true' }, 'VALUE_INVALID', '/context.agreed', 'not a value of `context.agreed`'],
  [{ 'context.agreed': 'none' }, 'VALUE_INVALID', '/context.agreed', 'not a value of `context.agreed`'],
  [
    { 'context.secondApprover': '' },
    'VALUE_INVALID',
    '/context.secondApprover',
    'not a value of `context.secondApprover`',
  ],
  [
    { 'context.justification': 'some' },
    'OPERATOR_MISMATCH',
    '/context.justification',
    '`context.justification` has no single value to compare',
  ],
  [{ 'context.version': 1 }, 'VALUE_INVALID', '/context.version', 'not a value of `context.version`'],
  [{ 'context.most': 3 }, 'VALUE_INVALID', '/context.most', 'not a value of `context.most`'],
  [
    { 'subject.assurance': { equals: { hours: 1 } } },
    'VALUE_INVALID',
    '/subject.assurance/equals',
    'expected a whole number or a parameter',
  ],
  [{ 'subject.assurance': { atLeast: null } }, 'DOCUMENT_INVALID', '/subject.assurance/atLeast', one],
  [
    { 'subject.assurance': { atLeast: { parameter: ['signInHours'] } } },
    'UNKNOWN_PARAMETER',
    '/subject.assurance/atLeast/parameter',
    'no parameter `signInHours`',
  ],
  [
    { 'subject.joined': { olderThan: { hours: '1' } } },
    'VALUE_INVALID',
    '/subject.joined/olderThan/hours',
    'expected a whole number or a parameter',
  ],
  [
    { 'subject.joined': { olderThan: { moons: 1 } } },
    'VALUE_INVALID',
    '/subject.joined/olderThan',
    'no unit of time `moons`',
  ],
  [
    { 'subject.badges': { includes: 'green' } },
    'VALUE_INVALID',
    '/subject.badges/includes',
    'not a member of `subject.badges`',
  ],
  [
    { 'subject.badges': { overlaps: ['red', 'green'] } },
    'VALUE_INVALID',
    '/subject.badges/overlaps/1',
    'not a member of `subject.badges`',
  ],
  [
    { 'subject.badges': { includes: null } },
    'VALUE_INVALID',
    '/subject.badges/includes',
    'not a member of `subject.badges`',
  ],
  [{ 'subject.teams': { includes: 7 } }, 'VALUE_INVALID', '/subject.teams/includes', 'not a member of `subject.teams`'],
  [{ 'subject.teams': { overlaps: [] } }, 'VALUE_INVALID', '/subject.teams/overlaps', 'expected at least one value'],
  [
    { 'subject.teams': { overlaps: [7] } },
    'VALUE_INVALID',
    '/subject.teams/overlaps/0',
    'not a member of `subject.teams`',
  ],
  [
    { 'subject.teams': { includes: { fact: 'subject.id' } } },
    'VALUE_INVALID',
    '/subject.teams/includes',
    'expected a value or an attribute',
  ],
  [
    { 'subject.teams': { includes: { attribute: 'subject.shoe' } } },
    'UNKNOWN_ATTRIBUTE',
    '/subject.teams/includes/attribute',
    'no attribute `subject.shoe`',
  ],
  [
    { 'subject.teams': { includes: { attribute: ['subject.id'] } } },
    'UNKNOWN_ATTRIBUTE',
    '/subject.teams/includes/attribute',
    'no attribute `subject.id`',
  ],
  [
    { 'subject.teams': { overlaps: { attribute: 'context.fences.ward' } } },
    'UNKNOWN_ATTRIBUTE',
    '/subject.teams/overlaps/attribute',
    'no attribute `context.fences.ward`',
  ],
  [
    { 'subject.teams': { overlaps: { attribute: 'subject.id' } } },
    'OPERATOR_MISMATCH',
    '/subject.teams/overlaps',
    'operator does not fit `subject.id`',
  ],
  [
    { 'context.copies.checked': { includes: 'yes' } },
    'VALUE_INVALID',
    '/context.copies.checked/includes',
    'not a member of `context.copies.checked`',
  ],
  [
    { 'context.copies.org': { includes: 'c' } },
    'VALUE_INVALID',
    '/context.copies.org/includes',
    'not a member of `context.copies.org`',
  ],
  [
    { 'context.copies.teams': { includes: 'y' } },
    'VALUE_INVALID',
    '/context.copies.teams/includes',
    'not a member of `context.copies.teams`',
  ],
  [
    { 'subject.version': { sameAs: 'subject.id' } },
    'OPERATOR_MISMATCH',
    '/subject.version/sameAs',
    'operator does not fit `subject.version`',
  ],
  [
    { 'context.justification': { sameAs: 'context.justification' } },
    'OPERATOR_MISMATCH',
    '/context.justification/sameAs',
    'operator does not fit `context.justification`',
  ],
  [
    { 'context.address': { within: [['10.0.0.0/8']] } },
    'VALUE_INVALID',
    '/context.address/within/0',
    'not a block of addresses',
  ],
  [{ 'context.address': { within: [7] } }, 'VALUE_INVALID', '/context.address/within/0', 'not a block of addresses'],
])('%j is %s', (condition, code, path, message) => {
  expect(when(condition)).toEqual({ code, path: `/rules/0/when${path}`, message });
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

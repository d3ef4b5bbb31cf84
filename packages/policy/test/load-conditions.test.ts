import { expect, test } from 'vitest';
import { type Refusal, refusalAt } from './support/refusal.js';

const when = (condition: unknown): Refusal | null => refusalAt('/rules/0/when', condition);

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

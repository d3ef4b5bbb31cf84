import fc from 'fast-check';
import { expect, test } from 'vitest';
import { loadPolicy, MAX_DOCUMENT_CHARS, PolicyError } from '../src/index.js';
import vectors from '../vectors/documents.json' with { type: 'json' };
import { changed } from './support/change.js';

const base = (): Record<string, unknown> => structuredClone(vectors.document);

function failure(json: unknown): PolicyError {
  try {
    loadPolicy(json);
  } catch (error) {
    expect(error).toBeInstanceOf(PolicyError);
    return error as PolicyError;
  }
  throw new Error('the document was accepted');
}

test.each(vectors.mustFail)('refuses $name', ({ at, value, code, path }) => {
  const document = changed(vectors.document, at, value);
  const error = failure(document);
  expect({ code: error.code, path: error.path }).toEqual({ code, path });
  expect(error.message).toMatch(/^[^A-Z].*[^.]$/);
  expect(failure(JSON.stringify(document)).code).toBe(code);
});

test('accepts the document that the failing ones are made from, as text and as value', () => {
  const pack = loadPolicy(base());
  expect(pack.digest).toBe(vectors.digest);
  expect(loadPolicy(JSON.stringify(base(), undefined, 4)).digest).toBe(vectors.digest);
});

test('the digest covers everything but status and approvals, and no order of keys', () => {
  const digest = (more: object): string => loadPolicy({ ...base(), ...more }).digest;
  expect(digest({ status: 'in-force', approvals: [{ by: 'p-1', role: 'guardian' }] })).toBe(vectors.digest);
  expect(loadPolicy(Object.fromEntries(Object.entries(base()).reverse())).digest).toBe(vectors.digest);
  for (const more of [
    { version: 2 },
    { title: 'Other' },
    { rules: [] },
    { parameters: {} },
    { reviewBy: '2027-01-01T00:00:00Z' },
    { acknowledge: 'informed' },
    { acknowledge: 'required' },
  ])
    expect(digest(more)).not.toBe(vectors.digest);
});

test('whether a version must be acknowledged is one of two words', () => {
  expect(loadPolicy({ ...base(), acknowledge: 'informed' }).document.acknowledge).toBe('informed');
  expect(failure({ ...base(), acknowledge: 'never' })).toMatchObject({
    code: 'DOCUMENT_INVALID',
    path: '/acknowledge',
  });
});

test('the pack is a frozen copy', () => {
  const document = base();
  const pack = loadPolicy(document);
  (document['rules'] as unknown[]).length = 0;
  expect(pack.document.rules).toHaveLength(2);
  expect(() => (pack.document.rules as unknown[]).pop()).toThrow(TypeError);
  expect(() => Object.assign(pack.document.rules[0]!, { when: { all: [] } })).toThrow(TypeError);
});

test('refuses a text in which an object has a member twice, wherever it stands and however it is written', () => {
  const text = JSON.stringify(base());
  expect(() => loadPolicy(text)).not.toThrow();
  const twice = (part: string, again: string) => {
    expect(text).toContain(part);
    const { code, path } = failure(text.replace(part, again));
    return `${code} ${path}`;
  };
  expect(twice('"version":1', '"version":2,"version":1')).toBe('DOCUMENT_NOT_JSON /version');
  expect(twice('"version":1', String.raw`"ve\u0072sion" : 2, "version":1`)).toBe('DOCUMENT_NOT_JSON /version');
  expect(twice('"effect":"forbid"', '"effect":"permit","effect":"forbid"')).toMatch(
    /^DOCUMENT_NOT_JSON \/rules\/\d\/effect$/,
  );
  // A name is one where an object has it: not among values, in other objects, or behind quotes and braces in a text.
  const title = String.raw`"title":"a \" : { [ , \\","owner":{"role":"title"}`;
  expect(loadPolicy(text.replace(/"title":"[^"]*"/, title)).document.owner).toEqual({ role: 'title' });
});

test('refuses what is not JSON, is too large or is no plain data', () => {
  expect(failure('{').code).toBe('DOCUMENT_NOT_JSON');
  expect(failure('"policy/0"').code).toBe('DOCUMENT_INVALID');
  expect(failure(null).code).toBe('DOCUMENT_INVALID');
  expect(failure(undefined).code).toBe('DOCUMENT_NOT_JSON');
  expect(failure(' '.repeat(MAX_DOCUMENT_CHARS + 1)).code).toBe('DOCUMENT_TOO_LARGE');
  expect(failure({ ...base(), rules: new Array(200_000).fill(0) }).code).toBe('DOCUMENT_TOO_LARGE');
  expect(failure({ ...base(), title: () => 'x' }).code).toBe('DOCUMENT_NOT_JSON');
  expect(failure({ ...base(), version: Number.NaN }).code).toBe('DOCUMENT_NOT_JSON');
  expect(failure({ ...base(), rules: new Map() }).code).toBe('DOCUMENT_NOT_JSON');
  const cycle: Record<string, unknown> = base();
  cycle['owner'] = cycle;
  expect(failure(cycle).code).toBe('TOO_DEEP');
  expect(failure(`${'['.repeat(5_000)}${']'.repeat(5_000)}`).code).toBe('TOO_DEEP');
});

test('a key named __proto__ is refused wherever it is', () => {
  const text = JSON.stringify(base());
  for (const place of ['"format":', '"subject.role":"nurse"', '"value":13', '"whom":'])
    expect(failure(text.replace(place, `"__proto__":{"configured":true},${place}`)).code).toMatch(/^(UNKNOWN_FIELD)$/);
});

test('any single change of any value is either refused with a code or gives another digest', () => {
  const places: string[] = [];
  const walk = (value: unknown, path: string): void => {
    places.push(path);
    if (typeof value !== 'object' || value === null) return;
    for (const [key, part] of Object.entries(value)) walk(part, `${path}/${key}`);
  };
  for (const [key, part] of Object.entries(base())) if (key !== 'status') walk(part, `/${key}`);
  fc.assert(
    fc.property(fc.constantFrom(...places), fc.jsonValue({ maxDepth: 2 }), (at, value) => {
      const document = changed(vectors.document, at, value);
      if (JSON.stringify(document) === JSON.stringify(vectors.document)) return;
      try {
        expect(loadPolicy(document).digest).not.toBe(vectors.digest);
      } catch (error) {
        expect(error).toBeInstanceOf(PolicyError);
      }
    }),
    { numRuns: 2_000, seed: 3 },
  );
});

test('what has no canonical form is no JSON to us', () => {
  expect(failure({ ...base(), title: 'half \ud83d' }).code).toBe('DOCUMENT_NOT_JSON');
  expect(failure(JSON.stringify(base()).replace('"version":1', '"version":-0')).code).toBe('DOCUMENT_NOT_JSON');
  expect(failure({ ...base(), 'half \ud83d': 1 }).code).toBe('DOCUMENT_NOT_JSON');
});

test.each<[string, unknown, boolean]>([
  ['/title', 'x'.repeat(2_000), true],
  ['/title', 'x'.repeat(2_001), false],
  ['/id', `a${'b'.repeat(63)}`, true],
  ['/id', `a${'b'.repeat(64)}`, false],
  ['/rules/0/id', 'ABCDEFGH-1234', true],
  ['/rules/0/id', 'ABCDEFGHI-1', false],
  ['/rules/0/id', 'A-12345', false],
  ['/attributes/subject.role/values', ['nurse', 'consultant', 'x'.repeat(64)], true],
  ['/attributes/subject.role/values', ['nurse', 'consultant', 'x'.repeat(65)], false],
  ['/attributes/subject.role/values', [], false],
  ['/approvals', new Array(20).fill({ by: 'p-1' }), true],
  ['/approvals', new Array(21).fill({ by: 'p-1' }), false],
  ['/rules/0/obligations', new Array(20).fill({ type: 'redact' }), true],
  ['/rules/0/obligations', new Array(21).fill({ type: 'redact' }), false],
  ['/rules/0/when', { 'subject.assurance': { atLeast: 1.5 } }, false],
  ['/rules/0/when', { 'subject.assurance': 3 }, true],
  ['/rules/0/when', { 'subject.assurance': 4 }, false],
  ['/rules/0/when', { 'subject.assurance': 0 }, false],
  ['/rules/0/when', { 'subject.authenticatedAt': '2026-03-01T09:00:00Z' }, true],
  ['/rules/0/when', { 'subject.authenticatedAt': 'today' }, false],
  ['/rules/0/when', { 'subject.id': '' }, false],
  ['/rules/0/when', { 'subject.id': 'none' }, false],
  ['/rules/0/when', { 'subject.teams': { includes: 'none' } }, false],
  ['/rules/0/when', { 'subject.teams': { includes: '' } }, false],
  ['/rules/0/when', { 'subject.teams': { includes: { attribute: 'subject.id' } } }, true],
  ['/rules/0/when', { 'subject.teams': { includes: { attribute: 'subject.teams' } } }, false],
  ['/rules/0/when', { 'subject.teams': { overlaps: { attribute: 'subject.teams' } } }, true],
  ['/rules/0/when', { 'subject.teams': { overlaps: { attribute: 'subject.id' } } }, false],
  ['/rules/0/when', { 'subject.teams': { sameAs: 'subject.id' } }, true],
  ['/rules/0/when', { 'subject.teams': { sameAs: 'subject.teams' } }, false],
  ['/rules/0/when', { 'subject.id': { sameAs: 'subject.assurance' } }, false],
  ['/rules/0/when', { 'subject.id': { sameAs: 7 } }, false],
  ['/rules/0/when', { 'context.recipients.verified': { includes: 'true' } }, false],
  ['/rules/0/obligations', [{ type: 'max-views', properties: { n: 1 } }], true],
  ['/rules/0/obligations', [{ type: 'max-views', properties: { n: 0 } }], false],
  ['/rules/0/obligations', [{ type: 'max-views', properties: { n: { hours: 1 } } }], false],
  ['/rules/0/obligations', [{ type: 'max-views', properties: { n: { parameter: 'signInHours' } } }], true],
  ['/rules/0/obligations', [{ type: 'max-lifetime', properties: { seconds: { hours: 1 } } }], true],
  ['/rules/0/obligations', [{ type: 'max-lifetime', properties: { seconds: { hours: 0 } } }], false],
  ['/rules/0/obligations', [{ type: 'notify', properties: { whom: [] } }], false],
  ['/rules/0/obligations', [{ type: 'notify', properties: { whom: ['siro', ''] } }], false],
  ['/rules/0/obligations', [{ type: 'watermark', properties: { mode: 'none' } }], false],
  ['/attributes/context.address/source', 'clock', false],
  ['/attributes/subject.assurance/max', 0, false],
  ['/attributes/subject.assurance/max', 1, true],
  ['/invariants', [{ id: 'I-1', title: 'T', never: { actions: ['view'], when: { all: [] } } }], true],
  ['/invariants', [{ id: 'I-1', title: 'T', never: { actions: ['look'], when: { all: [] } } }], false],
  ['/invariants', [{ id: 'P-01', title: 'T', never: { actions: ['view'], when: { all: [] } } }], false],
  ['/invariants', [{ id: 'I-1', title: 'T', requires: ['x'], never: { actions: ['view'], when: { all: [] } } }], false],
  [
    '/invariants',
    [{ id: 'I-1', title: 'T', carries: { actions: ['view'], when: { all: [] }, obligations: [{ type: 'x' }] } }],
    false,
  ],
  [
    '/invariants',
    [{ id: 'I-1', title: 'T', carries: { actions: ['view'], when: { 'subject.x': 1 }, obligations: [] } }],
    false,
  ],
])('at the edges: %s', (at, value, accepted) => {
  const document = changed(vectors.document, at, value);
  if (accepted) expect(loadPolicy(document).document).toEqual(document);
  else expect(failure(document)).toBeInstanceOf(PolicyError);
});

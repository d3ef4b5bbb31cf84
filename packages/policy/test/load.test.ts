import fc from 'fast-check';
import { expect, test } from 'vitest';
import { loadPolicy, MAX_DOCUMENT_CHARS, PolicyError } from '../src/index.js';
import vectors from '../vectors/documents.json' with { type: 'json' };

const base = (): Record<string, unknown> => structuredClone(vectors.document);

/** Sets or removes the value at a JSON pointer. */
function change(document: unknown, pointer: string, value: unknown): void {
  const keys = pointer
    .slice(1)
    .split('/')
    .map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'));
  const last = keys.pop()!;
  const holder = keys.reduce<unknown>((at, key) => (at as Record<string, unknown>)[key], document) as Record<
    string,
    unknown
  >;
  if (value === null) delete holder[last];
  else Object.defineProperty(holder, last, { value, enumerable: true, configurable: true, writable: true });
}

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
  const document = base();
  change(document, at, value);
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
  ])
    expect(digest(more)).not.toBe(vectors.digest);
});

test('the pack is a frozen copy', () => {
  const document = base();
  const pack = loadPolicy(document);
  (document['rules'] as unknown[]).length = 0;
  expect(pack.document.rules).toHaveLength(2);
  expect(() => (pack.document.rules as unknown[]).pop()).toThrow(TypeError);
  expect(() => Object.assign(pack.document.rules[0]!, { when: { all: [] } })).toThrow(TypeError);
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
      const document = base();
      change(document, at, value);
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

import fc from 'fast-check';

function nested(depth: number, wrap: (inner: unknown) => unknown): unknown {
  let value: unknown = null;
  for (let i = 0; i < depth; i++) value = wrap(value);
  return value;
}

/** Values that `JSON.parse` can give and that careless readers trip over. */
export const HOSTILE_VALUES: readonly unknown[] = Object.freeze([
  null,
  true,
  false,
  0,
  -0,
  -1,
  0.5,
  1e308,
  -1e308,
  5e-324,
  2 ** 31,
  2 ** 32,
  Number.MAX_SAFE_INTEGER,
  Number.MAX_SAFE_INTEGER + 1,
  '',
  ' ',
  '0',
  '-1',
  'null',
  'true',
  'NaN',
  '__proto__',
  'constructor',
  'toString',
  '../../etc/passwd',
  'a\u0000b',
  '\ufeff',
  '\u202egnp.exe',
  '\ud800',
  'é',
  'e\u0301',
  '<script>alert(1)</script>',
  'x'.repeat(70_000),
  [],
  [null],
  [[]],
  {},
  { length: 1, 0: 'x' },
  JSON.parse('{"toString":"x","valueOf":"x","toJSON":"x","then":"x"}'),
  JSON.parse('{"__proto__":{"admin":true}}'),
  JSON.parse('{"constructor":{"prototype":{"admin":true}}}'),
  nested(200, (inner) => [inner]),
  nested(200, (inner) => ({ a: inner })),
]);

/** Any JSON value, the hostile ones among them. */
export function hostileJson(): fc.Arbitrary<unknown> {
  return fc.oneof(fc.constantFrom(...HOSTILE_VALUES), fc.jsonValue({ maxDepth: 4 }));
}

/** Texts that are no JSON, or JSON that two readers understand in two ways. */
export const HOSTILE_JSON_TEXTS: readonly string[] = Object.freeze([
  '',
  ' ',
  '{',
  '{}{}',
  '{}\n{}',
  '[1,]',
  '{"a":1,}',
  '{"a":1,"a":2}',
  '{"a":1,"\\u0061":2}',
  '{a:1}',
  "{'a':1}",
  '{"a":01}',
  '{"a":1e400}',
  '{"a":NaN}',
  '{"a":0x10}',
  '// c\n{}',
  '\ufeff{}',
  '{"a":"\\ud800"}',
  '{"a":9007199254740993}',
  'undefined',
  `${'['.repeat(100_000)}`,
  `${'['.repeat(50_000)}${']'.repeat(50_000)}`,
]);

/** One change to a JSON value: where (a JSON Pointer) and what was done. */
export interface JsonMutation {
  path: string;
  what: string;
  value: unknown;
}

function* changesAt(value: unknown, path: string): Generator<JsonMutation> {
  for (const [i, hostile] of HOSTILE_VALUES.entries()) {
    if (!Object.is(hostile, value)) yield { path, what: `replaced by hostile value ${i}`, value: hostile };
  }
  if (typeof value !== 'object' || value === null) return;
  const isArray = Array.isArray(value);
  const rebuild = (entries: [string, unknown][]): unknown =>
    isArray ? entries.map(([, item]) => item) : Object.fromEntries(entries);
  const entries = Object.entries(value);
  yield { path, what: 'an unknown member added', value: rebuild([...entries, ['x-unknown', 1]]) };
  for (const [i, [key, inner]] of entries.entries()) {
    const with_ = (item: unknown): unknown => rebuild(entries.with(i, [key, item]));
    const at = `${path}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`;
    yield { path: at, what: 'removed', value: rebuild(entries.toSpliced(i, 1)) };
    for (const change of changesAt(inner, at)) yield { ...change, value: with_(change.value) };
  }
}

/**
 * Every single change to a valid value, for readers that must be strict: each member removed, an unknown one added to
 * each object and array, and every value replaced by each hostile one. The original is left alone.
 */
export function* everyJsonMutation(value: unknown): Generator<JsonMutation> {
  yield* changesAt(value, '');
}

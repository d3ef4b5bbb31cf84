/** A value that JSON can carry. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** Levels of nesting: far above any record of ours, far below what would overflow a small engine's stack. */
const MAX_DEPTH = 64;

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === null || prototype === Object.prototype) return true;
  // Another realm's Object.prototype (an iframe's, a vm context's) is as good as ours.
  return Object.getPrototypeOf(prototype) === null && Object.hasOwn(prototype as object, 'isPrototypeOf');
}

function text(value: string): string {
  // RFC 8785 section 3.2.2.2: a lone surrogate has no UTF-8 form, so it has no canonical one.
  if (/[\ud800-\udfff]/u.test(value)) throw new TypeError('value holds a lone surrogate');
  return JSON.stringify(value);
}

function array(value: readonly unknown[], depth: number): string {
  // A hole would be written as nothing, and a named member would be lost.
  if (Reflect.ownKeys(value).length !== value.length + 1) throw new TypeError('value holds a list with holes or names');
  return `[${value.map((item) => write(item, depth + 1)).join(',')}]`;
}

function object(value: object, depth: number): string {
  if (!isPlain(value)) throw new TypeError('value holds an object that is not a plain one');
  let fields = '';
  const keys = Reflect.ownKeys(value);
  if (keys.some((key) => typeof key === 'symbol')) throw new TypeError('value holds a member named by a symbol');
  for (const key of (keys as string[]).sort()) {
    // Copied onto another object it would change that object's prototype.
    if (key === '__proto__') throw new TypeError('value holds a member named `__proto__`');
    const member = Object.getOwnPropertyDescriptor(value, key)!;
    // An accessor can answer differently each time; a hidden member would be left out without a word.
    if (!('value' in member) || !member.enumerable) throw new TypeError('value holds an accessor or a hidden member');
    if (member.value !== undefined)
      fields += `${fields === '' ? '' : ','}${text(key)}:${write(member.value, depth + 1)}`;
  }
  return `{${fields}}`;
}

function write(value: unknown, depth: number): string {
  if (depth > MAX_DEPTH) throw new TypeError(`value is nested deeper than ${MAX_DEPTH}`);
  if (value === null || typeof value === 'boolean') return String(value);
  if (typeof value === 'string') return text(value);
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new TypeError('value holds a non-finite number');
    // RFC 8785 writes -0 as 0: two values, one text. The caller decides which it means.
    if (Object.is(value, -0)) throw new TypeError('value holds negative zero');
    return JSON.stringify(value);
  }
  if (Array.isArray(value)) return array(value, depth);
  if (typeof value === 'object') return object(value, depth);
  throw new TypeError(`value holds ${typeof value}, which JSON cannot carry`);
}

/**
 * The one spelling of a JSON value (RFC 8785, the JSON Canonicalization Scheme): members sorted by UTF-16 unit, no blanks,
 * numbers and strings as ECMAScript writes them. Members that are undefined are left out.
 *
 * Throws TypeError on anything else than null, booleans, strings, finite numbers, dense arrays and plain objects: a Map,
 * Date or other class instance, undefined in a list, a function, bigint or symbol, -0, NaN, an infinity, a lone surrogate,
 * an accessor, a member named `__proto__`, a hole, nesting deeper than 64 (so every cycle). `toJSON` is never called.
 *
 * @example
 * canonicalJson({ b: 1, a: ['x', null] }); // '{"a":["x",null],"b":1}'
 */
export function canonicalJson(value: unknown): string {
  return write(value, 0);
}

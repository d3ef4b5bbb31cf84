import { PolicyError, type PolicyErrorCode, step } from './errors.js';

/** Deepest nesting of a document: conditions take 2 levels each, and more than 16 of those are refused anyway. */
const MAX_NESTING = 48;
/** Most values in a document: keeps a hostile one from costing more than a few milliseconds. */
const MAX_VALUES = 100_000;

/** A frozen copy that holds JSON and nothing else: no accessors, no classes, no `__proto__`, no cycles. */
export function plain(value: unknown): unknown {
  let left = MAX_VALUES;
  // Where the copying is: a path is put together only for an error.
  const trail: (string | number)[] = [];
  const refuse = (code: PolicyErrorCode, message: string, ...further: string[]): never => {
    throw new PolicyError(code, [...trail, ...further].reduce<string>(step, ''), message);
  };
  const inner = (item: unknown, key: string | number): unknown => {
    trail.push(key);
    const made = copy(item);
    trail.pop();
    return made;
  };
  const copy = (item: unknown): unknown => {
    left -= 1;
    if (left < 0) throw new PolicyError('DOCUMENT_TOO_LARGE', '', 'document holds too many values');
    if (trail.length > MAX_NESTING) throw new PolicyError('TOO_DEEP', '', 'document is nested too deep');
    if (item === null || typeof item === 'boolean') return item;
    // What has no canonical form (RFC 8785): half a character, negative zero.
    if (typeof item === 'string' && !/[\ud800-\udfff]/u.test(item)) return item;
    if (typeof item === 'number' && Number.isFinite(item) && !Object.is(item, -0)) return item;
    if (Array.isArray(item)) return Object.freeze(Array.from(item, inner));
    if (typeof item !== 'object') return refuse('DOCUMENT_NOT_JSON', 'not a JSON value');
    const prototype: unknown = Object.getPrototypeOf(item);
    if (prototype !== null && Object.getPrototypeOf(prototype) !== null)
      refuse('DOCUMENT_NOT_JSON', 'not a plain object');
    const out: Record<string, unknown> = {};
    for (const key of Object.keys(item)) {
      if (key === '__proto__') refuse('UNKNOWN_FIELD', 'unknown field', key);
      copy(key);
      const part: unknown = (item as Record<string, unknown>)[key];
      if (part !== undefined) out[key] = inner(part, key);
    }
    return Object.freeze(out);
  };
  return copy(value);
}

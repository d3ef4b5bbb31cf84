import { PolicyError, step } from './errors.js';

/** Deepest nesting of a document: conditions take 2 levels each, and more than 16 of those are refused anyway. */
const MAX_NESTING = 48;
/** Most values in a document: keeps a hostile one from costing more than a few milliseconds. */
const MAX_VALUES = 100_000;

/** A copy that holds JSON and nothing else: no accessors, no classes, no `__proto__`, no cycles. */
export function plain(value: unknown): unknown {
  let left = MAX_VALUES;
  const copy = (item: unknown, path: string, depth: number): unknown => {
    left -= 1;
    if (left < 0) throw new PolicyError('DOCUMENT_TOO_LARGE', '', 'document holds too many values');
    if (depth > MAX_NESTING) throw new PolicyError('TOO_DEEP', '', 'document is nested too deep');
    if (item === null || typeof item === 'boolean') return item;
    // What has no canonical form (RFC 8785): half a character, negative zero.
    if (typeof item === 'string' && !/[\ud800-\udfff]/u.test(item)) return item;
    if (typeof item === 'number' && Number.isFinite(item) && !Object.is(item, -0)) return item;
    if (Array.isArray(item)) return Array.from(item, (part, i) => copy(part, step(path, i), depth + 1));
    if (typeof item !== 'object') throw new PolicyError('DOCUMENT_NOT_JSON', path, 'not a JSON value');
    const prototype: unknown = Object.getPrototypeOf(item);
    if (prototype !== null && Object.getPrototypeOf(prototype) !== null)
      throw new PolicyError('DOCUMENT_NOT_JSON', path, 'not a plain object');
    const out: Record<string, unknown> = {};
    for (const key of Object.keys(item)) {
      if (key === '__proto__') throw new PolicyError('UNKNOWN_FIELD', step(path, key), 'unknown field');
      copy(key, path, depth);
      const part: unknown = (item as Record<string, unknown>)[key];
      if (part !== undefined) out[key] = copy(part, step(path, key), depth + 1);
    }
    return out;
  };
  return copy(value, '', 0);
}

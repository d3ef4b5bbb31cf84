/** A value that JSON can carry. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/**
 * The one spelling of a JSON value (RFC 8785 restricted to safe integers and finite doubles as ECMAScript prints them):
 * keys sorted by UTF-16 unit, no blanks. Properties that are undefined are left out.
 * Throws TypeError on anything JSON cannot carry (undefined, a function, a non-finite number, a cycle deeper than 64).
 */
export function canonicalJson(value: unknown, depth = 0): string {
  if (depth > 64) throw new TypeError('value is nested deeper than 64');
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new TypeError('value holds a non-finite number');
    return JSON.stringify(value);
  }
  if (Array.isArray(value)) return `[${value.map((item) => canonicalJson(item, depth + 1)).join(',')}]`;
  if (typeof value === 'object') {
    const record = value as Record<string, unknown>;
    const fields = Object.keys(record)
      .filter((key) => record[key] !== undefined)
      .sort()
      .map((key) => `${JSON.stringify(key)}:${canonicalJson(record[key], depth + 1)}`);
    return `{${fields.join(',')}}`;
  }
  throw new TypeError(`value holds ${typeof value}, which JSON cannot carry`);
}

import { instant } from '../engine/time.js';
import { PolicyError, step } from '../errors.js';

/** Throws `DOCUMENT_INVALID` or `UNKNOWN_FIELD` when a value is not what is expected at a place. */
export type Shape = (value: unknown, path: string) => void;

const MISSING = 'it is missing';

export function invalid(path: string, message = 'not what is expected here'): never {
  throw new PolicyError('DOCUMENT_INVALID', path, message);
}

const holds =
  (test: (value: never) => boolean, type?: 'string' | 'number' | 'boolean', message?: string): Shape =>
  (value, path) => {
    if ((type !== undefined && typeof value !== type) || !test(value as never)) invalid(path, message);
  };

export const anything: Shape = (value, path) => {
  if (value === undefined) invalid(path, MISSING);
};
export const boolean: Shape = holds(() => true, 'boolean', 'expected true or false');
export const integer: Shape = holds(Number.isSafeInteger, 'number', 'expected a whole number');
export const positive: Shape = holds(
  (value: number) => Number.isSafeInteger(value) && value > 0,
  'number',
  'expected a whole number from 1',
);
export const moment: Shape = holds(
  (text: string) => instant(text) !== null,
  'string',
  'expected an RFC 3339 moment in UTC',
);

/** Text of a least and a greatest length, UTF-16 units. */
export function text(least: number, most: number): Shape {
  const size = most === Number.POSITIVE_INFINITY ? '' : ` of ${least} to ${most} characters`;
  return holds(({ length }: string) => length >= least && length <= most, 'string', `expected text${size}`);
}

export function matching(pattern: RegExp): Shape {
  return holds((value: string) => pattern.test(value), 'string');
}

export function oneOf(...values: readonly unknown[]): Shape {
  return holds(
    (value: never) => values.includes(value),
    undefined,
    `expected ${values.map((value) => `\`${value}\``).join(' or ')}`,
  );
}

export function list(each: Shape, least: number, most: number): Shape {
  return (value, path) => {
    if (!Array.isArray(value)) return invalid(path, 'expected a list');
    if (value.length < least) invalid(path, `expected at least ${least} in the list`);
    if (value.length > most) invalid(path, `more than ${most} entries`);
    for (const [i, part] of value.entries()) each(part, `${path}/${i}`);
  };
}

function members(value: unknown, path: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return invalid(path, 'expected an object');
  return value as Record<string, unknown>;
}

/** An object whose keys are names of the document's own making. */
export function record(key: Shape, each: Shape): Shape {
  return (value, path) => {
    for (const [name, part] of Object.entries(members(value, path))) {
      const at = step(path, name);
      key(name, at);
      each(part, at);
    }
  };
}

/** An object with exactly these fields; those that end in `?` may be left out. */
export function object(fields: Readonly<Record<string, Shape>>): Shape {
  const known = new Map(Object.entries(fields).map(([name, shape]) => [name.replace('?', ''), { name, shape }]));
  return (value, path) => {
    const given = members(value, path);
    for (const key of Object.keys(given))
      if (!known.has(key)) throw new PolicyError('UNKNOWN_FIELD', step(path, key), 'unknown field');
    for (const [key, { name, shape }] of known) {
      if (given[key] !== undefined) shape(given[key], `${path}/${key}`);
      else if (name === key) invalid(`${path}/${key}`, MISSING);
    }
  };
}

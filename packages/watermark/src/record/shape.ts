import { WatermarkError } from '../errors.js';

/** Says what a value is, or refuses it; `at` is where it stands in the record. */
export type Shape<T> = (value: unknown, at: string) => T;

/** Refuses a record. What stands in it is not quoted. */
export function refuse(message: string, at = 'record'): never {
  throw new WatermarkError('RECORD_INVALID', `\`${at}\` ${message}`, { field: at });
}

/** A number from `least` to `most`. */
export function number(least: number, most: number): Shape<number> {
  return (value, at) => {
    if (typeof value !== 'number' || !(value >= least && value <= most)) refuse('is out of range or no number', at);
    return value as number;
  };
}

/** The same, whole. */
export function whole(least: number, most: number): Shape<number> {
  const inside = number(least, most);
  return (value, at) => {
    if (!Number.isInteger(inside(value, at))) refuse('is not a whole number', at);
    return value as number;
  };
}

/** Text of 1 to `most` UTF-16 units that a pattern fits. */
export function text(most: number, pattern: RegExp = /^/): Shape<string> {
  return (value, at) => {
    if (typeof value !== 'string' || value === '' || value.length > most || !pattern.test(value))
      refuse('is not such a text', at);
    return value as string;
  };
}

/** One of some values. */
export function oneOf<const T extends string | number | boolean>(...values: readonly T[]): Shape<T> {
  return (value, at) => (values.includes(value as T) ? (value as T) : refuse('has an unknown value', at));
}

/** A shape, or null. */
export function nullable<T>(shape: Shape<T>): Shape<T | null> {
  return (value, at) => (value === null ? null : shape(value, at));
}

/** From `least` to `most` of a shape. */
export function list<T>(shape: Shape<T>, most: number, least = 0): Shape<readonly T[]> {
  return (value, at) => {
    if (!Array.isArray(value) || value.length > most || value.length < least) return refuse('is not such a list', at);
    return value.map((one: unknown, i) => shape(one, `${at}[${i}]`));
  };
}

/** Exactly these members. */
export function object<T extends object>(members: { readonly [K in keyof T]: Shape<T[K]> }): Shape<T> {
  const names = Object.keys(members);
  return (value, at) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return refuse('is not an object', at);
    const found = Object.keys(value);
    if (found.some((name) => !Object.hasOwn(members, name))) return refuse('holds an unknown member', at);
    if (found.length !== names.length) return refuse('lacks a member', at);
    const entries = names.map((name) => {
      const shape = members[name as keyof T] as Shape<unknown>;
      return [name, shape((value as Record<string, unknown>)[name], at === 'record' ? name : `${at}.${name}`)];
    });
    return Object.fromEntries(entries) as T;
  };
}

/** The shape that a member's value chooses. */
export function tagged<T extends object>(tag: string, shapes: Readonly<Record<string, Shape<T>>>): Shape<T> {
  return (value, at) => {
    const chosen: unknown =
      typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[tag] : null;
    if (typeof chosen !== 'string' || !Object.hasOwn(shapes, chosen)) return refuse(`has an unknown ${tag}`, at);
    return shapes[chosen]!(value, at);
  };
}

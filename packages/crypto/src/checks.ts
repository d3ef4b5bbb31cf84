import { canonicalJson, fromBase64url, type Json, utf8 } from '@wardseal/primitives';
import { MAX_NAME_LENGTH } from './limits.js';

// Small checks of untrusted JSON that compose. By hand instead of a schema library: this runs in every browser page.

/** A JSON object. */
export type JsonObject = { readonly [key: string]: JsonValue };
/** Anything JSON can carry. */
export type JsonValue = null | boolean | number | string | readonly JsonValue[] | JsonObject;

export type Check = (value: unknown) => boolean;

/** A text of 1 to `most` UTF-16 units. */
export const textUpTo =
  (most: number): Check =>
  (value) =>
    typeof value === 'string' && value.length > 0 && value.length <= most;

/** A name, an id or a reason: 1 to MAX_NAME_LENGTH UTF-16 units. */
export const text: Check = textUpTo(MAX_NAME_LENGTH);

/** Throws TypeError unless a caller gave a name, an id or a reason. */
export function checkText(value: unknown, title: string): void {
  if (!text(value)) throw new TypeError(`${title} must be a text of 1 to ${MAX_NAME_LENGTH} characters`);
}

/** A count, a size or a time in whole seconds since 1970. */
export const whole: Check = (value) => Number.isSafeInteger(value) && (value as number) >= 0;

/** Exactly so many bytes, as strict base64url. */
export const bytes =
  (length: number): Check =>
  (value) =>
    typeof value === 'string' && value.length <= MAX_NAME_LENGTH && fromBase64url(value)?.length === length;

export const oneOf =
  (...values: readonly unknown[]): Check =>
  (value) =>
    values.includes(value);

export const listOf =
  (check: Check, least: number, most: number): Check =>
  (value) =>
    Array.isArray(value) && value.length >= least && value.length <= most && value.every(check);

const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** An object with exactly these members; a name ending in `?` may be missing. */
export const record =
  (members: Readonly<Record<string, Check>>): Check =>
  (value) => {
    if (!isObject(value)) return false;
    const known = new Map(Object.entries(members).map(([name, check]) => [name.replace('?', ''), check]));
    return (
      Object.keys(value).every((name) => known.has(name)) &&
      Object.keys(members).every((name) =>
        name.endsWith('?')
          ? !Object.hasOwn(value, name.slice(0, -1)) || members[name]!(value[name.slice(0, -1)])
          : Object.hasOwn(value, name) && members[name]!(value[name]),
      )
    );
  };

/**
 * The value that a text spells in canonical JSON, when it passes `check`; else undefined, also for no text. Never the parser's
 * error: it quotes what it read.
 */
export function readCanonical(json: string | null, check: Check = () => true): unknown {
  try {
    const value: unknown = JSON.parse(json ?? '');
    return canonicalJson(value as Json) === json && check(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/**
 * A check that is made when it is first used. Marked pure where it stands, it is left out of pages that never use it: bundlers
 * keep the calls of a module that they cannot know to have no effect.
 */
export function lazy(make: () => Check): Check {
  let made: Check | undefined;
  return (value) => {
    made ??= make();
    return made(value);
  };
}

/** Any JSON object of at most `most` bytes in canonical form. */
export const plainObject =
  (most: number): Check =>
  (value) => {
    if (!isObject(value)) return false;
    try {
      return utf8(canonicalJson(value as Json)).length <= most;
    } catch {
      return false; // something that JSON cannot carry
    }
  };

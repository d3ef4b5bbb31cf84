import { own } from '../engine/facts.js';
import { PolicyError, type PolicyErrorCode, step } from '../errors.js';
import { plain } from '../plain.js';

/** Longest claim that is read: the longest string a fact may hold. */
const MAX_CLAIM_CHARS = 512;
/** Most members of a list in a token: Entra points elsewhere above about 200 groups, and no person holds as many roles. */
export const MAX_CLAIM_MEMBERS = 1_000;

/** Claims by name, as plain JSON. */
export type Claims = Readonly<Record<string, unknown>>;

export function refuse(code: PolicyErrorCode, path: string, message: string): never {
  throw new PolicyError(code, path, message);
}

/** A copy of a set of claims that holds JSON and nothing else, so that no getter answers twice. */
export function claimsOf(value: unknown, path: string): Claims {
  if (value === undefined) refuse('CLAIM_MISSING', path, 'missing');
  let copy: unknown;
  try {
    copy = plain(value);
  } catch (cause) {
    throw new PolicyError('CLAIM_INVALID', path, 'not plain JSON', { cause });
  }
  if (typeof copy !== 'object' || copy === null || Array.isArray(copy)) refuse('CLAIM_INVALID', path, 'not an object');
  return copy as Claims;
}

/** A text claim of printable characters; undefined where it is absent. */
export function optionalText(claims: Claims, name: string, path: string): string | undefined {
  const value = own(claims, name);
  if (value === undefined) return undefined;
  if (typeof value !== 'string' || value === '' || value.length > MAX_CLAIM_CHARS)
    refuse('CLAIM_INVALID', step(path, name), 'not a text of 1 to 512 characters');
  return value;
}

export function text(claims: Claims, name: string, path: string): string {
  return optionalText(claims, name, path) ?? refuse('CLAIM_MISSING', step(path, name), 'missing');
}

/** An identifier: ASCII, no blank, at most 255 characters (OpenID Connect Core 1.0 section 2, `sub`). */
export function identifier(claims: Claims, name: string, path: string): string {
  const value = text(claims, name, path);
  if (!/^[\x21-\x7e]{1,255}$/.test(value)) refuse('CLAIM_INVALID', step(path, name), 'not an identifier');
  return value;
}

/** A list of texts, none of them twice; undefined where it is absent. */
export function optionalTexts(claims: Claims, name: string, path: string): readonly string[] | undefined {
  const value = own(claims, name);
  if (value === undefined) return undefined;
  const fits =
    Array.isArray(value) &&
    value.length <= MAX_CLAIM_MEMBERS &&
    value.every((one) => typeof one === 'string' && one !== '' && one.length <= MAX_CLAIM_CHARS);
  if (!fits || new Set(value).size !== value.length)
    refuse('CLAIM_INVALID', step(path, name), 'not a list of distinct texts');
  return value as readonly string[];
}

/** An ODS code, upper-cased; ASCII letters and digits only, so that no look-alike passes. */
export function odsCode(value: string, path: string): string {
  if (!isOdsCode(value)) refuse('CLAIM_INVALID', path, 'not an organisation code');
  return value.toUpperCase();
}

export function isOdsCode(value: unknown): value is string {
  return typeof value === 'string' && /^[A-Za-z0-9]{3,9}$/.test(value);
}

/** A name fit to be shown: without characters that are invisible or turn the direction of the text around. */
export function displayName(...candidates: readonly unknown[]): string | 'none' {
  const shown = candidates.find(
    (name) => typeof name === 'string' && name.trim() !== '' && name.length <= 200 && !/\p{C}/u.test(name),
  );
  return typeof shown === 'string' ? shown : 'none';
}

import { base64url, sha256, utf8 } from '@wardseal/primitives';

/** The version of rules, ids and states that this package makes. */
export const RULE_SET = 'wardseal.org/audit/flags/v0';

/**
 * A flag's id, for rules that run elsewhere, as in the custodian: the same finding has the same id.
 *
 * @param origin - the log whose entries it is about
 * @param rule - `[a-z-]+`, at most 32 characters
 * @param key - says which finding it is; only its digest stays
 * @returns the rule, a dot and 22 characters of base64url
 * @throws RangeError when the rule's id is malformed
 * @example
 * const id = flagId(origin, 'same-surname', `${actorHandle}:${day}`);
 */
export function flagId(origin: string, rule: string, key: string): string {
  if (!/^[a-z-]{1,32}$/.test(rule)) throw new RangeError('a rule id is 1 to 32 lower-case letters and dashes');
  return `${rule}.${base64url(sha256(utf8(`${RULE_SET}\0${origin}\0${rule}\0${key}`)).subarray(0, 16))}`;
}

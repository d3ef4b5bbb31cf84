import { own } from '../engine/facts.js';
import { step } from '../errors.js';
import { type Claims, identifier, MAX_CLAIM_MEMBERS, refuse } from './read.js';

/**
 * The one role of CIS2 that the person chose at sign-in. Roles are never pooled and there is no first one: a person who
 * works for two organisations acts for one of them at a time.
 */
export function selectedRole(
  idToken: Claims,
  userinfo: Claims,
): { readonly role: Claims; readonly path: string; readonly others: number } {
  const selectedPath = '/userinfo/selected_roleid';
  if (own(userinfo, 'selected_roleid') === undefined) refuse('ROLE_NOT_SELECTED', selectedPath, 'no role is selected');
  const selected = identifier(userinfo, 'selected_roleid', '/userinfo');
  const inToken = own(idToken, 'selected_roleid');
  if (inToken !== undefined && inToken !== selected)
    refuse('ROLE_NOT_SELECTED', '/idToken/selected_roleid', 'token and userinfo name different roles');

  const listPath = '/userinfo/nhsid_nrbac_roles';
  const roles = own(userinfo, 'nhsid_nrbac_roles');
  if (roles === undefined) refuse('CLAIM_MISSING', listPath, 'missing');
  if (!Array.isArray(roles) || roles.length > MAX_CLAIM_MEMBERS)
    refuse('CLAIM_INVALID', listPath, 'not a list of roles');
  const ids = roles.map((role, i) => identifier(asClaims(role, step(listPath, i)), 'person_roleid', step(listPath, i)));
  const at = ids.indexOf(selected);
  if (at === -1 || ids.lastIndexOf(selected) !== at)
    refuse('ROLE_NOT_SELECTED', selectedPath, 'selected role is not exactly one of the roles');
  return { role: roles[at] as Claims, path: step(listPath, at), others: roles.length - 1 };
}

function asClaims(value: unknown, path: string): Claims {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) refuse('CLAIM_INVALID', path, 'not a role');
  return value as Claims;
}

import { list } from '../check/shape.js';
import { PolicyError, step } from '../errors.js';
import type { Guardian } from './register.js';
import { checkAs, guardian, policyName } from './shapes.js';

/** Most guardians of one policy: a trust has a handful. */
export const MAX_GUARDIANS = 100;

/** Who may approve unless told otherwise: the roles that answer for patients' information, and who stands in for them. */
export const APPROVER_ROLES: readonly string[] = Object.freeze(['caldicott-guardian', 'siro', 'guardian']);

/** Who may approve, as the caller configured it. */
export interface Approvers {
  /** At most 100; no two with one id or one key. */
  readonly guardians: readonly Guardian[];
  /** Roles a guardian needs one of; `APPROVER_ROLES` unless told. */
  readonly approverRoles?: readonly string[];
}

/** The guardians by id and the roles, checked. Throws `GUARDIANS_INVALID`. */
export interface CheckedApprovers {
  readonly guardians: ReadonlyMap<string, Guardian>;
  readonly roles: readonly string[];
}

const guardianList = list(guardian, 0, MAX_GUARDIANS);
const roleList = list(policyName, 1, MAX_GUARDIANS);

export function checkApprovers({ guardians, approverRoles = APPROVER_ROLES }: Approvers): CheckedApprovers {
  checkAs('GUARDIANS_INVALID', guardianList, guardians, '/guardians');
  checkAs('GUARDIANS_INVALID', roleList, approverRoles, '/approverRoles');
  const ids = new Set<string>();
  const keys = new Set<string>();
  guardians.forEach(({ id, publicKey }, i) => {
    const at = step('/guardians', i);
    if (ids.has(id.toLowerCase()))
      throw new PolicyError('GUARDIANS_INVALID', step(at, 'id'), 'another guardian has this id');
    // Who holds one key is one person, whatever the names.
    if (keys.has(publicKey))
      throw new PolicyError('GUARDIANS_INVALID', step(at, 'publicKey'), 'another guardian has this key');
    ids.add(id.toLowerCase());
    keys.add(publicKey);
  });
  return { guardians: new Map(guardians.map((each) => [each.id, each])), roles: approverRoles };
}

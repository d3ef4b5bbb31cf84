import { PolicyError } from '../errors.js';
import { checkInput } from './check-input.js';
import { checkRegister } from './check-register.js';
import type { Register } from './register.js';
import { earlier, samePerson } from './shapes.js';
import { about, find, mustBe, type Step, withVersion } from './versions.js';

export interface Withdrawal {
  readonly version: number;
  readonly by: string;
  /** Somebody else who agrees. */
  readonly secondApprover: string;
  /** RFC 3339, UTC. */
  readonly at: string;
  /** Why: 1 to 1,000 characters. */
  readonly reason: string;
}

/**
 * Takes a version back, for ever: a draft that is not wanted, or the one in force. When it was in force **nothing is in force
 * afterwards, and everything is refused** until another version is activated; to go back to an older text, propose it as a new version.
 * Both people are named by the caller, who has to know that it was they.
 *
 * @returns the new register and the event `policy.withdraw`.
 * @throws PolicyError `REGISTER_INVALID`; `VERSION_INVALID` for a version that is not there; `TRANSITION_INVALID` when it is
 * superseded or withdrawn, or `at` lies before it came; `SELF_APPROVAL` when both are one person. TypeError for `by`,
 * `secondApprover`, `at` or `reason` of another form.
 * @example
 * ```ts
 * const { register } = withdraw(before, { version: 2, by: 'p-shah', secondApprover: 'p-reid', at, reason: 'Rule VW-03 is wrong' });
 * ```
 */
export function withdraw(register: Register, { version, by, secondApprover, at, reason }: Withdrawal): Step {
  checkRegister(register);
  checkInput({ by, secondApprover, at, reason });
  const found = find(register, version);
  const { entry, index } = found;
  mustBe(found, 'draft', 'approved', 'in-force');
  if (samePerson(by, secondApprover))
    throw new PolicyError('SELF_APPROVAL', '/secondApprover', 'who withdraws a version does not approve that');
  if (earlier(at, entry.activated?.at ?? entry.proposed.at))
    throw new PolicyError('TRANSITION_INVALID', '/at', 'before what happened already');
  const withdrawn = { by, secondApprover, at, reason };
  const detail = { secondApprover, reason, was: entry.status };
  return {
    register: withVersion(register, index, { ...entry, status: 'withdrawn', withdrawn }),
    events: [{ type: 'policy.withdraw', at, by, policy: about(register, entry), detail }],
  };
}

import { canonicalJson, ed25519Verify, fromBase64url, utf8 } from '@wardseal/primitives';
import { instant } from '../engine/time.js';
import { PolicyError, step } from '../errors.js';
import type { CheckedApprovers } from './guardians.js';
import { MAX_CLOCK_SKEW_MS } from './moments.js';
import type { Approval, VersionRef } from './register.js';
import { approval as approvalShape, checkAs, samePerson } from './shapes.js';

/** Two people: neither can change a policy alone. */
export const APPROVALS_NEEDED = 2;

/** No signature made for this line can be taken for one made for anything else, nor the other way round. */
const DOMAIN = 'wardseal.org/policy/v0 approval';

/** What an approval is asked to be about. */
export interface Approved extends VersionRef {
  readonly id: string;
}

/** The bytes a guardian signs: everything the approval says, in its one spelling. */
export function messageOf(statement: Omit<Approval, 'signature'>): Uint8Array<ArrayBuffer> {
  return utf8(`${DOMAIN}\n${canonicalJson(statement)}`);
}

/**
 * Throws unless a configured guardian signed just this version. `path` is where the approval stands: `APPROVAL_INVALID`,
 * `APPROVER_UNKNOWN`.
 */
export async function checkApproval(
  value: unknown,
  approved: Approved,
  { guardians, roles }: CheckedApprovers,
  path: string,
): Promise<Approval> {
  checkAs('APPROVAL_INVALID', approvalShape, value, path);
  const { signature, ...statement } = value as Approval;
  const { policy, version, digest, by, role } = statement;
  const about = (name: string, same: boolean): void => {
    if (!same) throw new PolicyError('APPROVAL_INVALID', step(path, name), 'an approval of something else');
  };
  about('policy', policy === approved.id);
  about('version', version === String(approved.version));
  about('digest', digest === approved.digest);
  const guardian = guardians.get(by);
  if (guardian === undefined) throw new PolicyError('APPROVER_UNKNOWN', step(path, 'by'), 'no guardian of that id');
  if (guardian.role !== role || !roles.includes(role))
    throw new PolicyError('APPROVER_UNKNOWN', step(path, 'role'), 'not a role in which this guardian may approve');
  // Both were found to be canonical base64url of the right length.
  const [key, signed] = [fromBase64url(guardian.publicKey)!, fromBase64url(signature)!];
  if (!(await ed25519Verify(key, messageOf(statement), signed)))
    throw new PolicyError('APPROVAL_INVALID', step(path, 'signature'), 'not signed by the key of this guardian');
  return { ...statement, signature };
}

/**
 * The approvals of a checked register that count today, one a guardian; none in it is the proposer's. Guardians leave and change their keys,
 * so that one which no longer counts is passed over; one dated after `until` (ms) does not count yet. `fault` is why the first did not.
 */
export async function countApprovals(
  approvals: readonly Approval[],
  approved: Approved,
  approvers: CheckedApprovers,
  path: string,
  until?: number,
): Promise<{ readonly counted: readonly Approval[]; readonly fault: unknown }> {
  const counted: Approval[] = [];
  let fault: unknown;
  for (const [i, each] of approvals.entries()) {
    if (counted.some(({ by }) => samePerson(by, each.by))) continue;
    try {
      const place = step(path, i);
      if (until !== undefined && instant(each.at)! > until + MAX_CLOCK_SKEW_MS)
        throw new PolicyError('APPROVAL_INVALID', step(place, 'at'), 'approved later than this moment');
      counted.push(await checkApproval(each, approved, approvers, place));
    } catch (error) {
      if (!(error instanceof PolicyError)) throw error;
      fault ??= error;
    }
  }
  return { counted, fault };
}

/** `countApprovals`, refused with `APPROVALS_MISSING` (`cause` says why one did not count) when there are too few. */
export async function requireApprovals(...given: Parameters<typeof countApprovals>): Promise<readonly Approval[]> {
  const { counted, fault } = await countApprovals(...given);
  if (counted.length < APPROVALS_NEEDED)
    throw new PolicyError(
      'APPROVALS_MISSING',
      given[3],
      `${counted.length} of ${APPROVALS_NEEDED} approvals that count`,
      fault === undefined ? {} : { cause: fault },
    );
  return counted;
}

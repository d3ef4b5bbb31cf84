import type { Pack } from '../document.js';
import { instant } from '../engine/time.js';
import { PolicyError, step } from '../errors.js';
import { loadPolicy } from '../load.js';
import { APPROVALS_NEEDED, checkApproval } from './approval.js';
import { type Approvers, checkApprovers } from './guardians.js';
import type { VersionRef } from './register.js';
import { samePerson } from './shapes.js';

export interface Verification extends Approvers {
  /** The policy this place goes by: the guardians of a trust may have signed several. */
  readonly id: string;
  /** The highest version this place has ever gone by, or null when it is new. Keep what comes back for the next time. */
  readonly notBelow: VersionRef | null;
  /** Milliseconds since 1970. When it is given, a policy whose `effectiveFrom` is still to come is refused. */
  readonly now?: number;
}

/**
 * Reads a policy that came as a file, and believes it only as two guardians signed it: for the start of a server and for a
 * page. It proves nothing about the rules; a server calls `proveInvariants` as well.
 *
 * @param json - what `signPack` made, as text or parsed.
 * @returns the pack, for `createPdp`.
 * @throws PolicyError what `loadPolicy` throws; `GUARDIANS_INVALID`; `DOCUMENT_INVALID` at `/id` for another policy;
 * `NOT_IN_FORCE` for another status; `APPROVALS_MISSING` below two approvals; `APPROVAL_INVALID`, `APPROVER_UNKNOWN` or
 * `APPROVER_REPEATED` when any approval in the file is not in order; `VERSION_INVALID` for a version below `notBelow`, or the same
 * with another text; `NOT_YET_EFFECTIVE`. TypeError when `notBelow` is neither null nor a version; RangeError when `now` is not
 * a finite number.
 * @example
 * ```ts
 * const pack = await verifyPack(await response.text(), { id: 'default-nhs', guardians, notBelow: seen });
 * ```
 */
export async function verifyPack(json: unknown, options: Verification): Promise<Pack> {
  const { id, notBelow, now, ...approvers } = options;
  const checked = checkApprovers(approvers);
  if (notBelow !== null && !(Number.isSafeInteger(notBelow?.version) && typeof notBelow.digest === 'string'))
    throw new TypeError('notBelow must be null or { version, digest }');
  if (now !== undefined && !Number.isFinite(now)) throw new RangeError('now must be milliseconds since 1970');
  const pack = loadPolicy(json);
  const { document, digest } = pack;
  const { version, status, effectiveFrom, approvals = [] } = document;
  if (document.id !== id) throw new PolicyError('DOCUMENT_INVALID', '/id', 'the document of another policy');
  if (status !== 'in-force') throw new PolicyError('NOT_IN_FORCE', '/status', `policy is ${status}`);
  if (notBelow !== null && (version < notBelow.version || (version === notBelow.version && digest !== notBelow.digest)))
    throw new PolicyError(
      'VERSION_INVALID',
      '/version',
      'below the version this place has gone by, or another text of it',
    );
  if (now !== undefined && effectiveFrom !== undefined && instant(effectiveFrom)! > now)
    throw new PolicyError('NOT_YET_EFFECTIVE', '/effectiveFrom', 'its time has not come');
  if (approvals.length < APPROVALS_NEEDED)
    throw new PolicyError('APPROVALS_MISSING', '/approvals', `${approvals.length} of ${APPROVALS_NEEDED} approvals`);
  const people: string[] = [];
  for (const [i, each] of approvals.entries()) {
    const path = step('/approvals', i);
    const { by } = await checkApproval(each, { id, version, digest }, checked, path);
    if (people.some((other) => samePerson(other, by)))
      throw new PolicyError('APPROVER_REPEATED', step(path, 'by'), 'this guardian has approved it twice');
    people.push(by);
  }
  return pack;
}

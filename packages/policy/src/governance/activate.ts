import { instant } from '../engine/time.js';
import { PolicyError, step } from '../errors.js';
import { requireApprovals } from './approval.js';
import { checkInput } from './check-input.js';
import { checkRegister } from './check-register.js';
import type { GovernanceEvent } from './event.js';
import { type Approvers, checkApprovers } from './guardians.js';
import { checkReady } from './readiness.js';
import type { Register, RegisteredVersion } from './register.js';
import { earlier } from './shapes.js';
import { summariseChange } from './summarise-change.js';
import { about, type Found, find, mustBe, packOf, type Step, withVersion } from './versions.js';

export interface Activation extends Approvers {
  readonly version: number;
  readonly by: string;
  /** RFC 3339, UTC. */
  readonly at: string;
}

/**
 * Brings an approved version into force; the one in force until now is superseded, for ever. Nothing is taken on trust: the
 * texts are read anew, their digests computed, the signatures checked against today's guardians, the examples run, the invariants
 * proved. What changes against the version in force is recorded in plain English, with witnesses.
 *
 * @returns the new register and the events `policy.supersede` (when a version was in force) and `policy.activate`.
 * @throws PolicyError `REGISTER_INVALID`; `GUARDIANS_INVALID`; `VERSION_INVALID` for a version that is not there, or not above
 * every version that ever was in force; `TRANSITION_INVALID` when it is in force, superseded or withdrawn, when it says that
 * it supersedes another version than the one in force, or when `at` lies before what happened already; `APPROVALS_MISSING`
 * when fewer than two approvals count at this moment (`cause`: why one does
 * not; one may be dated two minutes ahead). Of the document, with a path into it: `NOT_YET_EFFECTIVE`;
 * `REVIEW_DATE_INVALID`; `TESTS_FAILED`, also when there are no examples; `INVARIANT_BROKEN`; `ANALYSIS_TOO_LARGE`. TypeError
 * for `by` or `at` of another form.
 * @example
 * ```ts
 * const { register, events } = await activate(before, { version: 2, by: 'p-shah', at: new Date().toISOString(), guardians });
 * ```
 */
export async function activate(register: Register, { version, by, at, ...approvers }: Activation): Promise<Step> {
  checkRegister(register);
  checkInput({ by, at });
  const checked = checkApprovers(approvers);
  const found = find(register, version);
  const { entry, index, path } = found;
  mustBe(found, 'draft', 'approved');
  const { versions } = register;
  if (versions.slice(index + 1).some(({ activated }) => activated !== undefined))
    throw new PolicyError('VERSION_INVALID', '/version', 'a later version has been in force');
  const pack = packOf(entry, path);
  const before = inForceNow(register);
  checkOrder(found, versions, before, at);
  const place = step(path, 'approvals');
  const counted = await requireApprovals(entry.approvals, about(register, entry), checked, place, instant(at)!);
  checkReady(pack, at);
  const change = summariseChange(before === null ? null : packOf(before.entry, before.path), pack);
  const events: GovernanceEvent[] = [];
  let next = register;
  if (before !== null) {
    next = withVersion(next, before.index, { ...before.entry, status: 'superseded', supersededAt: at });
    const detail = { supersededBy: { version, digest: pack.digest } };
    events.push({ type: 'policy.supersede', at, by, policy: about(register, before.entry), detail });
  }
  next = withVersion(next, index, { ...entry, status: 'in-force', activated: { by, at, change } });
  const detail = { approvedBy: counted.map((each) => each.by), change };
  events.push({ type: 'policy.activate', at, by, policy: about(register, entry), detail });
  return { register: next, events };
}

function inForceNow(register: Register): Found | null {
  const now = register.versions.find(({ status }) => status === 'in-force');
  return now === undefined ? null : find(register, now.version);
}

/** A version comes after the one it says it replaces, and after everything that has happened. */
function checkOrder(
  { entry, path }: Found,
  versions: readonly RegisteredVersion[],
  before: Found | null,
  at: string,
): void {
  const { supersedes } = entry.document;
  if (supersedes !== undefined && before !== null && supersedes.digest !== before.entry.digest)
    throw new PolicyError('TRANSITION_INVALID', `${path}/document/supersedes`, 'not the version in force');
  const happened = [
    entry.proposed.at,
    ...versions.flatMap(({ activated, withdrawn }) => [activated?.at, activated && withdrawn?.at]),
  ];
  if (happened.some((each) => each !== undefined && earlier(at, each)))
    throw new PolicyError('TRANSITION_INVALID', '/at', 'before what happened already');
}

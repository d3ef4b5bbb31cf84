import type { Pack } from '../document.js';
import { PolicyError } from '../errors.js';
import { loadPolicy } from '../load.js';
import { checkInput } from './check-input.js';
import { checkRegister, MAX_VERSIONS } from './check-register.js';
import { checkReviewDate } from './readiness.js';
import type { Register, RegisteredVersion } from './register.js';
import { about, type Step } from './versions.js';

export interface Proposal {
  readonly pack: Pack;
  /** Who proposes it: 1 to 128 characters U+0021 to U+007E. Cannot approve it. */
  readonly by: string;
  /** RFC 3339, UTC. */
  readonly at: string;
  /** Why, in a sentence: 1 to 1,000 characters. */
  readonly reason: string;
}

/**
 * Takes a version into the register, as a draft that waits for approval.
 *
 * @param register - from `newRegister` or the step before.
 * @returns the new register and the event `policy.propose`.
 * @throws PolicyError `REGISTER_INVALID`; what `loadPolicy` throws, for the pack's document is read anew; `DIGEST_MISMATCH`
 * when the pack's digest is not its document's; `DOCUMENT_INVALID` when it is another policy's document; `VERSION_INVALID` when
 * its version is not above every earlier one, or it supersedes what is not in the register; `REVIEW_DATE_INVALID`. TypeError for
 * `by`, `at` or `reason` of another form.
 * @example
 * ```ts
 * const { register, events } = propose(before, { pack, by: 'p-shah', at: new Date().toISOString(), reason: 'First policy' });
 * ```
 */
export function propose(register: Register, { pack, by, at, reason }: Proposal): Step {
  checkRegister(register);
  checkInput({ by, at, reason });
  const { document, digest } = ownPack(pack);
  const { id, version, supersedes } = document;
  const { versions } = register;
  if (id !== register.id) throw new PolicyError('DOCUMENT_INVALID', '/id', 'the document of another policy');
  if (versions.length === MAX_VERSIONS) throw new PolicyError('REGISTER_INVALID', '/versions', 'register is full');
  if (version <= (versions.at(-1)?.version ?? 0))
    throw new PolicyError('VERSION_INVALID', '/version', 'not above every version that was proposed before');
  if (
    supersedes !== undefined &&
    !versions.some((each) => each.version === supersedes.version && each.digest === supersedes.digest)
  )
    throw new PolicyError('VERSION_INVALID', '/supersedes', 'supersedes what is not in the register');
  checkReviewDate({ document, digest }, at);
  const { approvals: _approvals, ...text } = document;
  const entry: RegisteredVersion = {
    version,
    digest,
    status: 'draft',
    document: { ...text, status: 'draft' },
    proposed: { by, at, reason },
    approvals: [],
  };
  const detail = { reason, supersedes: supersedes ?? null };
  return {
    register: { ...register, versions: [...versions, entry] },
    events: [{ type: 'policy.propose', at, by, policy: about(register, entry), detail }],
  };
}

/** The pack read anew: nobody signs or proposes under the digest of another text. */
export function ownPack({ document, digest }: Pack): Pack {
  const own = loadPolicy(document);
  if (own.digest !== digest)
    throw new PolicyError('DIGEST_MISMATCH', '/digest', 'the digest of the pack is not the one of its document');
  return own;
}

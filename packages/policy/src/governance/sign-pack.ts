import { canonicalJson } from '@wardseal/primitives';
import { PolicyError } from '../errors.js';
import { requireApprovals } from './approval.js';
import { checkRegister } from './check-register.js';
import { type Approvers, checkApprovers } from './guardians.js';
import type { Register } from './register.js';
import { about, find, packOf } from './versions.js';

/**
 * The file that travels: the version in force with its status and the approvals that count today, as canonical JSON. Servers
 * and browsers read it with `verifyPack`; to `loadPolicy` it is a document like any other.
 *
 * @returns the file's text. Make it anew when the guardians change: a reader refuses an approval of nobody it knows.
 * @throws PolicyError `REGISTER_INVALID`; `GUARDIANS_INVALID`; `NOT_IN_FORCE` when no version is; `APPROVALS_MISSING` when fewer
 * than two of its approvals count today (`cause`: why one does not).
 * @example
 * ```ts
 * await writeFile('policy.signed.json', await signPack(register, { guardians }));
 * ```
 */
export async function signPack(register: Register, approvers: Approvers): Promise<string> {
  checkRegister(register);
  const checked = checkApprovers(approvers);
  const now = register.versions.find(({ status }) => status === 'in-force');
  if (now === undefined) throw new PolicyError('NOT_IN_FORCE', '/versions', 'no version is in force');
  const { entry, path } = find(register, now.version);
  const { document } = packOf(entry, path);
  const { approvals } = entry;
  const counted = await requireApprovals(approvals, about(register, entry), checked, `${path}/approvals`);
  return canonicalJson({ ...document, approvals: counted });
}

import { base64url } from '@wardseal/primitives';
import type { Pack } from '../document.js';
import { messageOf } from './approval.js';
import { checkInput } from './check-input.js';
import { ownPack } from './propose.js';
import type { Approval } from './register.js';

export interface Signing {
  /** The guardian's id, as configured. */
  readonly by: string;
  /** The guardian's role, as configured. */
  readonly role: string;
  /** RFC 3339, UTC. */
  readonly at: string;
  /** The guardian's Ed25519 key: 64 bytes for a message (RFC 8032). May ask a smart card or another program. */
  readonly sign: (message: Uint8Array<ArrayBuffer>) => Promise<Uint8Array> | Uint8Array;
}

/**
 * A guardian's approval of exactly this text: its policy, version and digest, who approves in which role, and when, under one
 * signature. The guardian's own program reads the document and computes the digest, so what is signed is what was there to be read.
 *
 * @param pack - from `loadPolicy`, made where the guardian read the text.
 * @returns an approval for `approve`; it does not say whether this person may approve.
 * @throws PolicyError `DIGEST_MISMATCH` and what `loadPolicy` throws. TypeError for `by`, `role` or `at` of another form, or a
 * signer that does not give 64 bytes.
 * @example
 * ```ts
 * const approval = await signApproval(pack, { by: 'p-reid', role: 'siro', at, sign: (message) => sign(null, message, key) });
 * ```
 */
export async function signApproval(pack: Pack, { by, role, at, sign }: Signing): Promise<Approval> {
  checkInput({ by, at, role });
  const { document, digest } = ownPack(pack);
  const statement = {
    format: 'policy-approval/0',
    policy: document.id,
    version: String(document.version),
    digest,
    by,
    role,
    at,
  } as const;
  const signature = await sign(messageOf(statement));
  if (!(signature instanceof Uint8Array) || signature.length !== 64) throw new TypeError('sign must give 64 bytes');
  return { ...statement, signature: base64url(signature) };
}

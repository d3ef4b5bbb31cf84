import { SealError } from '../errors.js';
import type { ProvenFile } from '../open-header.js';
import type { ChangedHeader, ChangeOptions } from './change-options.js';
import { changeRecipients } from './change-recipients.js';

/** Throws RECIPIENT_UNKNOWN unless each thumbprint is of somebody who can open the file; TypeError on anything else than a list. */
export function checkThere(thumbprints: readonly string[], { recipients }: ProvenFile): void {
  const there = new Set(recipients.map(({ thumbprint }) => thumbprint));
  if (!thumbprints.every((thumbprint) => there.has(thumbprint)))
    throw new SealError('RECIPIENT_UNKNOWN', 'the file has no such recipient');
}

/** Whom to remove, as the caller says now. Throws TypeError when that is nobody. */
export function ownThumbprints(thumbprints: readonly string[]): readonly string[] {
  if (!Array.isArray(thumbprints) || thumbprints.length === 0) throw new TypeError('thumbprints must not be empty');
  return [...thumbprints];
}

/**
 * Writes the header anew without some recipients, under the same file key. This stops only people who never fetched an earlier
 * header: whoever holds one still opens the payload. To put somebody out, use `removeRecipients`. It is for what is spent
 * anyway: a link that was used, a session key, a custodian that has filed the picture.
 *
 * @param thumbprints of recipients; a link's id; the set of the recovery.
 * @returns as `addRecipients`.
 * @throws SealError with every code of `open` that does not concern the payload; RECIPIENT_UNKNOWN when a thumbprint is not
 * there; SNAPSHOT_STALE, SENDER_EXPIRED, SENDER_REVOKED, SENDER_UNKNOWN, SIGNATURE_INVALID, KEY_INVALID: as `seal`, of the actor;
 * LIMIT when the stanzas taken out do not fit a grant of 64 KiB: rotate instead.
 * @throws TypeError on the caller's mistakes; RangeError when nobody would be left.
 *
 * @see docs/spec/sealed-file.md, "Grants".
 *
 * @example
 * const changed = await rewrapWithout(header, ['link-1'], { actor, directory, reason: 'link used', resolveSender, authorizeGrant });
 */
export async function rewrapWithout(
  header: Uint8Array,
  thumbprints: readonly string[],
  options: ChangeOptions,
): Promise<ChangedHeader> {
  const remove = ownThumbprints(thumbprints);
  return changeRecipients(header, options, (file) => {
    checkThere(remove, file);
    if (file.recipients.every(({ thumbprint }) => remove.includes(thumbprint)))
      throw new RangeError('nobody would be left who can open the file');
    return { kind: 'remove', remove };
  });
}

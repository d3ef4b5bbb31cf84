import { recipientThumbprint } from '../keys/recipient.js';
import { ownPeople } from '../seal-options.js';
import type { SealedSource } from '../source.js';
import { checkThere, ownThumbprints } from './rewrap-without.js';
import { type RotatedFile, type RotateOptions, rotateFile } from './rotate.js';

/**
 * Puts people out of a sealed file: rotates it to a new key for `recipients`, after checking that nobody who is to go stays,
 * neither as recipient nor as custodian, guardian or link. Whoever kept the old header and payload still has what they had.
 *
 * @param thumbprints of recipients who are to go; a link's id; the set of the recovery.
 * @returns as `rotate`.
 * @throws SealError as `rotate`; RECIPIENT_UNKNOWN when a thumbprint is not of somebody who can open the file.
 * @throws RangeError when somebody who is to go is among the new recipients; TypeError on the caller's other mistakes.
 *
 * @see docs/spec/sealed-file.md, "Rotation".
 *
 * @example
 * const rotated = await removeRecipients(file, [recipientThumbprint(leaver.recipient)], {
 *   actor, directory, reason: 'left the trust', recipients: remaining, custodian, resolveSender, authorizeGrant,
 * });
 */
export async function removeRecipients(
  file: SealedSource,
  thumbprints: readonly string[],
  options: RotateOptions,
): Promise<RotatedFile> {
  const gone = ownThumbprints(thumbprints);
  const own = ownPeople(options);
  const { recipients, custodian, guardians, link } = own;
  const keys = [...recipients, ...(custodian === undefined ? [] : [custodian]), ...(guardians?.seats ?? [])];
  const staying = new Set(keys.map((key) => recipientThumbprint(typeof key === 'string' ? key : key.recipient)));
  if (gone.some((thumbprint) => staying.has(thumbprint) || thumbprint === link?.id))
    throw new RangeError('somebody who is to be removed is among the new recipients');
  return rotateFile(file, own, (opened) => checkThere(gone, opened));
}

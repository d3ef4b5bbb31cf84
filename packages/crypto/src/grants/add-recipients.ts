import { addresseeOf, type Trust } from '../draft.js';
import type { ProvenFile } from '../open-header.js';
import { ownRecipient, type Recipient } from '../seal-options.js';
import type { ChangedHeader, ChangeOptions } from './change-options.js';
import { changeRecipients, type Newcomer } from './change-recipients.js';

/** What `addRecipients` needs to know. */
export interface AddOptions extends ChangeOptions {
  /** What the newcomers are. Default `member`; `custodian` for a custodian's next key. */
  readonly role?: 'member' | 'custodian';
}

/** Those who are not there yet, once each. Throws RangeError when somebody is there in another role. */
export function newcomers(
  recipients: readonly { readonly key: Recipient; readonly person?: string; readonly organisation?: string }[],
  role: 'member' | 'custodian',
  file: ProvenFile,
  trust: Trust,
): Newcomer[] {
  const there = new Map(file.recipients.map(({ thumbprint, role: its }) => [thumbprint, its]));
  const found: Newcomer[] = [];
  for (const { key, ...whose } of recipients) {
    const addressee = addresseeOf(key, trust);
    const already = there.get(addressee.thumbprint);
    if (already !== undefined && already !== role) throw new RangeError(`a recipient is already there as ${already}`);
    if (already === undefined) found.push({ addressee, role, ...whose });
    there.set(addressee.thumbprint, role);
  }
  return found;
}

/**
 * Lets further people open a sealed file: whoever can open it wraps its key for them and signs that they did. Needs the header
 * alone; the payload stays as it is. The header is proven whole first, as `open` does, and nobody accepts the change unless
 * their `authorizeGrant` does.
 *
 * Somebody who is there already is passed over; when nobody is new, the header comes back unchanged, so that a repeated call
 * does no harm. Store the result only in the place of the header with `previousDigest`.
 *
 * @param header the file's header alone (see `detachHeader`).
 * @param recipients directory entries, or bare age recipient strings, which are then named in `unverifiedRecipients`.
 * @returns the new header, digests (32 bytes each), epoch and who was added.
 * @throws SealError with every code of `open` that does not concern the payload, and
 * - `SNAPSHOT_STALE`, `RECIPIENT_EXPIRED`, `RECIPIENT_REVOKED`, `RECIPIENT_UNKNOWN`, `SENDER_EXPIRED`, `SENDER_REVOKED`,
 *   `SENDER_UNKNOWN`, `KEY_INVALID`, `MIXED_MODE`, `SIGNATURE_INVALID`: as `seal`, of the newcomers and the actor;
 * - `LIMIT`: more than 512 stanzas, 2 MiB of header or 64 KiB of grant: rotate instead.
 * @throws TypeError or RangeError on the caller's mistakes: no recipient, no reason, somebody there in another role.
 *
 * @see docs/spec/sealed-file.md, "Grants".
 *
 * @example
 * const changed = await addRecipients(header, [colleague], {
 *   actor: { identities: [identity], sender: { keys, entry } }, directory, reason: 'on call', resolveSender, authorizeGrant,
 * });
 */
export async function addRecipients(
  header: Uint8Array,
  recipients: readonly Recipient[],
  options: AddOptions,
): Promise<ChangedHeader> {
  const { role = 'member' } = options;
  if (!Array.isArray(recipients) || recipients.length === 0) throw new TypeError('recipients must not be empty');
  if (role !== 'member' && role !== 'custodian') throw new TypeError('role must be `member` or `custodian`');
  const named = recipients
    .map(ownRecipient)
    .map((key) => (typeof key === 'string' ? { key } : { key, person: key.person, organisation: key.organisation }));
  return changeRecipients(header, options, (file, trust) => ({
    kind: 'add',
    add: newcomers(named, role, file, trust),
  }));
}

import { checkText } from '../checks.js';
import { SealError } from '../errors.js';
import type { DirectoryEntry } from '../keys/directory-entry.js';
import { newcomers } from './add-recipients.js';
import type { ChangedHeader, ChangeOptions } from './change-options.js';
import { changeRecipients } from './change-recipients.js';

/** A key for one session of somebody, such as at a shared workstation. Who holds it, the caller must have proven. */
export interface SessionKey {
  readonly recipient: string;
  readonly person: string;
  readonly organisation: string;
}

/** What `release` needs to know. */
export interface ReleaseOptions extends ChangeOptions {
  /** Id of the audit log's entry: a release without one is none. */
  readonly logEntry: string;
}

/**
 * Lets one entitled person open a sealed file, under an entry of the audit log: what the custodian does on a handover, for a
 * shared workstation or when the glass is broken. `to` is a directory entry, or a key of one session; the person of a session
 * key must stand in the directory, and the key itself is always named in `unverifiedRecipients`.
 *
 * Somebody who can open the file already gets no second stanza: the header comes back unchanged.
 *
 * @returns as `addRecipients`.
 * @throws SealError as `addRecipients`; RECIPIENT_UNKNOWN when the directory has no such person now, for a session key too.
 * @throws TypeError without `logEntry`, or when `to` is neither an entry nor a session key.
 *
 * @see docs/spec/sealed-file.md, "Grants".
 *
 * @example
 * const changed = await release(header, colleague, { actor, directory, reason: 'handover', logEntry, resolveSender, authorizeGrant });
 */
export async function release(
  header: Uint8Array,
  to: DirectoryEntry | SessionKey,
  options: ReleaseOptions,
): Promise<ChangedHeader> {
  const { directory, logEntry } = options;
  const whom = { ...to };
  checkText(logEntry, 'logEntry');
  const texts = [whom.recipient, whom.person, whom.organisation];
  if (!texts.every((text) => typeof text === 'string' && text.length > 0))
    throw new TypeError('to must be a directory entry or a session key');
  return changeRecipients(header, options, (file, trust) => {
    const session = !('signingKey' in whom);
    if (session && directory !== 'unverified') {
      const known = directory.organisation === whom.organisation && directory.person(whom.person, trust.now) !== null;
      if (!known) throw new SealError('RECIPIENT_UNKNOWN', 'the person of a session key is not in the directory now');
    }
    const { recipient, person, organisation } = whom;
    return {
      kind: 'release',
      add: newcomers([{ key: session ? recipient : whom, person, organisation }], 'member', file, trust),
    };
  });
}

import type { JsonObject } from './checks.js';
import { SealError } from './errors.js';
import type { Directory, DirectoryEntry } from './keys/directory-entry.js';
import type { Mode } from './keys/recipient.js';
import type { Signer, SigningKeyPair } from './keys/signing-key.js';
import { MAX_SEATS, MAX_STANZAS } from './limits.js';
import { isPart, type Labels, type Manifest } from './manifest-claims.js';
import { checkLinkKey, type LinkKey } from './stanza/link.js';

/** Somebody to seal to: an entry of the directory, or a bare age recipient string, about which nothing is known. */
export type Recipient = DirectoryEntry | string;

/** What `seal` needs to know. */
export interface SealOptions {
  /**
   * The verified directory that vouches for every entry below, sender included. `unverified` takes entries on the
   * caller's word; the result then lists every recipient under `unverifiedRecipients`.
   */
  readonly directory: Directory | 'unverified';
  /** Who may open the file. The sender is not added: list yourself to keep access. */
  readonly recipients: readonly Recipient[];
  /** The custodian, an openly listed recipient that files the picture into the record. */
  readonly custodian?: Recipient;
  /** Guardians who can, `threshold` of them together, give somebody access later. Without them the file has no recovery. */
  readonly guardians?: { readonly seats: readonly Recipient[]; readonly threshold: number };
  /** A link whose key opens the file. */
  readonly link?: LinkKey;
  readonly sender: { readonly keys: SigningKeyPair | Signer; readonly entry: DirectoryEntry };
  /** What the plaintext is, such as `image/jpeg`: a signed claim of the sender, not a fact. */
  readonly mediaType: string;
  /** Opaque case id that joins files of one case. */
  readonly case: string;
  readonly labels: Labels;
  /** Clinical facts, readable by recipients only; at most 16 KiB of JSON. */
  readonly clinical?: JsonObject;
  /** Root of the unmarked original (32 bytes) when this is a copy of one. */
  readonly originRoot?: Uint8Array;
  /** `pq` (default), or `classic` for a file whose every recipient, custodian and guardian has a classic key. */
  readonly mode?: Mode;
  /** The time of sealing, in seconds since 1970. Default: the system's clock. */
  readonly now?: number;
}

/** Throws TypeError, RangeError or LIMIT when an option is missing, of the wrong kind or too much. */
export function checkOptions(o: SealOptions): void {
  const { mediaType, case: caseId, labels, clinical } = o;
  for (const [name, value] of Object.entries({ mediaType, case: caseId, labels }))
    if (!isPart(name as keyof Manifest, value))
      throw new TypeError(`${name} is missing, too long or of the wrong type`);
  if (clinical !== undefined && !isPart('clinical', clinical))
    throw new TypeError('clinical must be a JSON object of at most 16 KiB');
  if (!Array.isArray(o.recipients) || o.recipients.length === 0) throw new TypeError('recipients must not be empty');
  if (o.mode !== undefined && o.mode !== 'pq' && o.mode !== 'classic')
    throw new TypeError('mode must be `pq` or `classic`');
  if (o.originRoot !== undefined && !(o.originRoot instanceof Uint8Array && o.originRoot.length === 32))
    throw new RangeError('originRoot must be 32 bytes');
  if (o.link !== undefined) checkLinkKey(o.link);
  const seats = o.guardians?.seats.length ?? 0;
  const threshold = o.guardians?.threshold ?? 0;
  if (o.guardians && !(Number.isInteger(threshold) && threshold >= 1 && threshold <= seats && seats <= MAX_SEATS))
    throw new RangeError(`guardians must be 1 to ${MAX_SEATS} seats and a threshold of at most that many`);
  // manifest and tree take a stanza each
  if (o.recipients.length > MAX_STANZAS - 5)
    throw new SealError('LIMIT', 'too many recipients', { what: 'MAX_STANZAS', limit: MAX_STANZAS });
}

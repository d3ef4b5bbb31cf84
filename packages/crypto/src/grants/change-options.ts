import { checkText } from '../checks.js';
import type { Directory, DirectoryEntry } from '../keys/directory-entry.js';
import type { Signer, SigningKeyPair } from '../keys/signing-key.js';
import type { Credentials } from '../unwrap.js';
import type { Judgement } from '../verify.js';

/** Who changes the recipients: somebody who can open the file, and the keys with which they sign that they did. */
export interface Actor extends Credentials {
  readonly sender: { readonly keys: SigningKeyPair | Signer; readonly entry: DirectoryEntry };
}

/** What a change of recipients needs to know: how the header is judged before it is touched, and what is signed. */
export interface ChangeOptions extends Judgement {
  readonly actor: Actor;
  /** The verified directory that vouches for the actor and whoever is added; `unverified` takes entries on the caller's word. */
  readonly directory: Directory | 'unverified';
  /** Why, in a few words that every recipient will read. Never about a patient. */
  readonly reason: string;
  /** Id of the audit log's entry of this change. */
  readonly logEntry?: string;
  /** The time of the change, in seconds since 1970. Default: the system's clock. */
  readonly now?: number;
}

/** A header with other recipients. Stores keep it only in the place of the one with `previousDigest` (compare and swap). */
export interface ChangedHeader {
  readonly header: Uint8Array<ArrayBuffer>;
  /** SHA-256 of `header`, 32 bytes. */
  readonly headerDigest: Uint8Array<ArrayBuffer>;
  /** SHA-256 of the header that it replaces; the same when nothing had to be changed. */
  readonly previousDigest: Uint8Array<ArrayBuffer>;
  readonly epoch: number;
  /** Thumbprints of whoever was let in; those who could open the file already are not among them. */
  readonly added: readonly string[];
  /** Thumbprints of whoever was put out. */
  readonly removed: readonly string[];
  /** Thumbprints among `added` that no directory vouched for. */
  readonly unverifiedRecipients: readonly string[];
}

/** Throws TypeError when what will be signed about a change is missing or too long. */
export function checkWords({ reason, logEntry }: Pick<ChangeOptions, 'reason' | 'logEntry'>): void {
  checkText(reason, 'reason');
  if (logEntry !== undefined) checkText(logEntry, 'logEntry');
}

/** Who opens and how the file is judged; nothing else of the options, such as the link of a file that is yet to be made. */
export function openingOf(o: ChangeOptions): Credentials & Judgement {
  const { sender: _, ...credentials } = o.actor ?? {};
  const { resolveSender, sentAt, expectLabels, authorizeGrant, notBelowEpoch } = o;
  const given = { sentAt, expectLabels, authorizeGrant, notBelowEpoch };
  const judgement = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  return { ...credentials, resolveSender, ...judgement };
}

import { canonicalJson } from '@wardseal/primitives';
import type { JsonObject } from './checks.js';
import { SealError } from './errors.js';
import type { Directory, DirectoryEntry } from './keys/directory-entry.js';
import type { Mode } from './keys/recipient.js';
import type { Signer, SigningKeyPair } from './keys/signing-key.js';
import { MAX_SEATS, MAX_STANZAS } from './limits.js';
import { isPart, type Labels } from './manifest-claims.js';
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

// Copies of what the caller gave. Making a file takes a while: who keeps one object for many files must not give one the case
// or the people of the next, and who wipes a link's key too early must not seal to zeros.

/** A recipient as the caller names them now. */
export function ownRecipient(recipient: Recipient): Recipient {
  return typeof recipient === 'object' ? { ...recipient } : recipient;
}

/** The sender as they are now. */
export function ownSender(sender: SealOptions['sender']): SealOptions['sender'] {
  const { keys, entry } = sender ?? {};
  return { keys: keys && 'sign' in keys ? keys : { ...keys }, entry: { ...entry } };
}

/** Who may open a file. */
interface People extends Pick<SealOptions, 'recipients' | 'custodian'> {
  readonly guardians?: SealOptions['guardians'];
  readonly link?: SealOptions['link'];
}

/** The same options with who may open the file as it is now. Throws TypeError, RangeError or LIMIT on wrong people. */
export function ownPeople<O extends People>(o: O): O {
  const { recipients, custodian, guardians, link } = o;
  if (!Array.isArray(recipients) || recipients.length === 0) throw new TypeError('recipients must not be empty');
  if (link !== undefined) checkLinkKey(link);
  const seats = guardians?.seats?.length ?? 0;
  const threshold = guardians?.threshold ?? 0;
  const few = Number.isInteger(threshold) && threshold >= 1 && threshold <= seats && seats <= MAX_SEATS;
  if (guardians !== undefined && !few)
    throw new RangeError(`guardians must be 1 to ${MAX_SEATS} seats and a threshold of at most that many`);
  // manifest and tree take a stanza each
  if (recipients.length > MAX_STANZAS - 5)
    throw new SealError('LIMIT', 'too many recipients', { what: 'MAX_STANZAS', limit: MAX_STANZAS });
  return {
    ...o,
    recipients: recipients.map(ownRecipient),
    ...(custodian === undefined ? {} : { custodian: ownRecipient(custodian) }),
    ...(guardians === undefined ? {} : { guardians: { seats: guardians.seats.map(ownRecipient), threshold } }),
    ...(link === undefined ? {} : { link: { id: link.id, key: new Uint8Array(link.key) } }),
  };
}

const ownJson = (value: JsonObject) => JSON.parse(canonicalJson(value)) as JsonObject;

const SHAPES = {
  mediaType: 'a media type in lower case, such as image/jpeg',
  case: 'a text of 1 to 256 characters',
  labels: 'a JSON object of at most 4 KiB',
} as const;

/** The options as they are now. Throws TypeError, RangeError or LIMIT when one is missing, of the wrong kind or too much. */
export function ownOptions(o: SealOptions): SealOptions {
  const { labels, clinical } = o;
  for (const name of ['mediaType', 'case', 'labels'] as const)
    if (!isPart(name, o[name])) throw new TypeError(`${name} must be ${SHAPES[name]}`);
  if (clinical !== undefined && !isPart('clinical', clinical))
    throw new TypeError('clinical must be a JSON object of at most 16 KiB');
  const own = ownPeople(o);
  if (o.mode !== undefined && o.mode !== 'pq' && o.mode !== 'classic')
    throw new TypeError('mode must be `pq` or `classic`');
  if (o.originRoot !== undefined && !(o.originRoot instanceof Uint8Array && o.originRoot.length === 32))
    throw new RangeError('originRoot must be 32 bytes');
  return {
    ...own,
    sender: ownSender(o.sender),
    labels: ownJson(labels),
    ...(clinical === undefined ? {} : { clinical: ownJson(clinical) }),
    ...(o.originRoot === undefined ? {} : { originRoot: new Uint8Array(o.originRoot) }),
  };
}

import { base64url, fromUtf8, sha256, utf8 } from '@wardseal/primitives';
import { parseDetached } from '../detach.js';
import { checkedSender, checkLength, type Seat, type Trust } from '../draft.js';
import { SealError } from '../errors.js';
import { encodeHeader, stanzaDigest } from '../header.js';
import { sealInner } from '../inner.js';
import { checkDirectory, type Directory, type DirectoryEntry } from '../keys/directory-entry.js';
import type { Signer, SigningKeyPair } from '../keys/signing-key.js';
import { MAX_STANZAS } from '../limits.js';
import { isPart } from '../manifest-claims.js';
import { openHeader, type ProvenFile } from '../open-header.js';
import { wrapForRecipient } from '../stanza/native.js';
import { signStatement } from '../statement.js';
import type { Credentials } from '../unwrap.js';
import type { Judgement } from '../verify.js';
import { GRANT, type Grant } from './grant.js';

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

/** One to let in. */
export interface Newcomer {
  readonly seat: Seat;
  readonly role: 'member' | 'custodian';
  readonly person?: string;
  readonly organisation?: string;
}

/** What a verb wants done to a header that was proven. */
export interface Plan {
  readonly kind: Grant['kind'];
  readonly add?: readonly Newcomer[];
  readonly remove?: readonly string[];
}

/** The time of a change. Throws RangeError when it is not whole seconds. */
export function timeOf({ now }: { readonly now?: number }): number {
  const time = now ?? Math.floor(Date.now() / 1000);
  if (!isPart('iat', time)) throw new RangeError('now must be whole seconds since 1970');
  return time;
}

/** Throws TypeError when what will be signed about a change is missing or too long. */
export function checkWords({ reason, logEntry }: Pick<ChangeOptions, 'reason' | 'logEntry'>): void {
  for (const [name, value] of Object.entries({ reason, logEntry }))
    if (!(name === 'logEntry' && value === undefined) && !isPart(name as 'reason', value))
      throw new TypeError(`${name} must be a text of 1 to 256 characters`);
}

/** Who opens and how the header is judged. */
export function openingOf({ actor, ...o }: ChangeOptions): Credentials & Judgement {
  const { sender: _, ...credentials } = actor ?? {};
  return { ...o, ...credentials };
}

/** Proves a header, changes its recipients as `planOf` says, and signs the change. Throws as the verbs say. */
export async function changeRecipients(
  header: Uint8Array,
  o: ChangeOptions,
  planOf: (file: ProvenFile, trust: Trust) => Plan,
): Promise<ChangedHeader> {
  if (!(header instanceof Uint8Array)) throw new TypeError('header must be a Uint8Array');
  const now = timeOf(o);
  checkWords(o);
  checkDirectory(o.directory, now);
  const { signer, iss } = await checkedSender(o.actor?.sender, { directory: o.directory, now });
  const parsed = parseDetached(header);
  const { fileKey, file, lines } = await openHeader(parsed, header, openingOf(o));
  try {
    // openHeader was not allowed to give anything else.
    if (!file.signed) throw new SealError('UNSIGNED', 'file is not signed');
    const { kind, add = [], remove = [] } = planOf(file, { directory: o.directory, now, mode: file.mode });
    const previousDigest = file.headerDigest;
    if (add.length + remove.length === 0)
      return {
        header: header.slice(),
        headerDigest: previousDigest.slice(),
        previousDigest,
        epoch: file.epoch,
        added: [],
        removed: [],
        unverifiedRecipients: [],
      };
    const out = new Set([...lines].filter(([, { thumbprint }]) => remove.includes(thumbprint)).map(([s]) => s));
    const stanzas = parsed.stanzas.filter((stanza) => !out.has(stanza));
    const removed: Grant['removed'] = parsed.stanzas.flatMap((stanza, at) =>
      out.has(stanza)
        ? [{ thumbprint: lines.get(stanza)!.thumbprint, at, stanza: fromUtf8(stanza.raw)! }]
        : [],
    );
    if (stanzas.length + add.length + 1 > MAX_STANZAS)
      throw new SealError('LIMIT', 'header would have too many stanzas: rotate instead', {
        what: 'MAX_STANZAS',
        limit: MAX_STANZAS,
      });
    const added: Grant['added'][number][] = [];
    for (const { seat, role, ...whose } of add) {
      const stanza = await wrapForRecipient(seat.key, fileKey);
      stanzas.push(stanza);
      added.push({ thumbprint: seat.thumbprint, role, digest: base64url(stanzaDigest(stanza)), ...whose });
    }
    const epoch = file.epoch + 1;
    const claims: Grant = {
      v: 0,
      manifest: file.manifest.id,
      prev: base64url(previousDigest),
      epoch,
      iss,
      iat: now,
      reason: o.reason,
      ...(o.logEntry === undefined ? {} : { logEntry: o.logEntry }),
      kind,
      added,
      removed,
    };
    stanzas.push(await sealInner('grant', fileKey, utf8(await signStatement(GRANT, claims, signer))));
    const changed = encodeHeader(fileKey, stanzas);
    checkLength(changed.length);
    return {
      header: changed,
      headerDigest: sha256(changed),
      previousDigest,
      epoch,
      added: added.map(({ thumbprint }) => thumbprint),
      removed: removed.map(({ thumbprint }) => thumbprint),
      unverifiedRecipients: add.filter(({ seat }) => !seat.verified).map(({ seat }) => seat.thumbprint),
    };
  } finally {
    fileKey.fill(0);
  }
}

import { checkLimit, SealError } from './errors.js';
import type { Header, Stanza } from './header.js';
import type { Identity } from './keys/recipient.js';
import { MAX_IDENTITIES } from './limits.js';
import { openerOf } from './stanza/box.js';
import { checkLinkKey, type LinkKey, unwrapLink } from './stanza/link.js';
import { checkNative, nativeKind, unwrapNative } from './stanza/native.js';
import { type RecoveryKey, recoverySetOf, unwrapRecovery } from './stanza/recovery.js';
import { checkScrypt, unwrapScrypt } from './stanza/scrypt.js';

/** What may open a file: at least one of these. */
export interface Credentials {
  /** Age identities, `AGE-SECRET-KEY-PQ-1...` or `AGE-SECRET-KEY-1...`, or held ones; at most 16. */
  readonly identities?: readonly Identity[];
  /** A link's key. */
  readonly link?: LinkKey;
  /** What `combineShares` gave. */
  readonly recovery?: RecoveryKey;
  /** For a stranger's age file under a passphrase. */
  readonly passphrase?: string;
}

/** Refuses headers whose known stanzas are malformed, before any secret touches them. Throws HEADER_INVALID or LIMIT. */
export function checkStanzas(header: Header): void {
  for (const stanza of header.stanzas) checkNative(stanza);
  checkScrypt(header.stanzas);
  recoverySetOf(header);
}

/** The file key, and which stanza gave it to whom (null when it was no identity that opened). */
export interface Unwrapped {
  readonly fileKey: Uint8Array<ArrayBuffer>;
  readonly own: { readonly stanza: Stanza; readonly recipient: string } | null;
}

/**
 * The file key. Throws NO_MATCH, one code for every reason, so that nobody learns which key would nearly have fitted;
 * HEADER_INVALID for a broken stanza, KEY_INVALID for a string that is no identity, TypeError without any credential.
 */
export async function unwrapFileKey(header: Header, credentials: Credentials): Promise<Unwrapped> {
  const { identities = [], link, recovery, passphrase } = credentials;
  if (identities.length === 0 && link === undefined && recovery === undefined && passphrase === undefined)
    throw new TypeError('identities, a link, a recovery key or a passphrase is needed');
  checkLimit(identities.length, MAX_IDENTITIES, 'MAX_IDENTITIES', 'too many identities');
  if (link !== undefined) checkLinkKey(link);
  checkStanzas(header);
  const openers = identities.map(openerOf);
  for (const stanza of header.stanzas) {
    if (nativeKind(stanza) !== null) {
      for (const opener of openers) {
        const fileKey = await unwrapNative(stanza, opener);
        if (fileKey !== null) return { fileKey, own: { stanza, recipient: await opener.recipient() } };
      }
    }
    const fileKey =
      (link === undefined ? null : await unwrapLink(stanza, link)) ??
      (passphrase === undefined ? null : await unwrapScrypt(stanza, passphrase));
    if (fileKey !== null) return { fileKey, own: null };
  }
  const set = recovery === undefined ? null : recoverySetOf(header);
  const fileKey = set === null ? null : await unwrapRecovery(set, recovery!);
  if (fileKey === null) throw new SealError('NO_MATCH', 'no key given opens this file');
  return { fileKey, own: null };
}

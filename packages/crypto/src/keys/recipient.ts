import { base64url, sha256, utf8, XWING_PUBLIC_BYTES, x25519PublicKey, xwingPublicKey } from '@wardseal/primitives';
import { bech32, fromBech32, fromUpperBech32 } from '../bech32.js';
import { SealError } from '../errors.js';

/** `pq`: X-Wing, safe against a quantum computer as far as anybody knows. `classic`: X25519 alone, for old clients. */
export type Mode = 'pq' | 'classic';

/** A recipient string taken apart. */
export interface RecipientKey {
  readonly kind: Mode;
  readonly text: string;
  readonly publicKey: Uint8Array<ArrayBuffer>;
}

/** An identity string taken apart. */
export interface IdentityKey {
  readonly kind: Mode;
  readonly secret: Uint8Array<ArrayBuffer>;
}

/**
 * An identity whose secret stays where it is (non-extractable browser keys, a smart card): it only decapsulates.
 */
export interface HeldIdentity {
  /** The age recipient it belongs to. */
  readonly recipient: string;
  /**
   * The KEM's shared secret (32 bytes) for an encapsulated key: X-Wing's for `age1pq` (1120 bytes in), X25519's for `age1`
   * (32 bytes in). Null when the encapsulated key is not a usable one.
   */
  decapsulate(encapsulated: Uint8Array): Promise<Uint8Array | null> | Uint8Array | null;
}

/** What opens files: an age identity string, or a key that is held elsewhere. */
export type Identity = string | HeldIdentity;

export const PREFIX = {
  recipient: { pq: 'age1pq', classic: 'age' },
  identity: { pq: 'age-secret-key-pq-', classic: 'age-secret-key-' },
} as const;

/** Reads `age1pq1...` or `age1...`. Throws KEY_INVALID. */
export function parseRecipient(text: string): RecipientKey {
  if (typeof text !== 'string') throw new TypeError('recipient must be a string');
  const pq = fromBech32(PREFIX.recipient.pq, text);
  if (pq?.length === XWING_PUBLIC_BYTES) return { kind: 'pq', text, publicKey: pq };
  const classic = fromBech32(PREFIX.recipient.classic, text);
  if (classic?.length === 32) return { kind: 'classic', text, publicKey: classic };
  throw new SealError('KEY_INVALID', 'recipient is neither a valid `age1pq1...` nor a valid `age1...` string');
}

/** Reads `AGE-SECRET-KEY-PQ-1...` or `AGE-SECRET-KEY-1...`, upper case only. Throws KEY_INVALID. */
export function parseIdentity(text: string): IdentityKey {
  if (typeof text !== 'string') throw new TypeError('identity must be a string');
  for (const kind of ['pq', 'classic'] as const) {
    const secret = fromUpperBech32(PREFIX.identity[kind], text);
    if (secret?.length === 32) return { kind, secret };
  }
  throw new SealError('KEY_INVALID', 'identity is not a valid `AGE-SECRET-KEY-...` string');
}

/** A public key as age writes it. */
export function recipientText(kind: Mode, publicKey: Uint8Array): string {
  return bech32(PREFIX.recipient[kind], publicKey);
}

/**
 * The recipient string that belongs to an identity: computed from an age identity string, as it says of a held one.
 *
 * @throws SealError KEY_INVALID when `identity` is not an age identity of either kind, or names no recipient.
 *
 * @example
 * const { identity, recipient } = await generateIdentity();
 * assert.equal(await recipientOf(identity), recipient);
 */
export async function recipientOf(identity: Identity): Promise<string> {
  if (typeof identity === 'object' && identity !== null) return parseRecipient(identity.recipient).text;
  const { kind, secret } = parseIdentity(identity);
  return recipientText(kind, await (kind === 'pq' ? xwingPublicKey(secret) : x25519PublicKey(secret)));
}

/**
 * The short name of a recipient key in manifests, directories and logs: base64url of SHA-256 over the recipient string
 * in UTF-8 (43 characters). Anybody can compute it with `printf %s age1... | sha256sum`.
 *
 * @throws SealError KEY_INVALID when `recipient` is not an age recipient of either kind.
 *
 * @example
 * const shown = recipientThumbprint(recipient).slice(0, 8);
 */
export function recipientThumbprint(recipient: string): string {
  return thumbprintOf(parseRecipient(recipient));
}

/** The same of a recipient that was read already: its checksum is long to compute. */
export function thumbprintOf({ text }: Pick<RecipientKey, 'text'>): string {
  return base64url(sha256(utf8(text)));
}

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

/**
 * The recipient string that belongs to an identity.
 *
 * @throws SealError KEY_INVALID when `identity` is not an age identity of either kind.
 *
 * @example
 * const { identity, recipient } = await generateIdentity();
 * assert.equal(await recipientOf(identity), recipient);
 */
export async function recipientOf(identity: string): Promise<string> {
  const { kind, secret } = parseIdentity(identity);
  return bech32(PREFIX.recipient[kind], await (kind === 'pq' ? xwingPublicKey(secret) : x25519PublicKey(secret)));
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
  return base64url(sha256(utf8(parseRecipient(recipient).text)));
}

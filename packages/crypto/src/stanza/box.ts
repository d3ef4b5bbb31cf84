import {
  aeadOpen,
  aeadSeal,
  concat,
  hkdfSha256,
  hpkeOpenWith,
  hpkeSeal,
  XWING_CIPHERTEXT_BYTES,
  type XwingOpener,
  x25519Opener,
  x25519Shared,
  xwingOpener,
} from '@wardseal/primitives';
import { SealError } from '../errors.js';
import {
  type Identity,
  type Mode,
  parseIdentity,
  parseRecipient,
  type RecipientKey,
  recipientOf,
  recipientText,
} from '../keys/recipient.js';
import { ZERO_NONCE } from '../names.js';
import { random } from '../random.js';

/** Bytes of the encapsulated key (post-quantum) or ephemeral share (classic) that stands beside a ciphertext. */
export const ENCAPSULATED_BYTES: Readonly<Record<Mode, number>> = { pq: XWING_CIPHERTEXT_BYTES, classic: 32 };

/** An identity ready for many trials. */
export interface Opener {
  readonly kind: Mode;
  /** Its recipient string; computing it costs, so only whoever opened something asks. */
  recipient(): Promise<string>;
  decapsulate(enc: Uint8Array): Promise<Uint8Array | null> | Uint8Array | null;
}

/** Throws KEY_INVALID when an identity is not one. */
export function openerOf(identity: Identity): Opener {
  if (typeof identity === 'object' && typeof identity?.decapsulate === 'function') {
    const { kind } = parseRecipient(identity.recipient);
    return {
      kind,
      recipient: () => recipientOf(identity),
      decapsulate: (enc) => (enc.length === ENCAPSULATED_BYTES[kind] ? identity.decapsulate(enc) : null),
    };
  }
  const { kind, secret } = parseIdentity(identity as string);
  // Imported at the first need and kept: importing costs more than a trial.
  let imported: Promise<XwingOpener> | undefined;
  const key = () => {
    imported ??=
      kind === 'pq'
        ? xwingOpener(secret)
        : x25519Opener(secret).then(({ publicKey, shared }) => ({ publicKey, decapsulate: shared }));
    return imported;
  };
  let text: string | undefined;
  return {
    kind,
    async recipient() {
      text ??= recipientText(kind, (await key()).publicKey);
      return text;
    },
    async decapsulate(enc) {
      return enc.length === ENCAPSULATED_BYTES[kind] ? (await key()).decapsulate(enc) : null;
    },
  };
}

/**
 * Seals one short message to one recipient the way age wraps a file key: HPKE with X-Wing, or X25519 with HKDF.
 * Throws KEY_INVALID when the recipient is not a usable public key (out of range, low order).
 */
export async function sealTo(
  recipient: RecipientKey,
  info: Uint8Array,
  plaintext: Uint8Array,
): Promise<{ enc: Uint8Array<ArrayBuffer>; ciphertext: Uint8Array<ArrayBuffer> }> {
  const unusable = new SealError('KEY_INVALID', 'recipient is not a usable public key');
  if (recipient.kind === 'pq') {
    const sealed = await hpkeSeal(recipient.publicKey, info, plaintext);
    if (sealed === null) throw unusable;
    return sealed;
  }
  const ephemeral = await x25519Opener(random(32));
  const enc = ephemeral.publicKey;
  const shared = await ephemeral.shared(recipient.publicKey);
  if (shared === null) throw unusable;
  const key = hkdfSha256(shared, concat(enc, recipient.publicKey), info, 32);
  return { enc, ciphertext: await aeadSeal(key, ZERO_NONCE, plaintext) };
}

/** Opens what `sealTo` made for this identity, else null. */
export async function openBox(
  opener: Opener,
  info: Uint8Array,
  enc: Uint8Array,
  ciphertext: Uint8Array,
): Promise<Uint8Array<ArrayBuffer> | null> {
  const shared = await opener.decapsulate(enc);
  return shared && openBoxWith(opener, shared, info, enc, ciphertext);
}

/** `openBox` for who has decapsulated already. */
export async function openBoxWith(
  opener: Opener,
  shared: Uint8Array,
  info: Uint8Array,
  enc: Uint8Array,
  ciphertext: Uint8Array,
): Promise<Uint8Array<ArrayBuffer> | null> {
  if (opener.kind === 'pq') return hpkeOpenWith(shared, info, ciphertext);
  const { publicKey } = parseRecipient(await opener.recipient());
  return aeadOpen(hkdfSha256(shared, concat(enc, publicKey), info, 32), ZERO_NONCE, ciphertext);
}

/** Whether the X25519 part of an encapsulated key is a point of low order, which age makes a fault of the header. */
export async function isLowOrder(enc: Uint8Array): Promise<boolean> {
  const probe = new Uint8Array(32).fill(1); // any scalar: X25519 clamps it to a multiple of the cofactor
  return (await x25519Shared(probe, enc.slice(-32))) === null;
}

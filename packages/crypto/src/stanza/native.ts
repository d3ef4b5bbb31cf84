import { base64raw, fromBase64raw } from '@wardseal/primitives';
import { SealError } from '../errors.js';
import { encodeStanza, type Stanza } from '../header.js';
import type { Mode, RecipientKey } from '../keys/recipient.js';
import { INFO, STANZA } from '../names.js';
import { ENCAPSULATED_BYTES, isLowOrder, type Opener, openBoxWith, sealTo } from './box.js';

const TYPE: Readonly<Record<Mode, string>> = { pq: STANZA.hybrid, classic: STANZA.x25519 };
const LABEL: Readonly<Record<Mode, Uint8Array>> = { pq: INFO.hybrid, classic: INFO.x25519 };

/** 16 bytes of file key and a tag: age fixes the length, so that no ciphertext opens under two keys (partitioning oracle). */
export const WRAPPED_KEY_BYTES = 32;

/** Wraps the file key for one age recipient: stanza `mlkem768x25519` or `X25519`. */
export async function wrapForRecipient(recipient: RecipientKey, fileKey: Uint8Array): Promise<Stanza> {
  const { enc, ciphertext } = await sealTo(recipient, LABEL[recipient.kind], fileKey);
  return encodeStanza(TYPE[recipient.kind], [base64raw(enc)], ciphertext);
}

/** The kind of a native public-key stanza, or null for any other. */
export function nativeKind(stanza: Stanza): Mode | null {
  if (stanza.type === STANZA.hybrid) return 'pq';
  return stanza.type === STANZA.x25519 ? 'classic' : null;
}

function encapsulated(stanza: Stanza, kind: Mode): Uint8Array<ArrayBuffer> {
  const enc = stanza.args.length === 1 ? fromBase64raw(stanza.args[0]!) : null;
  if (enc?.length !== ENCAPSULATED_BYTES[kind] || stanza.body.length !== WRAPPED_KEY_BYTES)
    throw new SealError('HEADER_INVALID', 'a native stanza has the wrong shape', { what: stanza.type });
  return enc;
}

/** Throws HEADER_INVALID when a native stanza does not have the one shape of its type. Other stanzas pass. */
export function checkNative(stanza: Stanza): void {
  const kind = nativeKind(stanza);
  if (kind !== null) encapsulated(stanza, kind);
}

/** The file key, or null when the stanza is not for this identity. Throws HEADER_INVALID when it is broken. */
export async function unwrapNative(stanza: Stanza, opener: Opener): Promise<Uint8Array<ArrayBuffer> | null> {
  if (nativeKind(stanza) !== opener.kind) return null;
  const enc = encapsulated(stanza, opener.kind);
  const shared = await opener.decapsulate(enc);
  if (shared !== null) return openBoxWith(opener, shared, LABEL[opener.kind], enc, stanza.body);
  // Only a point of low order agrees with no key at all: asked here and not at each miss, where it would double the work.
  if (await isLowOrder(enc))
    throw new SealError('HEADER_INVALID', 'a native stanza holds a point of low order', { what: stanza.type });
  return null;
}

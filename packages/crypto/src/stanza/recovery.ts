import { aeadOpen, aeadSeal, base64url, concat, fromBase64url, hkdfSha256, utf8 } from '@wardseal/primitives';
import { SealError } from '../errors.js';
import { encodeStanza, type Header, type Stanza } from '../header.js';
import type { Mode, RecipientKey } from '../keys/recipient.js';
import { MAX_SEATS } from '../limits.js';
import { FORMAT_VERSION, INFO_PREFIX, NO_BYTES, STANZA, ZERO_NONCE } from '../names.js';
import { random } from '../random.js';
import { type ShamirShare, split } from '../recovery/shamir.js';
import { ENCAPSULATED_BYTES, type Opener, openBox, sealTo } from './box.js';
import { WRAPPED_KEY_BYTES } from './native.js';

/** The random key that k guardians together give back, with the set it belongs to. Opens one file only. */
export interface RecoveryKey {
  readonly set: string;
  readonly key: Uint8Array<ArrayBuffer>;
}

/** A recovery stanza taken apart. */
export interface RecoverySet {
  readonly id: string;
  readonly threshold: number;
  readonly seats: number;
  readonly kind: Mode;
  readonly wrapped: Uint8Array;
  readonly sealed: readonly { readonly enc: Uint8Array; readonly ciphertext: Uint8Array }[];
}

const KEY_BYTES = 32;
const SET_ID_BYTES = 16;
const SEALED_SHARE_BYTES = KEY_BYTES + 16;
const COUNT = /^[1-9][0-9]?$/;

function wrappingKey(key: Uint8Array, set: string): Uint8Array<ArrayBuffer> {
  return hkdfSha256(key, NO_BYTES, utf8(`${INFO_PREFIX.recovery} ${set}`), 32);
}

/** Binds a share to its set and seat: moved anywhere else it does not open. */
function seatInfo(set: string, threshold: number, seats: number, seat: number): Uint8Array {
  return utf8(`${INFO_PREFIX.seat} ${set} ${threshold} ${seats} ${seat}`);
}

/** Wraps the file key under a fresh random key and seals one Shamir share of that to each guardian, in seat order. */
export async function wrapForGuardians(
  guardians: readonly RecipientKey[],
  threshold: number,
  fileKey: Uint8Array,
): Promise<{ stanza: Stanza; set: string }> {
  const set = base64url(random(SET_ID_BYTES));
  const key = random(KEY_BYTES);
  const parts: Uint8Array[] = [await aeadSeal(wrappingKey(key, set), ZERO_NONCE, fileKey)];
  for (const { x, y } of split(key, threshold, guardians.length, random)) {
    const { enc, ciphertext } = await sealTo(guardians[x - 1]!, seatInfo(set, threshold, guardians.length, x), y);
    parts.push(enc, ciphertext);
    y.fill(0);
  }
  key.fill(0);
  const args = [FORMAT_VERSION, set, String(threshold), String(guardians.length)];
  return { stanza: encodeStanza(STANZA.recovery, args, concat(...parts)), set };
}

/** Reads a recovery stanza. Throws HEADER_INVALID when its parts do not fit together. */
export function parseRecovery(stanza: Stanza): RecoverySet {
  const [version, id, thresholdText, seatsText, ...more] = stanza.args;
  const broken = new SealError('HEADER_INVALID', 'the recovery stanza has the wrong shape', { what: STANZA.recovery });
  if (version !== FORMAT_VERSION || more.length > 0 || fromBase64url(id ?? '')?.length !== SET_ID_BYTES) throw broken;
  if (!COUNT.test(thresholdText ?? '') || !COUNT.test(seatsText ?? '')) throw broken;
  const threshold = Number(thresholdText);
  const seats = Number(seatsText);
  const each = (stanza.body.length - WRAPPED_KEY_BYTES) / seats;
  const kind = (['pq', 'classic'] as const).find((mode) => each === ENCAPSULATED_BYTES[mode] + SEALED_SHARE_BYTES);
  if (kind === undefined || threshold > seats || seats > MAX_SEATS) throw broken;
  const sealed = Array.from({ length: seats }, (_, i) => {
    const part = stanza.body.subarray(WRAPPED_KEY_BYTES + i * each, WRAPPED_KEY_BYTES + (i + 1) * each);
    return { enc: part.slice(0, ENCAPSULATED_BYTES[kind]), ciphertext: part.slice(ENCAPSULATED_BYTES[kind]) };
  });
  return { id: id!, threshold, seats, kind, wrapped: stanza.body.subarray(0, WRAPPED_KEY_BYTES), sealed };
}

/** The recovery set of a header, or null when it has none. Throws HEADER_INVALID when it has two or a broken one. */
export function recoverySetOf(header: Header): RecoverySet | null {
  const found = header.stanzas.filter((stanza) => stanza.type === STANZA.recovery);
  if (found.length > 1)
    throw new SealError('HEADER_INVALID', 'header has two recovery stanzas', { what: STANZA.recovery });
  return found[0] === undefined ? null : parseRecovery(found[0]);
}

/** The share sealed to this guardian's seat, or null when the guardian has no seat here. */
export async function openSeat(recovery: RecoverySet, opener: Opener): Promise<ShamirShare | null> {
  if (opener.kind !== recovery.kind) return null;
  for (const [i, { enc, ciphertext }] of recovery.sealed.entries()) {
    const y = await openBox(opener, seatInfo(recovery.id, recovery.threshold, recovery.seats, i + 1), enc, ciphertext);
    if (y?.length === KEY_BYTES) return { x: i + 1, y };
  }
  return null;
}

/** The file key, or null when the recovery key is not this set's. */
export async function unwrapRecovery(recovery: RecoverySet, key: RecoveryKey): Promise<Uint8Array<ArrayBuffer> | null> {
  if (key.set !== recovery.id || key.key.length !== KEY_BYTES) return null;
  return aeadOpen(wrappingKey(key.key, key.set), ZERO_NONCE, recovery.wrapped);
}

import {
  aeadOpen,
  aeadSeal,
  base64url,
  concat,
  equal,
  fromBase64url,
  hkdfSha256,
  sha256,
  utf8,
} from '@wardseal/primitives';
import { SealError } from '../errors.js';
import { encodeStanza, type Header, type Stanza } from '../header.js';
import type { Mode, RecipientKey } from '../keys/recipient.js';
import { MAX_SEATS } from '../limits.js';
import { FORMAT_VERSION, INFO_PREFIX, NO_BYTES, STANZA, ZERO_NONCE } from '../names.js';
import { random } from '../random.js';
import { type ShamirShare, split } from '../recovery/shamir.js';
import { ENCAPSULATED_BYTES, type Opener, openBox, sealTo } from './box.js';
import { WRAPPED_KEY_BYTES } from './native.js';

// Everything that is split follows from the file key, so that whoever opens the file sees whether the guardians could: the
// wrapping, and a check value for each share, must be the ones that this file key gives. Deriving a key from what it wraps is
// message-locked encryption (Bellare, Keelveedhi, Ristenpart, EUROCRYPT 2013), sound here because a file key is 128 random bits.

/** The key that k guardians together give back, with the set it belongs to. Opens one file only. */
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
  readonly sealed: readonly SealedSeat[];
}

/** One guardian's part: the share sealed to the guardian, and what the share must hash to. */
interface SealedSeat {
  readonly check: Uint8Array;
  readonly enc: Uint8Array;
  readonly ciphertext: Uint8Array;
}

const KEY_BYTES = 32;
const SET_ID_BYTES = 16;
const CHECK_BYTES = 32;
const SEALED_SHARE_BYTES = KEY_BYTES + 16;
const COUNT = /^[1-9][0-9]?$/;

function wrappingKey(key: Uint8Array, set: string): Uint8Array<ArrayBuffer> {
  return hkdfSha256(key, NO_BYTES, utf8(`${INFO_PREFIX.recovery} ${set}`), 32);
}

/** The parameters that everything of one seat is bound to: moved anywhere else it does not fit. */
function seatInfo(prefix: string, { id, threshold, seats }: Shape, seat: number): Uint8Array {
  return utf8(`${prefix} ${id} ${threshold} ${seats} ${seat}`);
}

type Shape = Pick<RecoverySet, 'id' | 'threshold' | 'seats'>;

/** What the share of a seat must hash to; says nothing of the share, which is as good as random. */
export function shareCheck(shape: Shape, { x, y }: ShamirShare): Uint8Array<ArrayBuffer> {
  return sha256(concat(seatInfo(INFO_PREFIX.check, shape, x), y));
}

/** The one recovery key, wrapping and shares that a file key has for a set. */
async function recoveryOf(
  shape: Shape,
  fileKey: Uint8Array,
): Promise<{ wrapped: Uint8Array<ArrayBuffer>; shares: ShamirShare[] }> {
  const { id, threshold, seats } = shape;
  const key = hkdfSha256(fileKey, NO_BYTES, utf8(`${INFO_PREFIX.recoveryKey} ${id}`), KEY_BYTES);
  let power = threshold;
  const coefficient = (length: number) => {
    power -= 1; // `split` asks for the highest power first
    return hkdfSha256(key, NO_BYTES, seatInfo(INFO_PREFIX.coefficient, shape, power), length);
  };
  const shares = split(key, threshold, seats, coefficient);
  const wrapped = await aeadSeal(wrappingKey(key, id), ZERO_NONCE, fileKey);
  key.fill(0);
  return { wrapped, shares };
}

/** Wraps the file key under a key of its own and seals one Shamir share of that to each guardian, in seat order. */
export async function wrapForGuardians(
  guardians: readonly RecipientKey[],
  threshold: number,
  fileKey: Uint8Array,
): Promise<{ stanza: Stanza; set: string }> {
  const set = base64url(random(SET_ID_BYTES));
  const shape = { id: set, threshold, seats: guardians.length };
  const { wrapped, shares } = await recoveryOf(shape, fileKey);
  const parts: Uint8Array[] = [wrapped];
  for (const share of shares) {
    const { enc, ciphertext } = await sealTo(
      guardians[share.x - 1]!,
      seatInfo(INFO_PREFIX.seat, shape, share.x),
      share.y,
    );
    parts.push(shareCheck(shape, share), enc, ciphertext);
    share.y.fill(0);
  }
  const args = [FORMAT_VERSION, set, String(threshold), String(guardians.length)];
  return { stanza: encodeStanza(STANZA.recovery, args, concat(...parts)), set };
}

/** Whether the stanza says of this file key what it has to: then any `threshold` shares that pass their checks open the file. */
export async function recoveryHolds(recovery: RecoverySet, fileKey: Uint8Array): Promise<boolean> {
  const { wrapped, shares } = await recoveryOf(recovery, fileKey);
  const good =
    equal(wrapped, recovery.wrapped) &&
    shares.every((share, i) => equal(shareCheck(recovery, share), recovery.sealed[i]!.check));
  for (const { y } of shares) y.fill(0);
  return good;
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
  const kind = (['pq', 'classic'] as const).find(
    (mode) => each === CHECK_BYTES + ENCAPSULATED_BYTES[mode] + SEALED_SHARE_BYTES,
  );
  if (kind === undefined || threshold > seats || seats > MAX_SEATS) throw broken;
  const sealed = Array.from({ length: seats }, (_, i) => {
    const part = stanza.body.subarray(WRAPPED_KEY_BYTES + i * each, WRAPPED_KEY_BYTES + (i + 1) * each);
    const end = CHECK_BYTES + ENCAPSULATED_BYTES[kind];
    return { check: part.slice(0, CHECK_BYTES), enc: part.slice(CHECK_BYTES, end), ciphertext: part.slice(end) };
  });
  return { id: id!, threshold, seats, kind, wrapped: stanza.body.subarray(0, WRAPPED_KEY_BYTES), sealed };
}

/** The recovery set of a header, or null when it has none. Throws HEADER_INVALID when it has two or a broken one. */
export function recoverySetOf(header: Pick<Header, 'stanzas'>): RecoverySet | null {
  const found = header.stanzas.filter((stanza) => stanza.type === STANZA.recovery);
  if (found.length > 1)
    throw new SealError('HEADER_INVALID', 'header has two recovery stanzas', { what: STANZA.recovery });
  return found[0] === undefined ? null : parseRecovery(found[0]);
}

/**
 * The share sealed to this guardian's seat, or null when the guardian has no seat here. Throws RECOVERY_INVALID when it is not
 * the share that the sender committed to.
 */
export async function openSeat(recovery: RecoverySet, opener: Opener): Promise<ShamirShare | null> {
  if (opener.kind !== recovery.kind) return null;
  for (const [i, { check, enc, ciphertext }] of recovery.sealed.entries()) {
    const y = await openBox(opener, seatInfo(INFO_PREFIX.seat, recovery, i + 1), enc, ciphertext);
    if (y === null) continue;
    const share = { x: i + 1, y };
    if (y.length === KEY_BYTES && equal(shareCheck(recovery, share), check)) return share;
    throw new SealError('RECOVERY_INVALID', 'the share of this seat is useless', { what: 'seat', found: i + 1 });
  }
  return null;
}

/** The file key, or null when the recovery key is not this set's. */
export async function unwrapRecovery(recovery: RecoverySet, key: RecoveryKey): Promise<Uint8Array<ArrayBuffer> | null> {
  if (key.set !== recovery.id || key.key.length !== KEY_BYTES) return null;
  return aeadOpen(wrappingKey(key.key, key.set), ZERO_NONCE, recovery.wrapped);
}

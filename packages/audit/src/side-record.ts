import { aeadOpen, aeadSeal, concat, hkdfSha256, utf8 } from '@wardseal/primitives';
import { commit, MAX_SIDE } from './sides.js';

type Bytes = Uint8Array<ArrayBuffer>;

/** Which half of a side record. */
export type Compartment = 'subject' | 'actor';

/** What a holder needs to recompute a commitment: the 32-byte blinding value r and the side bytes behind it. */
export interface Opening {
  readonly r: Bytes;
  readonly side: Bytes;
}

const VERSION = 0;
const SALT = 16;
const BLINDING = 32;
const TAG = 16;
const HEAD = 1 + SALT;
/** Random bytes that one compartment takes: its blinding value and its salt. */
export const SIDE_RANDOM: number = SALT + BLINDING;
// Each record has its own key, so the nonce need not differ.
const NONCE = new Uint8Array(12);

/** Bytes of the largest sealed compartment. */
export const MAX_SEALED_SIDE: number = 1 + SALT + BLINDING + MAX_SIDE + TAG;

const INFO: Readonly<Record<Compartment, Bytes>> = {
  subject: utf8('wardseal.org/audit/v0 side subject'),
  actor: utf8('wardseal.org/audit/v0 side actor'),
};

function recordKey(secret: Uint8Array, salt: Uint8Array, compartment: Compartment): Bytes {
  return hkdfSha256(secret, salt, INFO[compartment], 32);
}

function associated(origin: string, id: string, head: Uint8Array): Bytes {
  return concat(utf8(`${origin}\n${id}\n`), head);
}

/**
 * Seals one compartment under a key of its own (docs/spec/side-record.md). The random salt makes a second try at the
 * same event, after a crash, use another key. Which secret opens it stands in the leaf: the organisation's, or that of
 * the subject handle.
 */
export async function sealSide(
  secret: Uint8Array,
  compartment: Compartment,
  origin: string,
  id: string,
  { r, side }: Opening,
  random: (length: number) => Uint8Array,
): Promise<Bytes> {
  const head = concat(Uint8Array.of(VERSION), random(SALT));
  const key = recordKey(secret, head.subarray(-SALT), compartment);
  return concat(head, await aeadSeal(key, NONCE, concat(r, side), associated(origin, id, head)));
}

/** Opens what `sealSide` made, or null. Whoever calls checks the opening against the leaf's commitment. */
export async function openSide(
  secret: Uint8Array,
  compartment: Compartment,
  origin: string,
  id: string,
  sealed: Uint8Array,
): Promise<Opening | null> {
  if (sealed.length < HEAD + BLINDING + TAG || sealed.length > MAX_SEALED_SIDE || sealed[0] !== VERSION) return null;
  const head = sealed.subarray(0, HEAD);
  const key = recordKey(secret, head.subarray(-SALT), compartment);
  const plain = await aeadOpen(key, NONCE, sealed.subarray(HEAD), associated(origin, id, head));
  return plain && { r: plain.slice(0, BLINDING), side: plain.slice(BLINDING) };
}

/** A fresh opening of some side bytes and its commitment. */
export function blind(
  side: Bytes,
  random: (length: number) => Uint8Array,
): { readonly opening: Opening; readonly commitment: Bytes } {
  const r = new Uint8Array(random(BLINDING));
  return { opening: { r, side }, commitment: commit(r, side) };
}

import { equal } from '@wardseal/primitives';
import { AuditError } from './errors.js';
import type { EventType } from './event-codes.js';
import { decodeLeaf, type Leaf } from './leaf.js';
import { type ActorSide, commit, decodeActorSide } from './sides.js';
import { parseProof } from './tlog-proof.js';
import type { Checkpoint, VerifyPolicy } from './verify-checkpoint.js';
import { verifyInclusion } from './verify-inclusion.js';

/** What the holder of a receipt knows and the receipt must say. `null` leaves that fact unchecked, and the result says so. */
export interface ReceiptExpectations extends VerifyPolicy {
  /** The 32 bytes that the requester put into the request. */
  readonly nonce: Uint8Array | null;
  /** Id of the object that was asked for. */
  readonly object: string | null;
  /** Id of the person who asked. */
  readonly actor: string | null;
  /** SHA-256 of the header that came back: the entry's `object.contentHash`. */
  readonly headerDigest: Uint8Array | null;
  /** What must have been logged, as `image.view`. */
  readonly type: EventType | null;
}

/** A fact that `verifyReceipt` can check. */
export type ReceiptFact = 'nonce' | 'object' | 'actor' | 'headerDigest' | 'type';

/** What a receipt proves. */
export interface VerifiedReceipt {
  readonly index: number;
  readonly checkpoint: Checkpoint;
  readonly leaf: Leaf;
  /** The actor's compartment, which the leaf commits to. */
  readonly entry: ActorSide;
  /** Facts that the caller left unchecked. */
  readonly unchecked: readonly ReceiptFact[];
}

/**
 * Checks a receipt: the entry is in the signed log, and it is the entry of this request. Runs in a browser.
 *
 * @param receipt - the `.tlog-proof` that `append` gave, text or UTF-8 bytes
 * @param expected - the pinned log key, and what the holder knows of the request
 * @throws AuditError `RECEIPT_INVALID` when it is malformed or holds no opening; `LEAF_INVALID`,
 *   `SIDE_RECORD_INVALID` when what it holds is malformed; `COMMITMENT_MISMATCH` when the opening is not what the leaf
 *   commits to; `NONCE_MISMATCH`, `OBJECT_MISMATCH`, `ACTOR_MISMATCH`, `HEADER_MISMATCH`, `TYPE_MISMATCH` when it is
 *   another request's; and every code of `verifyInclusion`
 * @throws TypeError when a fact is undefined; RangeError when an expected nonce or digest is not 32 bytes
 * @example
 * await verifyReceipt(receipt, { logKey, nonce, object: 'item-7', actor: 'person-3', headerDigest, type: 'image.view' });
 */
export async function verifyReceipt(
  receipt: string | Uint8Array,
  expected: ReceiptExpectations,
): Promise<VerifiedReceipt> {
  const { nonce, object, actor, headerDigest, type } = expected;
  const facts = { nonce, object, actor, headerDigest, type };
  // A forgotten fact must not pass for a checked one.
  for (const [fact, value] of Object.entries(facts))
    if (value === undefined) throw new TypeError(`${fact} must be given, or null to leave it unchecked`);
  for (const digest of [nonce, headerDigest])
    if (digest !== null && digest.length !== 32) throw new RangeError('nonce and header digest must be 32 bytes');
  const parts = parseProof(receipt);
  const checkpoint = await verifyInclusion(parts.leaf, parts, expected);
  const leaf = decodeLeaf(parts.leaf);
  if (parts.opening === null) throw new AuditError('RECEIPT_INVALID', 'the receipt holds no opening');
  if (!equal(commit(parts.opening.r, parts.opening.side), leaf.actorCommitment))
    throw new AuditError('COMMITMENT_MISMATCH', 'the opening is not what the leaf commits to', { index: parts.index });
  const entry = decodeActorSide(parts.opening.side);
  const same = (a: Uint8Array, b: Uint8Array | undefined): boolean => b !== undefined && equal(a, b);
  if (nonce !== null && !same(nonce, entry.nonce)) throw mismatch('NONCE_MISMATCH', 'nonce');
  if (object !== null && object !== entry.object?.id) throw mismatch('OBJECT_MISMATCH', 'object');
  if (actor !== null && actor !== entry.actor.id) throw mismatch('ACTOR_MISMATCH', 'actor');
  if (headerDigest !== null && !same(headerDigest, entry.object?.contentHash))
    throw mismatch('HEADER_MISMATCH', 'header digest');
  if (type !== null && type !== leaf.type) throw mismatch('TYPE_MISMATCH', 'type');
  const unchecked = (Object.keys(facts) as ReceiptFact[]).filter((fact) => facts[fact] === null);
  return { index: parts.index, checkpoint, leaf, entry, unchecked };
}

function mismatch(code: `${string}_MISMATCH` & AuditError['code'], fact: string): AuditError {
  return new AuditError(code, `the receipt is for another ${fact}`);
}

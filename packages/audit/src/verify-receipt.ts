import { equal } from '@wardseal/primitives';
import { AuditError, type AuditErrorCode } from './errors.js';
import type { EventType, Outcome } from './event-codes.js';
import type { Leaf } from './leaf.js';
import type { ActorSide } from './sides.js';
import type { VerifyPolicy } from './verify-checkpoint.js';
import { type VerifiedProof, verifyProof } from './verify-proof.js';

/**
 * What the holder of a receipt knows and the receipt must say. `null` leaves a fact unchecked, and the result says so. The
 * five facts that make it this request's must be given or be null; the others may be left out, which says the same as null.
 */
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
  /** ODS code of the organisation for which the person acted. */
  readonly organisation?: string | null;
  /** How it went, as `success`. */
  readonly outcome?: Outcome | null;
  /**
   * The subject's handle in this log, 32 bytes: from the log's own reader, or from another receipt of the same log that is
   * known to be about the same patient. A patient's number or name cannot be checked: no entry holds one.
   */
  readonly subject?: Uint8Array | null;
  /** How far the log's clock may be from the holder's (`now`) in either direction, ms. */
  readonly recordedWithin?: number | null;
  /** The holder's clock, ms since 1970; default the machine's. */
  readonly now?: () => number;
}

/** A fact that `verifyReceipt` can check. */
export type ReceiptFact =
  | 'nonce'
  | 'object'
  | 'actor'
  | 'headerDigest'
  | 'type'
  | 'organisation'
  | 'outcome'
  | 'subject'
  | 'recordedWithin';

/** What a receipt proves. */
export interface VerifiedReceipt extends VerifiedProof {
  /** The actor's compartment, which the leaf commits to. */
  readonly entry: ActorSide;
  /** Facts that the caller left unchecked. */
  readonly unchecked: readonly ReceiptFact[];
}

type Facts = { readonly [Fact in ReceiptFact]: NonNullable<ReceiptExpectations[Fact]> | null };

/**
 * Checks a receipt: the entry is in the signed log, and it is the entry of this request. Runs in a browser.
 *
 * @param receipt - the `.tlog-proof` that `append` gave, text or UTF-8 bytes
 * @param expected - the pinned log key, witnesses where they are demanded, and what the holder knows of the request
 * @throws AuditError `RECEIPT_INVALID` when it is malformed or holds no opening; `NONCE_MISMATCH`, `OBJECT_MISMATCH`,
 *   `ACTOR_MISMATCH`, `HEADER_MISMATCH`, `TYPE_MISMATCH`, `ORGANISATION_MISMATCH`, `OUTCOME_MISMATCH`, `SUBJECT_MISMATCH`,
 *   `TIME_MISMATCH` when it is another request's; and every code of `verifyProof`
 * @throws TypeError when one of the first five facts is undefined; RangeError when an expected nonce, digest or subject is
 *   not 32 bytes, or `recordedWithin` is no time
 * @example
 * await verifyReceipt(receipt, { logKey, nonce, object: 'item-7', actor: 'person-3', headerDigest, type: 'image.view' });
 */
export async function verifyReceipt(
  receipt: string | Uint8Array,
  expected: ReceiptExpectations,
): Promise<VerifiedReceipt> {
  const facts = factsOf(expected);
  const proof = await verifyProof(receipt, expected);
  const { leaf, entry } = proof;
  if (entry === null) throw new AuditError('RECEIPT_INVALID', 'the receipt holds no opening');
  compare(facts, leaf, entry, (expected.now ?? Date.now)());
  const unchecked = (Object.keys(facts) as ReceiptFact[]).filter((fact) => facts[fact] === null);
  return { ...proof, entry, unchecked };
}

function factsOf(expected: ReceiptExpectations): Facts {
  const { nonce, object, actor, headerDigest, type } = expected;
  const { organisation = null, outcome = null, subject = null, recordedWithin = null } = expected;
  const facts = { nonce, object, actor, headerDigest, type, organisation, outcome, subject, recordedWithin };
  // A forgotten fact must not pass for a checked one.
  for (const [fact, value] of Object.entries(facts))
    if (value === undefined) throw new TypeError(`${fact} must be given, or null to leave it unchecked`);
  for (const digest of [nonce, headerDigest, subject])
    if (digest !== null && digest.length !== 32) throw new RangeError('nonce, header digest and subject are 32 bytes');
  if (recordedWithin !== null && !(recordedWithin >= 0)) throw new RangeError('recordedWithin must be a time in ms');
  return facts;
}

function compare(facts: Facts, leaf: Leaf, entry: ActorSide, now: number): void {
  const { recordedWithin } = facts;
  const same = (a: Uint8Array | null, b: Uint8Array | undefined): boolean =>
    a === null || (b !== undefined && equal(a, b));
  const is = <T>(a: T | null, b: T): boolean => a === null || a === b;
  const checks: readonly (readonly [holds: boolean, code: AuditErrorCode, fact: string])[] = [
    [same(facts.nonce, entry.nonce), 'NONCE_MISMATCH', 'nonce'],
    [is(facts.object, entry.object?.id), 'OBJECT_MISMATCH', 'object'],
    [is(facts.actor, entry.actor.id), 'ACTOR_MISMATCH', 'actor'],
    [same(facts.headerDigest, entry.object?.contentHash), 'HEADER_MISMATCH', 'header digest'],
    [is(facts.type, leaf.type), 'TYPE_MISMATCH', 'type'],
    [is(facts.organisation, leaf.org), 'ORGANISATION_MISMATCH', 'organisation'],
    [is(facts.outcome, leaf.outcome), 'OUTCOME_MISMATCH', 'outcome'],
    [same(facts.subject, leaf.subjectHandle), 'SUBJECT_MISMATCH', 'subject'],
    [recordedWithin === null || Math.abs(now - leaf.recordedAt) <= recordedWithin, 'TIME_MISMATCH', 'time'],
  ];
  for (const [holds, code, fact] of checks)
    if (!holds) throw new AuditError(code, `the receipt is for another ${fact}`);
}

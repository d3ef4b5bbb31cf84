import { equal } from '@wardseal/primitives';
import { AuditError, type AuditErrorCode } from './errors.js';
import type { EventType, Outcome } from './event-codes.js';
import type { Leaf } from './leaf.js';
import type { ActorSide } from './sides.js';

/** A fact that a proof can be held against. */
export type ReceiptFact = keyof ReceiptFacts;

/** What somebody knows of an entry and its proof must say; null leaves a fact unchecked. */
export interface ReceiptFacts {
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
  readonly organisation: string | null;
  /** How it went, as `success`. */
  readonly outcome: Outcome | null;
  /**
   * The subject's handle in this log, 32 bytes: from the log's own reader, or from another receipt of the same log that is
   * known to be about the same patient. A patient's number or name cannot be checked: no entry holds one.
   */
  readonly subject: Uint8Array | null;
  /** How far the log's clock may be from the holder's (`now`) in either direction, ms. */
  readonly recordedWithin: number | null;
}

/** Facts that only an opened proof can be held against; the others stand in the leaf. */
export const OPENED_FACTS: readonly ReceiptFact[] = ['nonce', 'object', 'actor', 'headerDigest'];

/** Throws RangeError when a fact cannot be one. */
export function checkFacts({ nonce, headerDigest, subject, recordedWithin }: ReceiptFacts): void {
  for (const digest of [nonce, headerDigest, subject])
    if (digest !== null && digest.length !== 32) throw new RangeError('nonce, header digest and subject are 32 bytes');
  if (recordedWithin !== null && !(recordedWithin >= 0)) throw new RangeError('recordedWithin must be a time in ms');
}

/**
 * Holds an entry against what is known of it. Of a closed entry (null) the facts of `OPENED_FACTS` are passed over.
 * Throws AuditError with the first `…_MISMATCH`.
 */
export function compareFacts(facts: ReceiptFacts, leaf: Leaf, entry: ActorSide | null, now: number): void {
  const same = (a: Uint8Array | null, b: Uint8Array | undefined): boolean =>
    a === null || (b !== undefined && equal(a, b));
  const is = <T>(a: T | null, b: T): boolean => a === null || a === b;
  const { recordedWithin } = facts;
  const checks: readonly (readonly [holds: boolean, code: AuditErrorCode, fact: string])[] = [
    [!entry || same(facts.nonce, entry.nonce), 'NONCE_MISMATCH', 'nonce'],
    [!entry || is(facts.object, entry.object?.id), 'OBJECT_MISMATCH', 'object'],
    [!entry || is(facts.actor, entry.actor.id), 'ACTOR_MISMATCH', 'actor'],
    [!entry || same(facts.headerDigest, entry.object?.contentHash), 'HEADER_MISMATCH', 'header digest'],
    [is(facts.type, leaf.type), 'TYPE_MISMATCH', 'type'],
    [is(facts.organisation, leaf.org), 'ORGANISATION_MISMATCH', 'organisation'],
    [is(facts.outcome, leaf.outcome), 'OUTCOME_MISMATCH', 'outcome'],
    [same(facts.subject, leaf.subjectHandle), 'SUBJECT_MISMATCH', 'subject'],
    [recordedWithin === null || Math.abs(now - leaf.recordedAt) <= recordedWithin, 'TIME_MISMATCH', 'time'],
  ];
  for (const [holds, code, fact] of checks)
    if (!holds) throw new AuditError(code, `the receipt is for another ${fact}`);
}

/** The facts that nothing was held against. */
export function uncheckedFacts(facts: ReceiptFacts, entry: ActorSide | null): readonly ReceiptFact[] {
  const closed = (fact: ReceiptFact): boolean => entry === null && OPENED_FACTS.includes(fact);
  return (Object.keys(facts) as ReceiptFact[]).filter((fact) => facts[fact] === null || closed(fact));
}

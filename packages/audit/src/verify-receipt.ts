import { EMERGENCY_TYPE } from './emergency-type.js';
import { AuditError } from './errors.js';
import { parseVkey } from './note-key.js';
import { checkFacts, compareFacts, type ReceiptFact, type ReceiptFacts, uncheckedFacts } from './receipt-facts.js';
import type { ActorSide } from './sides.js';
import { parseProof } from './tlog-proof.js';
import type { VerifyPolicy } from './verify-checkpoint.js';
import { type VerifiedProof, verifyProof } from './verify-proof.js';

type OwnFact = 'nonce' | 'object' | 'actor' | 'headerDigest' | 'type';

/**
 * What the holder of a receipt knows and the receipt must say. `null` leaves a fact unchecked, and the result says so. The
 * five facts that make it this request's must be given or be null; the others may be left out, which says the same as null.
 */
export interface ReceiptExpectations
  extends VerifyPolicy,
    Pick<ReceiptFacts, OwnFact>,
    Partial<Omit<ReceiptFacts, OwnFact>> {
  /**
   * The pinned key of the custodian's emergency journal. A receipt of that journal is then taken too, for breaking the glass
   * and nothing else; no witness sees the journal before it is merged.
   */
  readonly emergencyKey?: string;
}

/** What a receipt proves. */
export interface VerifiedReceipt extends VerifiedProof {
  /** The actor's compartment, which the leaf commits to. */
  readonly entry: ActorSide;
  /** Facts that the caller left unchecked. */
  readonly unchecked: readonly ReceiptFact[];
  /** The receipt is of the emergency journal: the log was down. */
  readonly emergency: boolean;
}

/**
 * Checks a receipt: the entry is in the signed log, and it is the entry of this request. Runs in a browser.
 *
 * @param receipt - the `.tlog-proof` that `append` gave, text or UTF-8 bytes
 * @param expected - the pinned log key, witnesses where they are demanded, and what the holder knows of the request
 * @throws AuditError `RECEIPT_INVALID` when it is malformed or holds no opening; `NONCE_MISMATCH`, `OBJECT_MISMATCH`,
 *   `ACTOR_MISMATCH`, `HEADER_MISMATCH`, `TYPE_MISMATCH`, `ORGANISATION_MISMATCH`, `OUTCOME_MISMATCH`, `SUBJECT_MISMATCH`,
 *   `TIME_MISMATCH` when it is another request's; `TYPE_MISMATCH` too when a receipt of the emergency journal is of anything but
 *   `breakglass.open`; and every code of `verifyProof`
 * @throws TypeError when one of the five facts of a request is undefined; RangeError when an expected nonce, digest or
 *   subject is not 32 bytes, `recordedWithin` is no time, or the emergency journal has the log's origin
 * @example
 * await verifyReceipt(receipt, { logKey, nonce, object: 'item-7', actor: 'person-3', headerDigest, type: 'image.view' });
 */
export async function verifyReceipt(
  receipt: string | Uint8Array,
  expected: ReceiptExpectations,
): Promise<VerifiedReceipt> {
  const facts = factsOf(expected);
  const emergency = isEmergency(receipt, expected);
  const proof = await verifyProof(receipt, emergency ? { logKey: expected.emergencyKey! } : expected);
  const { leaf, entry } = proof;
  if (emergency && leaf.type !== EMERGENCY_TYPE)
    throw new AuditError('TYPE_MISMATCH', 'an emergency journal speaks for breaking the glass only');
  if (entry === null) throw new AuditError('RECEIPT_INVALID', 'the receipt holds no opening');
  compareFacts(facts, leaf, entry, (expected.now ?? Date.now)());
  return { ...proof, entry, unchecked: uncheckedFacts(facts, entry), emergency };
}

/** Whether the receipt says that it is of the emergency journal; its signature is checked against that key then. */
function isEmergency(receipt: string | Uint8Array, { logKey, emergencyKey }: ReceiptExpectations): boolean {
  if (emergencyKey === undefined) return false;
  const { name } = parseVkey(emergencyKey);
  if (name === parseVkey(logKey).name) throw new RangeError('the emergency journal needs an origin of its own');
  return parseProof(receipt).checkpoint.startsWith(`${name}\n`);
}

function factsOf(expected: ReceiptExpectations): ReceiptFacts {
  const { nonce, object, actor, headerDigest, type } = expected;
  const { organisation = null, outcome = null, subject = null, recordedWithin = null } = expected;
  const facts = { nonce, object, actor, headerDigest, type, organisation, outcome, subject, recordedWithin };
  // A forgotten fact must not pass for a checked one.
  for (const [fact, value] of Object.entries(facts))
    if (value === undefined) throw new TypeError(`${fact} must be given, or null to leave it unchecked`);
  checkFacts(facts);
  return facts;
}

import { AuditError, type AuditErrorCode } from './errors.js';
import { asText } from './note.js';
import { readProof, type UnverifiedProof } from './read-proof.js';
import { compareFacts, type ReceiptFact, type ReceiptFacts, uncheckedFacts } from './receipt-facts.js';
import { MAX_PROOF, PROOF_FIRST_LINE } from './tlog-proof.js';
import { type FailedVerdict, verdictOf } from './verdict-of.js';
import type { Checkpoint, VerifyPolicy } from './verify-checkpoint.js';
import { verifyProof } from './verify-proof.js';

/** What a proof file came to, for a page or a command that shows it to a person. */
export interface ProofCheck {
  /** `proved` only against a key that the reader pinned, and when every fact that was given fits. */
  readonly verdict: 'proved' | FailedVerdict;
  /** Why not. */
  readonly problem: {
    readonly code: AuditErrorCode | 'KEY_MISSING' | 'NO_PROOF' | 'ENTRY_CLOSED';
    readonly message: string;
  } | null;
  /** What the file says, whether or not it is proved; null when it cannot be read. */
  readonly claim: UnverifiedProof | null;
  /** The checkpoint that proves it; null unless the entry stands in the log of the pinned key. */
  readonly checkpoint: Checkpoint | null;
  /** Facts that nothing was held against. */
  readonly unchecked: readonly ReceiptFact[];
}

/** Facts of which none is known. */
export const NO_FACTS: ReceiptFacts = {
  nonce: null,
  object: null,
  actor: null,
  headerDigest: null,
  type: null,
  organisation: null,
  outcome: null,
  subject: null,
  recordedWithin: null,
};

/** Whether a file begins as a proof does: any other file says nothing, a proof that cannot be read was changed. */
export function isProof(file: string | Uint8Array): boolean {
  return asText(file.slice(0, PROOF_FIRST_LINE.length + 1), PROOF_FIRST_LINE.length + 1) === `${PROOF_FIRST_LINE}\n`;
}

/** Checks a proof file as far as what the reader knows goes. `policy` is null when no key was pinned. Never throws an AuditError. */
export async function checkProof(
  file: string | Uint8Array,
  policy: VerifyPolicy | null,
  facts: ReceiptFacts,
): Promise<ProofCheck> {
  let check: ProofCheck = { verdict: 'unknown', problem: null, claim: null, checkpoint: null, unchecked: [] };
  const cannot = (code: NonNullable<ProofCheck['problem']>['code'], message: string): ProofCheck => ({
    ...check,
    verdict: 'unknown',
    problem: { code, message },
  });
  if (file.length > MAX_PROOF || !isProof(file)) return cannot('NO_PROOF', 'the file is no tlog-proof');
  try {
    const claim = readProof(file);
    check = { ...check, claim };
    if (policy === null) return cannot('KEY_MISSING', 'no key of the log was given');
    const { checkpoint } = await verifyProof(file, policy);
    check = { ...check, checkpoint, unchecked: uncheckedFacts(facts, claim.entry) };
    compareFacts(facts, claim.leaf, claim.entry, (policy.now ?? Date.now)());
    if (check.unchecked.some((fact) => facts[fact] !== null))
      return cannot('ENTRY_CLOSED', 'the proof does not open who did it, and that was asked');
    return { ...check, verdict: 'proved' };
  } catch (error) {
    if (!(error instanceof AuditError)) throw error;
    return { ...check, verdict: verdictOf(error.code), problem: { code: error.code, message: error.message } };
  }
}

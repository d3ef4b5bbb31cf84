// What a refusal means for the person in front of the page, and what to do. The code stays beside it, for whoever is asked.

const WORDS: Readonly<Record<string, string>> = {
  ACTOR_MISMATCH: 'The entry is of another person than the one you expected.',
  CHECKPOINT_INVALID: 'The signed summary of the log inside the file is damaged or was changed.',
  CHECKPOINT_STALE: 'The witnesses’ word on this log is too old.',
  CHECKPOINT_UNSIGNED:
    'The key that you gave has not signed this. Either the proof was not made by that log, or the key is another one: check where you got the key.',
  COMMITMENT_MISMATCH: 'What the file says about the person and the object is not what was entered into the log.',
  CONSISTENCY_INVALID:
    'The two checkpoints contradict each other: the log was rewritten in between, or showed different people different histories. Keep both files. They are evidence.',
  ENTRY_CLOSED:
    'This proof does not open who did it, to which object or for which request, so that part of what you expected cannot be compared. Ask for a proof that opens the entry.',
  EVIDENCE_INVALID: 'The file does not show two histories: both checkpoints in it can be true, or it was changed.',
  HASHES_INVALID:
    'The hashes do not connect the two checkpoints. Either they are not the right ones, or the log was rewritten in between: ask the log for the hashes again. If it cannot give any, keep both checkpoints.',
  HASHES_MISSING:
    'The other checkpoint has another size. To compare the two, the connecting hashes are needed, one a line: ask the log for them.',
  HEADER_MISMATCH: 'The entry is for another released file than the one whose digest you gave.',
  INCLUSION_INVALID: 'The entry is not in the log at that place: it was changed, or it was never there.',
  KEY_INVALID:
    'That is not a public key of a log. It is one line: a name, a plus sign, eight digits, a plus sign, letters and digits.',
  KEY_MISSING:
    'Nothing is proved without the log’s public key. Get it from somewhere you believe: the trust’s published page, a letter, a regulator’s list. A key that came in the same file or message as the proof proves nothing, because whoever forged the one could have made the other.',
  LEAF_INVALID: 'The entry in the file is damaged or was changed.',
  NO_PROOF:
    'This file is not a proof, a report with proofs or evidence about a log. Nothing can be said about it. Of a report that was handed out as a page (HTML), paste one of its proofs, or ask for the report as JSON.',
  NO_ROWS: 'The report has no rows: there is nothing in it that could be proved.',
  NONCE_MISMATCH: 'The entry is for another request than yours.',
  OBJECT_MISMATCH: 'The entry is about another object than the one you expected.',
  ORGANISATION_MISMATCH: 'The entry is of another organisation than the one you expected.',
  ORIGIN_MISMATCH: 'The checkpoint speaks for another log than the one whose key you gave.',
  OUTCOME_MISMATCH: 'The entry says another outcome than the one you expected.',
  POLICY_INVALID: 'The policy file cannot be used: it is damaged, or it is no policy file.',
  QUORUM_MISSING: 'Too few of the witnesses that your policy demands have signed this.',
  RECEIPT_INVALID: 'The proof is damaged or was changed: it cannot be read as it was written.',
  ROWS: 'Not every row is proved. The rows below say why.',
  SIDE_RECORD_INVALID: 'The part of the entry that says who did it is damaged or was changed.',
  SIGNATURE_INVALID: 'A signature on the summary of the log is wrong: it was changed after it was signed.',
  SUBJECT_MISMATCH: 'The entry is about another patient than the one you expected.',
  TIME_MISMATCH: 'The entry was recorded at another time than you expected.',
  TYPE_MISMATCH: 'The entry is of another kind than the one you expected.',
};

/** One or two sentences for the person, the code behind them. */
export function wordsFor(code: string, fallback = 'This could not be checked.'): string {
  return `${Object.hasOwn(WORDS, code) ? WORDS[code] : fallback} (${code})`;
}

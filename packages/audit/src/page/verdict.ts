import { checkProof, isProof, type ProofCheck } from '../check-proof.js';
import { checkReport, type RowCheck, rowsOf } from '../check-report.js';
import { parseCheckpointText } from '../checkpoint-text.js';
import { AuditError } from '../errors.js';
import { parseEvidence } from '../evidence.js';
import { parseNote } from '../note.js';
import { entryInWords, momentInWords, notProvedInWords, provedInWords } from '../proof-words.js';
import type { ReceiptFacts } from '../receipt-facts.js';
import { verdictOf } from '../verdict-of.js';
import type { VerifyPolicy } from '../verify-checkpoint.js';
import { verifyEvidence } from '../verify-evidence.js';
import { compareOther, type OtherCheckpoint } from './other-checkpoint.js';
import type { Trust } from './trust.js';
import { wordsFor } from './words.js';

/** All that the page says about a file. */
export interface Shown {
  readonly verdict: ProofCheck['verdict'];
  /** What the verdict is about, behind it in the heading. */
  readonly about: string;
  /** Why not. */
  readonly problem: string | null;
  readonly proved: readonly string[];
  readonly notProved: readonly string[];
  /** What the entry says, proved or only claimed. */
  readonly fields: readonly (readonly [name: string, value: string])[];
  readonly claimed: boolean;
  readonly rows: readonly RowCheck[];
}

/** What the reader knows and gave. */
export interface Given {
  readonly trust: Trust;
  readonly facts: ReceiptFacts;
  readonly other: OtherCheckpoint | null;
  readonly onProgress: (done: number, total: number) => Promise<void>;
}

const NOTHING = { problem: null, proved: [], notProved: [], fields: [], claimed: false, rows: [] } as const;

/** Judges a file of any kind that this page knows. */
export async function judge(text: string, given: Given): Promise<Shown> {
  if (isProof(text)) return judgeProof(text, given);
  if (parseEvidence(text) !== null) return judgeEvidence(text, given);
  if (rowsOf(text) !== null) return judgeReport(text, given);
  return { ...NOTHING, verdict: 'unknown', about: 'the file', problem: wordsFor('NO_PROOF') };
}

/** The log that a signed checkpoint speaks for, as it says itself. */
export function originOf(checkpoint: string): string {
  const note = parseNote(checkpoint);
  return (note && parseCheckpointText(note.text)?.origin) ?? '';
}

/** A checkpoint that names no log is damaged, whichever key it is held against. */
function policyFor(origin: string, trust: Trust): VerifyPolicy | null {
  return origin === '' ? trust.first : trust.policyOf(origin);
}

async function judgeProof(text: string, { trust, facts, other }: Given): Promise<Shown> {
  const origin = originOf(text.slice(text.indexOf('\n\n') + 2));
  const policy = policyFor(origin, trust);
  const check = await checkProof(text, policy, facts);
  const { claim, checkpoint } = check;
  let { verdict } = check;
  let problem = check.problem && wordsFor(missing(check.problem.code, trust, origin), check.problem.message);
  const proved = provedInWords(check);
  if (other !== null && claim !== null && checkpoint !== null) {
    const compared = await compareOther(claim.checkpoint, other, policy!);
    if (compared.code === null) proved.push(compared.words);
    else {
      verdict = verdict === 'tampered' ? verdict : verdictOfOther(compared.code);
      problem = [problem, wordsFor(compared.code)].filter((words) => words !== null).join(' ');
    }
  }
  return {
    ...NOTHING,
    verdict,
    about: claim ? `entry ${claim.index} of ${origin}` : 'the proof',
    problem,
    proved,
    notProved: checkpoint ? notProvedInWords(check) : [],
    fields: claim ? entryInWords(claim.index, claim.leaf, claim.entry) : [],
    claimed: checkpoint === null,
  };
}

const verdictOfOther = (code: string): 'tampered' | 'unknown' =>
  code.startsWith('HASHES_') ? 'unknown' : verdictOf(code as AuditError['code']);

/** With keys at hand, the one that is missing is this log's. */
function missing(code: string, trust: Trust, origin: string): string {
  return code === 'KEY_MISSING' && trust.keys > 0 && origin !== '' ? 'ORIGIN_MISMATCH' : code;
}

async function judgeEvidence(text: string, { trust }: Given): Promise<Shown> {
  const origin = originOf(parseEvidence(text)!.newer);
  const about = `evidence about ${origin || 'a log'}`;
  const policy = trust.policyOf(origin);
  if (policy === null)
    return { ...NOTHING, verdict: 'unknown', about, problem: wordsFor(missing('KEY_MISSING', trust, origin)) };
  try {
    const { older, newer } = await verifyEvidence(text, policy);
    const proved = [
      `The log ${origin} showed two histories. It signed a log of ${older.size} entries and one of ${newer.size} entries that cannot both be true.`,
      'Whoever holds the key that you gave signed both. No mistake of the file’s sender can make such a pair.',
    ];
    for (const [checkpoint, which] of [
      [older, 'first'],
      [newer, 'second'],
    ] as const)
      for (const { witness, timestamp } of checkpoint.cosignatures)
        proved.push(`The witness ${witness} signed the ${which}, at ${momentInWords(timestamp)} by its own clock.`);
    const notProved = [
      'Which of the two histories is the true one, or who in the trust rewrote the log.',
      'That it was done on purpose: a restored backup does the same.',
    ];
    return { ...NOTHING, verdict: 'proved', about, proved, notProved };
  } catch (error) {
    if (!(error instanceof AuditError)) throw error;
    return { ...NOTHING, verdict: verdictOf(error.code), about, problem: wordsFor(error.code, error.message) };
  }
}

const CLOSED =
  'Who did it, to which item and why, in rows whose proof is closed: that too is the word of whoever made the report.';

async function judgeReport(text: string, { trust, onProgress }: Given): Promise<Shown> {
  const report = await checkReport(text, { policyOf: (origin) => trust.policyOf(origin), onProgress });
  const { verdict, kind, madeAt, rows, proved: good, tampered, unknown, closed, told } = report!;
  const proved = [
    `${good} of ${rows} rows: each is an entry of its log, and says what that entry says of time, kind, outcome and organisation.`,
  ];
  const notProved = [
    'That no row is missing: the proofs show that the rows are real, not that they are all.',
    'Names, remarks and sums in the report: they are the word of whoever made it.',
    ...(closed > 0 ? [`${CLOSED} The proofs of ${closed} of ${rows} rows do not open that part of the entry.`] : []),
    'That a person looked: an entry says what the trust’s systems did for an account.',
  ];
  const counts: [string, string][] = [
    ['Report', kind],
    ['Made at, by its own word', madeAt],
    ['Rows', String(rows)],
    ['Proved', String(good)],
    ['Changed or false', String(tampered)],
    ['Cannot tell', String(unknown)],
  ];
  const problem = rows === 0 ? wordsFor('NO_ROWS') : verdict === 'proved' ? null : wordsFor('ROWS');
  return {
    verdict,
    about: `a report with ${rows} rows`,
    problem: trust.keys === 0 ? wordsFor('KEY_MISSING') : problem,
    proved: good > 0 ? proved : [],
    notProved,
    fields: counts,
    claimed: false,
    rows: told,
  };
}

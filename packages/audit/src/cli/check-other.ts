import { counted, progressLine, type Result } from '@wardseal/primitives/cli';
import { checkReport } from '../check-report.js';
import { AuditError } from '../errors.js';
import { parseVkey } from '../note-key.js';
import type { VerifyPolicy } from '../verify-checkpoint.js';
import { verifyEvidence } from '../verify-evidence.js';
import { checkpointFacts } from './checkpoint-facts.js';
import { EXIT } from './exits.js';

// What `check` finds in a file that is no single proof.

/** Evidence of a split view: when it is good, the log is not. What is wrong with the evidence says nothing about the log. */
export async function checkEvidence(text: string, policy: VerifyPolicy | null): Promise<Result> {
  if (policy === null) return noKey();
  try {
    const { kind, older, newer } = await verifyEvidence(text, policy);
    return {
      facts: { verdict: 'tampered', kind, older: checkpointFacts(older), newer: checkpointFacts(newer) },
      words: [
        `the log ${older.origin} showed two histories (${kind}): of ${older.size} and of ${newer.size} entries`,
        'its own key signed both; which one is true, this does not show',
        'TAMPERED WITH',
      ],
      exit: EXIT.tampered,
    };
  } catch (error) {
    if (!(error instanceof AuditError)) throw error;
    const { code, message } = error;
    return {
      facts: { verdict: 'unknown', problem: { code, message } },
      words: [`${code}: ${message}`, 'CANNOT TELL'],
      exit: EXIT.unknown,
    };
  }
}

/** A report's JSON: every row is held against its own proof. */
export async function checkRows(text: string, policy: VerifyPolicy | null): Promise<Result> {
  if (policy === null) return noKey();
  const { name } = parseVkey(policy.logKey);
  const bar = progressLine('checking', undefined, counted('rows'));
  const report = await checkReport(text, {
    policyOf: (origin) => (origin === name ? policy : null),
    onProgress: (done, total) => bar.at(done, total),
  }).finally(() => bar.clear());
  const { verdict, kind, rows, proved, tampered, unknown, closed, told } = report!;
  const answer = verdict === 'proved' ? 'good' : verdict;
  return {
    facts: { ...report, verdict: answer },
    words: [
      `${kind}: ${rows} rows, ${proved} proved, ${tampered} changed or false, ${unknown} that cannot be told`,
      ...told.map(({ row, code, problem }) => `row ${row}  ${code === null ? '' : `${code}: `}${problem}`),
      ...(closed > 0
        ? [`${closed} proved rows do not open who did it, to which item and why: that is not proved`]
        : []),
      'that no row is missing, and names and sums in the report, are not proved',
      { good: 'GOOD', tampered: 'CHANGED OR FALSE', unknown: 'CANNOT TELL' }[answer],
    ],
    exit: EXIT[answer],
  };
}

function noKey(): Result {
  return {
    facts: { verdict: 'unknown', problem: { code: 'KEY_MISSING', message: 'no key of the log was given' } },
    words: ['KEY_MISSING: no key of the log was given', 'CANNOT TELL'],
    exit: EXIT.unknown,
  };
}

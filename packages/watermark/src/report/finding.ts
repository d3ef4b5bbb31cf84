import type { Hit } from '../score-candidates.js';
import { pBound } from '../statistics.js';
import type { TraceReport } from '../trace.js';

/**
 * What a report comes to. 'several': more than one viewing; 'unregistered': the copy was not laid on the original;
 * 'unsound': the scores of viewings that never were do not look like chance.
 */
export type Outcome = 'match' | 'several' | 'consistent' | 'none' | 'unregistered' | 'unsound';

/** A report's outcome and the hits behind it. */
export interface Finding {
  readonly outcome: Outcome;
  readonly named: readonly Hit[];
  readonly consistent: readonly Hit[];
}

/** A score of the sync chips beyond this limit shows a mark, also after a search for the best place: 6.2 and more. */
const PRESENT_P = 1e-9;

/** Reads the outcome off a report. */
export function findingOf(report: TraceReport): Finding {
  const named = report.hits.filter((hit) => hit.verdict === 'match');
  const consistent = report.hits.filter((hit) => hit.verdict === 'consistent');
  const outcome = ((): Outcome => {
    if (report.registration.status === 'failed') return 'unregistered';
    if (report.nullHistogram?.sound !== true) return 'unsound';
    if (named.length > 0) return named.length === 1 ? 'match' : 'several';
    return consistent.length > 0 ? 'consistent' : 'none';
  })();
  return { outcome, named, consistent };
}

/** Whether the mark is in what was given as the original: copy and original were exchanged. It counts against, so nobody is named. */
export function exchanged({ presence }: TraceReport): boolean {
  return presence !== null && pBound(-presence.z) < PRESENT_P;
}

/** Whether some mark under this picture's key is there, whoever made it. */
export function markPresent({ presence }: TraceReport): boolean {
  return presence !== null && presence.p < PRESENT_P;
}

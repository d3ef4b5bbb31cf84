import type { Hit } from '../score-candidates.js';
import { pBound } from '../statistics.js';
import { type AnyTrace, isVideo } from './any-trace.js';

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
export function findingOf(report: AnyTrace): Finding {
  const named = report.hits.filter((hit) => hit.verdict === 'match');
  const consistent = report.hits.filter((hit) => hit.verdict === 'consistent');
  const placed = report.registration.status !== 'failed' && !(isVideo(report) && report.timeline.status === 'failed');
  const sound = report.nullHistogram?.sound === true;
  const outcome = outcomeOf(placed, sound, named.length, consistent.length);
  return { outcome, named, consistent };
}

/** What it comes to, from whether the copy was laid on the original, whether the controls are sound, and how many stand out. */
export function outcomeOf(placed: boolean, sound: boolean, named: number, consistent: number): Outcome {
  if (!placed) return 'unregistered';
  if (!sound) return 'unsound';
  if (named > 0) return named === 1 ? 'match' : 'several';
  return consistent > 0 ? 'consistent' : 'none';
}

/** Whether the mark is in what was given as the original: copy and original were exchanged. It counts against, so nobody is named. */
export function exchanged({ presence }: AnyTrace): boolean {
  return presence !== null && pBound(-presence.z) < PRESENT_P;
}

/** Whether some mark under this picture's key is there, whoever made it. */
export function markPresent({ presence }: AnyTrace): boolean {
  return presence !== null && presence.p < PRESENT_P;
}
